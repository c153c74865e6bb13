"""The report of a trial: one HTML page with figures, tables, tests and how they came about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from growthcurves.checks import FitChecks
from growthcurves.report.assumptions import Why, advised, checked
from growthcurves.report.checks import CheckSection
from growthcurves.report.figures import of_trial
from growthcurves.report.page import Report, TextSection, assembled
from growthcurves.report.reproduce import data_used, drawn, fitted_when
from growthcurves.results.tables.printing import number, p_text
from growthcurves.trials.program import program
from growthcurves.trials.sentences import difference_sentences
from growthcurves.trials.words import differences_shown, means_shown

if TYPE_CHECKING:
    from growthcurves.trials.subgroups import Subgroups
    from growthcurves.trials.trial import Trial

#: The columns of tables that hold estimates.
_NUMBERS = ("mean", "estimate", "t", "interval", "from", "to")
_HYPHEN = r"(^|to |below |above )-(?=[\d.∞])"


def trial_report(
    trial: Trial, path: str | Path | None = None, title: str | None = None, subgroups: Subgroups | None = None
) -> Report:
    """The page of a trial, written to `path` if given.

    Parameters
    ----------
    trial : Trial
    path : str or Path, optional
    title : str, optional
    subgroups : Subgroups, optional
        Differences by subgroups, for a section of their own.
    """
    pictures = of_trial(trial, subgroups)
    percent = f"{100 * trial.level:g} % intervals."
    means = _on_page(means_shown(trial.means))
    sections: list[TextSection | CheckSection] = [
        TextSection("differences", "Differences between arms", pictures["differences"],
                    (_on_page(differences_shown(trial.differences)),), (percent,)),
        TextSection("means", "Means by visit and arm", pictures["means"], (means,), (percent,)),
        TextSection("tests", "Tests of effects", (), (_tests(trial.tests),), (f"Type 3. {trial.effects.ddf}.",)),
    ]  # fmt: skip
    if subgroups is not None:
        shown = (_narrow(_on_page(subgroups.shown())),)
        sections.append(TextSection("subgroups", "Subgroups", pictures["subgroups"], shown, subgroups.notes))
    found = checked(trial.fit, prespecified=True)
    sections.append(_relied_on(found))
    tables = (_attempts(trial.attempts), _covariance(trial))
    sections.append(TextSection("method", "How it was analysed, and who is in it", (), tables, trial.notes))
    told, code = _reproduced(trial, found), program(trial, subgroups)
    sections.append(TextSection("reproduce", "How to reproduce this", (), (), told, code))
    sentences = tuple(difference_sentences(trial.differences, trial))
    numbers = {"means": trial.means, "differences": trial.differences, "tests": trial.tests}
    if subgroups is not None:
        numbers["subgroups"] = subgroups.table
    pairs = zip(sentences, trial.differences["visit"], strict=True)
    last = [text for text, visit in pairs if visit == trial.visits[-1]]
    kind, warned = "Report of a trial", [(note.in_words, note.meaning) for note in trial.fit.notes]
    default = f"{trial.fit.model.outcome} by {trial.visit_name}"
    return assembled(title or default, trial.title, " ".join(last), sections, sentences, numbers, path, kind, warned)


def _relied_on(found: FitChecks | Why) -> TextSection | CheckSection:
    """The checks, or why there are none."""
    title = "Can these numbers be relied on?"
    if not isinstance(found, FitChecks):
        return TextSection("checks", title, (), (), (str(found),))
    return CheckSection("checks", title, found)


def _reproduced(trial: Trial, found: FitChecks | Why) -> tuple[str, ...]:
    """When it was fitted, what was drawn, to which data, and the code of sensitivity analyses."""
    made = f"{fitted_when(trial.fit)} {drawn(trial.fit)}", f"{data_used(trial.fit)} (trial.fit.data_hash)."
    return (*made, *advised(found, "trial.fit"))


def _on_page(shown: pd.DataFrame) -> pd.DataFrame:
    """Numbers with the sign for minus in the place of a hyphen."""
    numbers = [name for name in shown if name in _NUMBERS]
    signed = {name: shown[name].astype(str).str.replace(_HYPHEN, "\\1\N{MINUS SIGN}", regex=True) for name in numbers}
    return shown.assign(**signed)


def _narrow(shown: pd.DataFrame) -> pd.DataFrame:
    """The table of subgroups as wide as a page: both ends in one column, the arm where there are several."""
    ends = [f"{low} to {high}" if low != "-" else "-" for low, high in zip(shown["from"], shown["to"], strict=True)]
    table = shown.assign(**{"from": ends}).rename(columns={"from": "interval"}).drop(columns="to")
    return table if table["arm"].nunique() > 1 else table.drop(columns="arm")


def _tests(tests: pd.DataFrame) -> pd.DataFrame:
    shown = pd.DataFrame({"effect": tests["term"], "df": tests["df_num"].astype(str)})
    shown["df of the denominator"], shown["F"] = tests["df_den"].map(number), tests["statistic"].map(number)
    shown["p"], shown[""] = tests["p_value"].map(p_text), tests["note"]
    return shown


def _attempts(attempts: pd.DataFrame) -> pd.DataFrame:
    held = attempts["why_not"].where(attempts["why_not"] != "", "taken")
    return pd.DataFrame({"covariance structure": attempts["structure"], "": held})


def _covariance(trial: Trial) -> pd.DataFrame:
    """SDs and correlations of the visits."""
    found = trial.fit.variance_components(method="wald")
    return pd.DataFrame({"parameter": found["term"], "estimate": found["estimate"].map(number)})
