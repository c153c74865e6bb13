"""The record of an analysed trial: an ordinary fit, and what trials report of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import check_text
from growthcurves.data.markup import Block
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, NotEstimableError, among, brief
from growthcurves.fit import GrowthFit
from growthcurves.later import Later
from growthcurves.numerics.bounds import finite_number, several, shown_value
from growthcurves.results.effects.joint_tests import JointTests
from growthcurves.results.questions.observed import Observed
from growthcurves.results.tables.answer import text_table
from growthcurves.trials.answer import TrialAnswer
from growthcurves.trials.attempts import Attempt, first_that_holds, short, structures_of
from growthcurves.trials.design import Design, Roles
from growthcurves.trials.subgroups import Subgroups, subgroups
from growthcurves.trials.tables import Estimated, Wanted, combined, moved, trial_table
from growthcurves.trials.words import footnotes, heading

if TYPE_CHECKING:
    from growthcurves.report.page import Report

pages = Later("growthcurves.trials.page")
programs = Later("growthcurves.programs.code")
#: Attributes of a trial that its answers are made of, and no user asks for.
_PLUMBING = {"arguments", "design", "estimated", "of", "structures", "tried", "wanted"}


@dataclass(frozen=True, eq=False, repr=False)
class Trial(TrialAnswer):
    """An analysed trial; see `growthcurves.mmrm`.

    Attributes
    ----------
    fit : GrowthFit
        The fit, which answers everything that fits answer.
    effects : JointTests
        Tests of visit, arm, arm by visit, and of covariates.
    tried : tuple of Attempt
        The covariance structures that were tried.
    """

    fit: GrowthFit
    effects: JointTests
    tried: tuple[Attempt, ...]
    design: Design = field(repr=False)
    wanted: Wanted = field(repr=False)
    estimated: Estimated = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    structures: tuple[Any, ...] = field(repr=False)

    @classmethod
    def of(cls, data: pd.DataFrame, design: Design, wanted: Wanted, structures: Sequence[Any]) -> Trial:
        """The fit with the first structure that holds, and the answers that are always given."""
        fit, tried = first_that_holds(design, structures)
        wanted = wanted.after(len(tried))
        estimated = Estimated.of(fit, design, wanted)
        notes = (*map(str, fit.notes), *footnotes(design, wanted, tried, estimated))
        effects, table = fit.joint_tests(ddf=wanted.ddf), trial_table(estimated, design, wanted)
        asked = tuple(structures)
        return cls(
            table, heading(design), notes, wanted.level, fit, effects, tried, design, wanted, estimated, data, asked
        )

    @property
    def tests(self) -> pd.DataFrame:
        """Tests of effects, type 3: columns term, df_num, df_den, statistic, p_value, note."""
        return self.effects.table

    @property
    def attempts(self) -> pd.DataFrame:
        """The covariance structures that were tried: columns structure, why_not (empty for the one that was taken)."""
        return pd.DataFrame(self.tried, columns=list(Attempt._fields))

    @property
    def visits(self) -> tuple[Any, ...]:
        """The visits that were modelled, in their order."""
        return self.design.visits.levels

    @property
    def times(self) -> tuple[float, ...]:
        """The times that stand for them."""
        return self.design.visits.numbers

    @property
    def visit_name(self) -> str:
        """The column of the visits."""
        return self.design.visits.column

    @property
    def arms(self) -> tuple[Any, ...]:
        """The arms, the reference first."""
        return self.design.arms

    def average(self, visits: Sequence[Any] | None = None, weights: Sequence[float] | None = None) -> TrialAnswer:
        """Means over several visits, by arm, and their differences.

        Parameters
        ----------
        visits : list, optional
            All visits after the baseline by default.
        weights : list of float, optional
            One for each of these visits, equal by default; they are made to sum to one.

        Returns
        -------
        TrialAnswer
            ``.means`` and ``.differences``, tidy, in the unit of the outcome; n counts persons with any of the visits.

        Raises
        ------
        ModelError
            For an unknown visit, and weights that are none.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> trial.average([12, 16]).differences[["visit", "estimate", "std_error"]].round(2)
            visit  estimate  std_error
        0  12, 16     -3.95       0.46
        """
        known = self.design.visits
        chosen = list(self.design.after.levels) if visits is None else [known.named(one) for one in several(visits)]
        W = np.zeros((1, len(known.levels)))
        W[0, [known.levels.index(one) for one in chosen]] = _shares(weights, len(chosen))
        name = ", ".join(show_id(one) for one in chosen)
        title = f"Means of {self.fit.model.outcome} over {len(chosen)} visits of {known.column}"
        return self._answer(title, W, [name], [self.design.persons_at(chosen)])

    def change(self) -> TrialAnswer:
        """Mean changes from the baseline at each visit, by arm, and their differences.

        Of a model of values with the baseline as a covariate they are the means less the mean baseline, which counts as
        known; of one with the baseline as an outcome (cLDA) differences from its mean, whose uncertainty counts; of one
        of changes the means themselves.

        Returns
        -------
        TrialAnswer
            ``.means`` and ``.differences``, tidy, in the unit of the outcome.

        Raises
        ------
        NotEstimableError
            For a model without baseline.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> trial.change().differences[["visit", "estimate", "std_error"]].tail(1).round(2)
           visit  estimate  std_error
        4   16.0     -4.49       0.54
        """
        roles, baseline = self.design.roles, self.design.baseline
        title = f"Mean changes of {roles.outcome} from the baseline"
        if roles.response == "change":
            return TrialAnswer(self.table, title, self.notes, self.level)
        if baseline.modelled is not None:
            return self._from_visit(title, baseline.modelled)
        if baseline.column is None:
            raise NotEstimableError("The model has no baseline to count changes from: give baseline=.")
        mean = Observed(self.fit, self.wanted.average).mean(baseline.column)
        told = f"Changes from the mean of {baseline.column}, {mean:.6g}, which counts as known."
        return TrialAnswer(moved(self.table, -mean), title, (told, *self.notes), self.level)

    def _from_visit(self, title: str, first: Any) -> TrialAnswer:
        known, counts = self.design.visits, self.design.counts()
        later = self.design.after.levels
        W = np.eye(len(known.levels))[[known.levels.index(one) for one in later]]
        W[:, known.levels.index(first)] = -1.0
        return self._answer(title, W, list(later), [counts.loc[[one]].iloc[0] for one in later])

    def _answer(self, title: str, weights: np.ndarray, names: list[Any], counts: list[pd.Series]) -> TrialAnswer:
        table = combined(self.fit, self.estimated, self.design, self.wanted, weights, names, counts)
        return TrialAnswer(table, title, self.notes, self.level)

    def subgroups(self, columns: Any, visit: Any = None) -> Subgroups:
        """Differences between arms at one visit by the levels of columns, with tests of interaction.

        Parameters
        ----------
        columns : str or list of str
            Columns of persons whose levels are the subgroups.
        visit : level of the visits, optional
            The last by default.

        Returns
        -------
        Subgroups
            ``.table``: everybody, then a row per level and arm; ``.plot()`` is the forest plot.

        Raises
        ------
        ColumnError, ModelError
            For an unknown column or visit, or a column that varies within a person.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> trial.subgroups("sex").table[["level", "estimate", "n", "p_interaction"]].round(2)
            level  estimate    n  p_interaction
        0             -4.49  243            NaN
        1  female     -4.33  144           0.71
        2    male     -4.74   99           0.71
        """
        return subgroups(self, columns, visit)

    def plot(self, differences: bool = False, **options: Any) -> Any:
        """Means by visit and arm, or differences, with intervals and the numbers analysed under the axis.

        Parameters
        ----------
        differences : bool
            Differences from the reference arm in the place of means.
        **options
            ``ax=`` draws on these axes, ``figsize=`` (inches) on a new figure of that size.

        Returns
        -------
        Axes
            Of matplotlib.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> axes = trial.plot(differences=True)
        """
        from growthcurves.plots import plot_trial

        return plot_trial(self, differences=differences, **options)

    def report(self, path: Any = None, title: str | None = None, subgroups: Subgroups | None = None) -> Report:
        """The HTML page of the trial.

        Parameters
        ----------
        path : str or Path, optional
            File to write; without it the page is only returned.
        title : str, optional
            By default the outcome and the arms.
        subgroups : Subgroups, optional
            An answer of `subgroups`, for a section of these.

        Returns
        -------
        Report
            With ``.html``, ``.save(path)``, ``.tables``, ``.save_tables(folder)``; notebooks show it.

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> page = trial.report(subgroups=trial.subgroups("sex"))
        >>> page.table["section"][0]
        'Differences between arms'
        """
        check_text(title, "title", "Depression after treatment")
        if subgroups is not None and not hasattr(subgroups, "shown"):
            raise ModelError(f"subgroups= is an answer of subgroups(), not {brief(subgroups)}.")
        return pages.trial_report(self, path, title, subgroups)

    def code(self, program: str = "python") -> str:
        """The call that made it, for a table called ``data``; or its model as a program of SAS, R or Stata.

        Parameters
        ----------
        program : {"python", "sas", "r", "stata"}
            See `GrowthFit.code`; SAS's DDFM= is that of the trial.

        Returns
        -------
        str
            The program's text.

        Raises
        ------
        NotAvailableError
            For what a program has no words for, such as a baseline that is one of the outcomes (cLDA).

        Examples
        --------
        >>> import growthcurves as gc
        >>> trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
        ...                 reference="placebo", baseline=0)
        >>> trial.code().startswith("gc.mmrm(data, outcome='depression'")
        True
        """
        if not among(program, ["python"]):
            return programs.code(self.fit, program, self.wanted.ddf)
        return f"gc.mmrm(data, {', '.join(f'{name}={text}' for name, text in self.arguments())})"

    def arguments(self) -> list[tuple[str, str]]:
        """The options of that call as they are typed; what is the default is left out."""
        asked = {item.name: getattr(self.design.roles, item.name) for item in fields(Roles)}
        asked |= {item.name: getattr(self.wanted, item.name) for item in fields(Wanted) if "ddf" not in item.name}
        defaults = {item.name: item.default for kind in (Roles, Wanted) for item in fields(kind)}
        given = {name: value for name, value in asked.items() if value != defaults[name]}
        first, *later = self.structures
        given |= {"residual": short(first), "ddf": self.wanted.ddf}
        given |= {"fallback": list(map(short, later))} if later != structures_of(first, None)[1:] else {}
        return [(name, _typed(value)) for name, value in given.items()]

    def __dir__(self) -> list[str]:
        """What a user asks of a trial; what its answers ask of it is left out."""
        return [name for name in super().__dir__() if name not in _PLUMBING]

    def __str__(self) -> str:
        return "\n".join([self.title, *self._tables(), f"{self.effects}\n", *self.notes])

    def _blocks(self) -> tuple[Block, ...]:
        title, *blocks = super()._blocks()
        return (title, *blocks[:3], f"Tests of effects, type {self.effects.type}", text_table(self.tests), *blocks[3:])

    def to_dict(self) -> dict[str, Any]:
        return {
            **super().to_dict(),
            "tests": self.tests.to_dict(orient="records"),
            "attempts": self.attempts.to_dict(orient="records"),
        }


def _typed(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_typed, value))}]"
    if isinstance(value, np.generic):
        return repr(value.item())
    return f"gc.{value!r}" if is_dataclass(value) else repr(value)


def _shares(weights: Sequence[float] | None, count: int) -> np.ndarray:
    what = f"weights= takes {count} numbers with a sum above zero, one for each visit"
    given = np.array([1.0] * count if weights is None else [finite_number(one, what) for one in several(weights)])
    if given.shape != (count,) or given.sum() <= 0 or not count:
        raise ModelError(f"{what}, not {shown_value(weights)}.")
    return given / given.sum()
