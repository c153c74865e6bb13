"""The difference of arms at one visit by subgroups of persons, with tests of interaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import listed, raw_array, require_columns
from growthcurves.data.source import show_id, show_level
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.results.effects.coefficients import joint_test
from growthcurves.results.effects.estimated import linear_table
from growthcurves.results.tables.answer import TIDY, Answer, text_table
from growthcurves.results.tables.printing import number, p_text
from growthcurves.trials.attempts import first_that_holds
from growthcurves.trials.design import Design, design_of, refuse_several
from growthcurves.trials.tables import one_sided, part_of
from growthcurves.trials.words import NOT_ESTIMABLE

if TYPE_CHECKING:
    from growthcurves.trials.trial import Trial

#: More levels than this are no subgroups.
MOST_LEVELS = 20
_WHOSE = ["subgroup", "level", "visit", "arm", "reference", "n", "n_reference"]


@dataclass(frozen=True, eq=False, repr=False)
class Subgroups(Answer):
    """Differences from the reference arm at one visit, of all persons and by subgroups.

    Attributes
    ----------
    table : DataFrame
        Tidy, with the further columns subgroup (a column of the table; empty for all persons), level, visit, arm,
        reference, n, n_reference, p_interaction (that the difference is the same in all levels).
    trial : Trial
    visit : level
    notes : tuple of str
    """

    trial: Trial
    visit: Any
    notes: tuple[str, ...]

    @property
    def compared(self) -> str:
        """Which arms at which visit."""
        pairs = dict.fromkeys(f"{show_level(arm)} - {show_level(self.trial.arms[0])}" for arm in self.trial.arms[1:])
        return f"{', '.join(pairs)} at {self.trial.visit_name} {show_id(self.visit)}"

    def plot(self, **options: Any) -> Any:
        """A forest plot.

        Parameters
        ----------
        **options
            ``fig=`` draws on this figure, ``figsize=`` (inches) on a new one of that size.

        Returns
        -------
        Figure
            Of matplotlib.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> figure = trial.subgroups("sex").plot()
        """
        from growthcurves.plots import plot_subgroups

        return plot_subgroups(self, **options)

    def __str__(self) -> str:
        return "\n".join([self._title(), self.shown().to_string(index=False), *self.notes])

    def shown(self) -> pd.DataFrame:
        """The table as it is printed.

        Returns
        -------
        DataFrame
            Texts; ``table`` has the numbers.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> trial.subgroups("sex").shown()["estimate"].tolist()
        ['-4.495', '-4.333', '-4.744']
        """
        shown = pd.DataFrame({name: self.table[name].map(show_level) for name in ("subgroup", "level", "arm")})
        shown.loc[self.table["subgroup"] == "", ["subgroup", "level"]] = ["all", ""]
        for name, heading in (("n", "n"), ("n_reference", "n ref")):
            shown[heading] = self.table[name]
        for name, heading in (("estimate", "estimate"), ("std_error", "SE"), ("conf_low", "from"), ("conf_high", "to")):
            shown[heading] = self.table[name].map(number)
        shown["p"], shown["p interaction"] = (self.table[name].map(p_text) for name in ("p_value", "p_interaction"))
        return shown

    def _title(self) -> str:
        return f"Differences in {self.trial.fit.model.outcome} by subgroups: {self.compared}"

    def _blocks(self) -> tuple[Any, ...]:
        title, table = self._title(), self.table.drop(columns=["visit", "reference"])
        return (title, text_table(table), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "compared": self.compared, "notes": list(self.notes)}


def subgroups(trial: Trial, columns: Any, visit: Any = None) -> Subgroups:
    """The differences at a visit in the levels of each column, each from a model in which the arms' means differ by it.

    Parameters
    ----------
    trial : Trial
    columns : str or list of str
        Columns of persons with a few levels.
    visit : level, optional
        The last one by default.

    Raises
    ------
    ColumnError, ModelError
        For a column that is not there, or that has too many levels; for an unknown visit.
    """
    design = trial.design
    level = design.after.levels[-1] if visit is None else design.after.named(visit)
    parts, notes = [_whole(trial, level)], list(_NOTES)
    for column in listed(columns, "columns"):
        try:
            parts.append(_of_column(trial, column, level))
        except NotEstimableError as error:
            notes.append(f"{column}: {error}")
    table = pd.concat(parts, ignore_index=True)
    notes += [NOT_ESTIMABLE] if table["estimate"].isna().any() else []
    return Subgroups(table, trial, level, tuple(notes))


_NOTES = ("Each column is a model of its own: arm by level by visit, one covariance for all.",)


def _whole(trial: Trial, visit: Any) -> pd.DataFrame:
    part = part_of(trial.table, "difference")
    part = part[[show_id(one) == show_id(visit) for one in part["visit"]]]
    return part.assign(subgroup="", level="", p_interaction=np.nan)[[*TIDY, *_WHOSE, "p_interaction"]]


def _of_column(trial: Trial, column: str, visit: Any) -> pd.DataFrame:
    design = _with_subgroup(trial, column)
    fit, _ = first_that_holds(design, trial.structures[len(trial.tried) - 1 :])
    wanted, arms = trial.wanted, design.arms
    time = design.visits.numbers[design.visits.levels.index(visit)]
    how = {"ddf": wanted.ddf, "level": wanted.level, "average": wanted.average, "weights": wanted.weights}
    answer = fit.means(at=[time], by=[column, design.roles.arm], **how)
    assert answer.findings[0].group is not None
    levels = list(dict.fromkeys(one.group[0].value for one in answer.findings if one.group))
    means = answer.rows.over_kept.reshape(len(levels), len(arms), -1)
    differences = means[:, 1:] - means[:, :1]
    counts = _counts(design, column, visit)
    words = [[column, level, visit, arm, arms[0], counts.get((level, arm), 0), counts.get((level, arms[0]), 0)]
             for level in levels for arm in arms[1:]]  # fmt: skip
    names = [f"{arm}[{show_level(a)}] - {arm}[{show_level(arms[0])}], {column} {show_level(level)}"
             for arm in [design.roles.arm] for level in levels for a in arms[1:]]  # fmt: skip
    table = linear_table(fit, differences.reshape(len(names), -1), names, wanted.ddf, wanted.level)
    table = pd.concat([table.reset_index(drop=True), pd.DataFrame(words, columns=_WHOSE)], axis=1)
    p = [_interaction(fit, differences[:, k], wanted.ddf) for k in range(len(arms) - 1)]
    table["p_interaction"] = p * len(levels)
    return one_sided(table.assign(kind="difference"), wanted).drop(columns="kind")


def _interaction(fit: Any, differences: np.ndarray, ddf: Any) -> float:
    """p of the hypothesis that the differences (levels, p) that are estimable are all the same."""
    there = differences[~np.isnan(differences).any(axis=1)]
    return float("nan") if len(there) < 2 else joint_test(fit, there[1:] - there[0], ddf=ddf).p_value


def _with_subgroup(trial: Trial, column: str) -> Design:
    """The design in which the arms' means differ by the levels of a column."""
    data, roles = trial.data, trial.design.roles
    require_columns(data, [column])
    values = raw_array(data, column)
    levels = pd.unique(values[~pd.isna(values)])
    if column in (roles.arm, roles.outcome, roles.visit, roles.id):
        raise ModelError(f"{column!r} has a role of its own in this trial: subgroups are levels of another column.")
    if not 2 <= len(levels) <= MOST_LEVELS:
        raise ModelError(
            f"{column!r} has {len(levels)} different values: subgroups are 2 to {MOST_LEVELS} levels of a column of "
            f"persons, such as bands of age."
        )
    if holds_numbers(values) and not isinstance(values, pd.Categorical):
        data = data.assign(**{column: pd.Categorical(values)})
    design = design_of(data, replace(roles, subgroup=column))
    refuse_several(design.panel.frame, design.panel.id, column, "a subgroup")
    return design


def _counts(design: Design, column: str, visit: Any) -> dict[tuple[Any, Any], int]:
    """Values at the visit by level and arm."""
    panel = design.panel
    at = design.visits.places(panel.column(design.visits.column)) == design.visits.levels.index(visit)
    rows = pd.DataFrame({
        "level": np.asarray(panel.column(column), dtype=object)[at],
        "arm": np.asarray(panel.column(design.roles.arm), dtype=object)[at],
    })  # fmt: skip
    return rows.value_counts().to_dict()
