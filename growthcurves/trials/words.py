"""What an analysed trial says in words: its heading, its tables as text, its footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id, show_level
from growthcurves.data.visit_order import is_baseline
from growthcurves.data.vocabulary import vocabulary
from growthcurves.output.numbers import fixed_text
from growthcurves.output.words import capital
from growthcurves.results.tables.printing import p_text, places_of_errors
from growthcurves.trials.absent import absent_notes
from growthcurves.trials.baseline import Baseline

if TYPE_CHECKING:
    from growthcurves.trials.attempts import Attempt
    from growthcurves.trials.design import Design
    from growthcurves.trials.tables import Estimated, Wanted

_STRUCTURES = {
    "un": "unstructured",
    "toeph": "heterogeneous Toeplitz",
    "arh1": "heterogeneous AR(1)",
    "csh": "heterogeneous compound symmetry",
}
NOT_ESTIMABLE = "- : not estimable, nobody was seen at that visit in that arm."
_TESTED = {"greater": "above zero", "less": "below zero"}


def structure_text(name: str) -> str:
    """A covariance structure in words, with its short name."""
    first, *by = name.split(" by ", 1)
    words = f"{_STRUCTURES[first]} ({first})" if first in _STRUCTURES else first
    return " by ".join([words, *by])


def heading(design: Design) -> str:
    """What is modelled, of whom."""
    roles, panel = design.roles, design.panel
    return (
        f"Mixed model for repeated measures of {design.model.outcome}: {roles.arm} by {roles.visit}, "
        f"{panel.persons.count:,} of {len(design.randomised):,} {vocabulary(panel).who.several}, {len(panel):,} rows"
    )


def footnotes(design: Design, wanted: Wanted, tried: Sequence[Attempt], estimated: Estimated) -> tuple[str, ...]:
    """How it was analysed, what was tried, and who and what is not in it."""
    answer, (*failed, taken) = estimated.differences, tried
    notes = [f"REML, covariance of visits {structure_text(taken.structure)}; degrees of freedom: {answer.ddf}."]
    notes += [f"Before it was tried {structure_text(one.structure)}: {one.why_not.rstrip('.')}." for one in failed]
    notes += [f"{capital(answer.note)}."] if answer.note else []
    if wanted.alternative in _TESTED:
        notes.append(f"Differences are tested for being {_TESTED[wanted.alternative]}, one-sided.")
    notes += [f"Differences ({answer.adjustment})."] if wanted.adjust != "none" else []
    notes += _baseline_notes(design)
    notes += [f"{row.rows:,} rows left out: {row.reason}." for row in design.panel.dropped.itertuples() if row.rows]
    after = "" if design.baseline == Baseline(design.roles.outcome) else " after the baseline"
    notes += absent_notes(design.randomised[design.absent.index], design.absent, after, vocabulary(design.panel).who)
    if not estimated.means.rows.estimable.all():
        notes.append(NOT_ESTIMABLE)
    return tuple(notes)


def _baseline_notes(design: Design) -> list[str]:
    baseline, visit = design.baseline, design.roles.visit
    if baseline.modelled is not None:
        return [f"{visit} {show_id(baseline.modelled)} is the baseline, one mean common to the arms (cLDA)."]
    if baseline.column is not None:
        return [f"Baseline: {baseline.column}, with an effect by {visit}."]
    first, number = design.visits.levels[0], design.visits.numbers[0]
    if number > 0.0 and not is_baseline(first):
        return []
    return [f"{visit} {show_id(first)} is modelled as an outcome like the others; baseline= makes it a covariate."]


def means_shown(means: pd.DataFrame) -> pd.DataFrame:
    """Means as a table of texts."""
    return pd.DataFrame(
        {
            "visit": means["visit"].map(show_id),
            "arm": means["arm"].map(show_level),
            "n": means["n"].map("{:,}".format),
            **_estimates(means, "mean"),
            "interval": _intervals(means),
        }
    )


def differences_shown(differences: pd.DataFrame) -> pd.DataFrame:
    """Differences as a table of texts."""
    pairs = zip(differences["arm"], differences["reference"], strict=True)
    columns = {
        "visit": differences["visit"].map(show_id),
        "difference": [f"{show_level(arm)} - {show_level(reference)}" for arm, reference in pairs],
        **_estimates(differences, "estimate"),
        "t": differences["statistic"].map("{:.2f}".format),
        "p": differences["p_value"].map(p_text),
        "interval": _intervals(differences),
    }
    if "p_adjusted" in differences:
        columns["p adjusted"] = differences["p_adjusted"].map(p_text)
    return pd.DataFrame(columns)


def told(shown: pd.DataFrame) -> str:
    return shown.to_string(index=False) if len(shown) else "none"


def _estimates(table: pd.DataFrame, heading: str) -> dict[str, list[str]]:
    """Estimates and standard errors with the same decimals down the column, and degrees of freedom with one."""
    places = places_of_errors(table["std_error"])
    texts = {title: [fixed_text(value, places) or "-" for value in table[name]]
             for title, name in ((heading, "estimate"), ("SE", "std_error"))}  # fmt: skip
    return texts | {"df": ["inf" if np.isinf(df) else fixed_text(df, 1) or "-" for df in table["df"]]}


def _intervals(table: pd.DataFrame) -> list[str]:
    places = places_of_errors(table["std_error"])
    low, high = ([fixed_text(value, places) or "-" for value in table[end]] for end in ("conf_low", "conf_high"))
    return [_interval(*ends) for ends in zip(low, high, strict=True)]


def _interval(low: str, high: str) -> str:
    if low == "-∞":
        return f"below {high}"
    if high == "∞":
        return f"above {low}"
    return "-" if low == "-" else f"{low} to {high}"
