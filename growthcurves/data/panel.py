"""The panel: a long table whose columns have roles, validated once, and what it is asked before any model."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.panel_rows import PanelRows
from growthcurves.data.repeats import repeated_note
from growthcurves.data.roll import counted_groups
from growthcurves.data.source import matched_notes
from growthcurves.data.suspects import find_suspects, suspect_table
from growthcurves.data.time_words import time_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataWarning
from growthcurves.later import Later
from growthcurves.remembered import remembered
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.codebook import Codebook
    from growthcurves.data.correlations import Correlations
    from growthcurves.data.describe import PanelSummary
    from growthcurves.data.dropout import DropoutReport
    from growthcurves.data.grid import Grid
    from growthcurves.data.missing import MissingPatterns
    from growthcurves.data.table_one import TableOne

# What a fit does not need is loaded when it is asked for.
attended = Later("growthcurves.data.attendance")
books = Later("growthcurves.data.codebook")
correlated = Later("growthcurves.data.correlations")
descriptions = Later("growthcurves.data.describe")
grids = Later("growthcurves.data.grid")
leaving = Later("growthcurves.data.dropout")
missed = Later("growthcurves.data.missing")
own_lines = Later("growthcurves.data.own_lines")
characteristics = Later("growthcurves.data.table_one")
spreads = Later("growthcurves.data.wave_spread")

#: Attributes of a panel that models are made of, and no user asks for.
_PLUMBING = {
    "all_rows", "clock", "column", "counted_by", "derived", "elapsed", "first_levels", "grid", "group_counts",
    "has_rows", "in_numbers", "keep", "numbers", "over", "persons", "referring", "require", "restored", "time_facts",
    "value_ends", "waves",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Panel(PanelRows):
    """A long table (one row per person and occasion) and what its columns mean.

    Rows with a missing id, time or outcome are left out and counted in `dropped`. The caller's table is
    neither copied nor changed.

    Parameters
    ----------
    data : DataFrame
        The long table, pandas or polars.
    id : str or list of str
        Column that says whose row it is: numbers, text or categories; or several that say it together, such as
        ``["site", "patient"]``, which become one column of that name with commas.
    time : str or None
        Column of the time: numbers, dates, periods, or text with dates. None for models without time.
    outcome : str
        Column of the outcome: numbers.
    wave : str, optional
        Column of the wave (the planned occasion), for structures that count waves.
    time_unit : str, optional
        Unit of time. For dates it decides the numbers: days, weeks, months (30.4375 days) or years (365.25 days);
        by default that which follows the longest span from a person's first visit: years from two of them on (730
        days), months beyond one year (367 days), and days below; from other origins days.
    outcome_unit : str, optional
        Unit of the outcome, for tables and pictures.
    since : "first", column name, date or number, optional
        Origin of time: each person's first time (the default for dates), a column, or a fixed value.
    day_first : bool, optional
        Whether dates written like 11.10.2019 have the day first, where no date of the column settles it.
    date_format : str, optional
        How dates that are text are written, as `datetime.datetime.strptime` reads them: ``"%d%b%Y"``.
    labels : mapping, optional
        What columns are called in words; by default the variable labels of a file of SPSS, Stata or SAS.
    left_out : mapping of str to array of bool, optional
        Rows to leave out before anything is read, by reason; they are counted in `dropped`.
    where : str, optional
        The rows to use, as a condition: ``"PARAMCD == 'ACTOT' & age >= 18"``. Comparisons, ``&``, ``|``, ``~``, ``in``
        and ``is missing``; see docs/tables.md. The others are counted in `dropped`.
    limits : (float, float), optional
        Lowest and highest value that the outcome can have, as 0 and 63 of a sum score; None for a side that is open.
        Figures, intervals of predictions and the report keep to them.
    entry : str, optional
        Column of the first wave (or time, or date) at which a person was in the study, one value per person: waves
        before it are not yet sampled, and not missed. See docs/how-to/missing-patterns.md.
    status : str or mapping, optional
        Why waves are missing: a column of words ("died", "not scheduled", "not sampled", "nonresponse", "dropout"); or
        by column what its codes mean, ``{"iwstat": {0: "not sampled", 5: "died"}}``, or what begins at the time or wave
        that it holds, ``{"year_of_death": "died"}``.

    Raises
    ------
    ColumnError
        For an unknown column, with the nearest known one.
    DataError
        For text or infinite values in a column of numbers (person, row and column are named), for a date that
        can be read two ways, for a status of a row without an outcome that has no meaning, and when nothing is left.
    ModelError
        When two roles share a column, or an option does not fit the data; for limits that observed values leave.

    Examples
    --------
    >>> from growthcurves.data.datasets import load_dataset
    >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
    >>> panel
    Panel of 'reaction' over 'day': 18 persons ('subject'), 180 rows
    """

    @cached_property
    def suspects(self) -> pd.DataFrame:
        """Values of any column that may stand for missing: columns column, value, cells, persons, note.

        Codes used in the field, such as -9, -99, 999 or ``.a``, where they stand outside the other values, and values
        that repeat far outside the others.
        """
        once = self.data.columns[~self.data.columns.duplicated(keep=False)]
        names = [name for name in once if name not in (self.id, self.wave)]
        return suspect_table(find_suspects(self, names), self.data)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to look at before an analysis, a sentence each: suspects, and how many cells a missing code matched."""
        return (*self.suspects["note"], *matched_notes(self.data))

    @remembered
    def codebook(self) -> Codebook:
        """Every column of the table: label, role, type, levels or range, cells missing.

        Returns
        -------
        Codebook
            ``.table``: a row per column of the table.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.codebook().table.loc[1, ["column", "type", "values"]].tolist()
        ['day', 'whole numbers', '0 to 9']
        """
        along = "time" if vocabulary(self).over_time else "predictor"
        roles = {"id": self.id, along: self.time, "outcome": self.outcome, "wave": self.wave}
        title = f"Codebook: {len(self.data.columns)} columns, {len(self.data)} rows"
        return books.codebook(self.data, roles, self.labels or {}, title)

    @cached_property
    def repeated(self) -> np.ndarray:
        """Whether each used row shares person and time with another, shape (n,)."""
        return descriptions.repeated_rows(self.persons, self.times)

    def duplicates(self) -> pd.DataFrame:
        """Used rows that share person and time with another row, in the order of the table.

        Returns
        -------
        DataFrame
            All columns.

        Raises
        ------
        DataError
            When the panel has no time.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> len(panel.duplicates())
        0
        """
        return self.frame[self.repeated]

    def describe(self, design: Any = None) -> PanelSummary:
        """Persons, occasions, schedules, spread of time, and where the outcome's variance lies.

        Parameters
        ----------
        design : SurveyDesign, optional
            Sampling weights (docs/survey.md), for the mean, the SD, the variances and the intraclass correlation.

        Returns
        -------
        PanelSummary
            Its text and ``.table``, in the units of the panel; the panel itself is shown so in a notebook.

        Warns
        -----
        DataWarning
            When a person has two rows for one time.

        Raises
        ------
        ModelError
            For weights that cannot be, with their unit.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.describe().table["value"].head(2).tolist()
        [18.0, 180.0]
        """
        note = None if self._times is None else repeated_note(self)
        if note is not None:
            warnings.warn(note, DataWarning, stacklevel=2)
        found = self.in_numbers(design)
        told = (*self.notes, *missed.notes_of(self), *found.notes)
        return replace(found, columns=self.codebook().table, notes=told)

    def in_numbers(self, design: Any = None) -> PanelSummary:
        """The description without what is told of columns."""
        return descriptions.summarise(
            persons=self.persons,
            times=None if self._times is None else self.times,
            repeated=None if self._times is None else self.repeated,
            values=self.values,
            names={"id": self.id, "time": self.time, "outcome": self.outcome},
            units={"time": self.time_unit, "outcome": self.outcome_unit},
            dropped=self._rows.reasons,
            waves=spreads.wave_spread(self),
            words=vocabulary(self),
            counted=time_words(self).axis if self.derived else "",
            ways=missed.ways_of(self),
            weighing=None if design is None else self._weighing(design),
        )

    def _weighing(self, design: Any) -> tuple[np.ndarray, np.ndarray, str]:
        from growthcurves.model.survey.of_panel import panel_weights

        return panel_weights(design, self)

    def table_one(self, by: str | list[str] | None = None, columns: list[str] | None = None) -> TableOne:
        """The first table of a paper: who was studied, by group, at each person's first row used.

        Numbers have mean (SD), categories counts and percentages of the persons whose value is known; missing values
        are counted. Differences between randomised groups are not tested (Altman 1985, The Statistician 34, 125-136).

        Parameters
        ----------
        by : str or list of str, optional
            Column of groups, or several that divide together; one value per person.
        columns : list of str, optional
            By default all but the roles, dates, and texts of more than 20 values.

        Returns
        -------
        TableOne
            ``.table`` with all digits; ``.save("table1.docx", style="apa")``.

        Raises
        ------
        ColumnError
            For an unknown column.
        DataError
            When `by` changes within a person, who is named.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> for line in str(panel.table_one(by="arm", columns=["age"])).splitlines()[2:4]:
        ...     print(" ".join(line.split()))
        placebo (N = 300) drug (N = 300) All (N = 600)
        age, mean (SD) 41.1 (12.7) 42.5 (13.6) 41.8 (13.2)
        """
        panel, name = self._with_joined(by, "by")
        return characteristics.table_one(panel, name, columns)

    def correlations(self, columns: list[str] | None = None) -> Correlations:
        """Means, SDs, ICC(1), and correlations within and between persons, as journals in the style of the APA print.

        Between: Pearson's correlation of the persons' means, N - 2 degrees of freedom. Within: that of deviations from
        them, rows - persons - 1 degrees of freedom. Each pair is of the rows in which both are known. ICC(1) is that of
        `describe` (one-way analysis of variance).

        Parameters
        ----------
        columns : list of str, optional
            Columns of numbers; by default the outcome, time, and all other numbers.

        Returns
        -------
        Correlations
            ``.table`` of pairs, ``.variables``; printed with "between" below the diagonal and "within" above it.

        Raises
        ------
        ColumnError
            For an unknown column.
        DataError
            For one that does not hold numbers.

        References
        ----------
        Snijders and Bosker (2012), Multilevel Analysis, 2nd ed., section 3.6 (within and between groups).

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.correlations().table[["level", "r", "n", "df"]].round(3)
             level      r    n   df
        0  between    NaN   18   16
        1   within  0.716  180  161
        """
        return correlated.correlations(self, columns)

    def grid(self) -> Grid:
        """The waves of the rows: those of the wave column, else the common grid of times.

        Raises
        ------
        NotEstimableError
            When there is neither: says why.
        """
        return grids.grid_of(self)

    def waves(self) -> Grid:
        """The waves that persons could miss.

        Raises
        ------
        NotEstimableError
            When there are none: says why.
        """
        return attended.waves_of(self)

    def missing(self, by: str | list[str] | None = None) -> MissingPatterns:
        """Which waves persons missed, whether they dropped out or came back, and from where they left.

        Waves are those of the wave column, else the times that persons have in common.

        Parameters
        ----------
        by : str or list of str, optional
            Column of groups to compare, or several that divide together; one value per person.

        Returns
        -------
        MissingPatterns
            ``.table`` of patterns, ``.totals`` by kind, ``.dropout`` by wave; all by group if asked.

        Raises
        ------
        NotEstimableError
            When there is neither a wave column nor a common grid of times: says why.
        DataError
            When a row has no wave, or `by` varies within a person: the person is named.

        References
        ----------
        Little and Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., section 1.2 (monotone patterns).

        Examples
        --------
        >>> long = pd.DataFrame({"who": [1, 1, 1, 2, 2, 3], "week": [0, 1, 2, 0, 2, 0], "y": [5, 4, 3, 5, 2, 6]})
        >>> missed = Panel(long, id="who", time="week", outcome="y").missing()
        >>> missed.table[["pattern", "kind", "persons"]]
          pattern          kind  persons
        0     x..      monotone        1
        1     x.x  intermittent        1
        2     xxx      complete        1
        """
        panel, name = self._with_joined(by, "by")
        return missed.missing_patterns(panel, name)

    def group_counts(self, by: Any) -> list[tuple[str, int, int]]:
        """Persons and rows of each group: name, persons, rows.

        Raises
        ------
        ColumnError, DataError
            For an unknown column, and one that varies within a person, who is named.
        """
        panel, name = self._with_joined(by, "by")
        known = np.ones(len(panel.data), dtype=bool) if panel.keep is None else panel.keep
        codes, labels = missed.person_groups(panel, panel.persons, known, name)
        return counted_groups(codes, labels, np.ones(len(codes), dtype=int), panel.persons.sizes)

    def dropout(
        self, by: str | list[str] | None = None, covariates: str | list[str] | None = None, level: float = 0.95
    ) -> DropoutReport:
        """Who drops out, and whether it depends on what was seen.

        Completers against dropouts in the first outcome and in own slopes, and the odds of dropping out at the next
        visit by the last outcome before it: a discrete-time logistic regression with an intercept for each visit.

        Parameters
        ----------
        by : str or list of str, optional
            Column of groups, or several that divide together: compared within each, and in the odds.
        covariates : str or list of str, optional
            Columns that are compared too, and held in the odds: as at the first visit, and at the last before.
        level : float
            Confidence level.

        Returns
        -------
        DropoutReport
            ``.table`` of completers and dropouts, ``.odds``, ``.visits``, ``.sentences()``.

        Raises
        ------
        NotEstimableError
            When the panel has no waves, or nobody dropped out.

        References
        ----------
        Singer and Willett (2003), Applied Longitudinal Data Analysis, chapters 10 to 12 (discrete-time hazards);
        Diggle and Kenward (1994), Applied Statistics 43, 49-93; Austin (2009), Statistics in Medicine 28, 3083-3107.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> panel.dropout(by="arm").odds[["term", "odds_ratio", "p_value"]].round(3)
                   term  odds_ratio  p_value
        0  last outcome       1.713      0.0
        1     arm[drug]       0.505      0.0
        """
        panel, name = self._with_joined(by, "by")
        return leaving.dropout_report(panel, name, covariates, level)

    def people(self) -> pd.DataFrame:
        """One row per person (index id): rows, first and last time, and the person's own straight line.

        Columns n, first, last (times), intercept, slope, r2: least squares over the person's own rows. The
        intercept is read at time 0 where 0 lies inside the panel's observed times, else at the panel's first time:
        ``attrs["origin"]`` says which. A person whose rows share one time has no line (NaN), one whose outcome
        is constant has no r2; with two times the line goes through both points and r2 is 1.

        Returns
        -------
        DataFrame
            Index id; times in the panel's unit, slopes in units of the outcome per unit of time.

        Raises
        ------
        DataError
            When the panel has no time.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> people = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction").people()
        >>> people.loc[308].round(2).to_dict()
        {'n': 10.0, 'first': 0.0, 'last': 9.0, 'intercept': 244.19, 'slope': 21.76, 'r2': 0.68}
        """
        times = self.times
        return own_lines.people_table(self.persons, times, self.values, self.id, str(self.time))

    def __dir__(self) -> list[str]:
        """What a user asks of a panel; what models ask of it is left out."""
        return [name for name in super().__dir__() if name not in _PLUMBING]

    def plot(self, kind: str = "trajectories", **options: Any) -> Any:
        """A figure of the panel, before any model.

        Parameters
        ----------
        kind : str
            "trajectories" of persons and their observed mean, "missing" patterns, or another of
            ``growthcurves.plots.PANEL_FIGURES``.
        **options
            Options of that figure, such as ``by=`` for groups; ``ax=`` draws on these axes, ``figsize=`` (inches) on a
            new figure of that size.

        Returns
        -------
        Axes
            Of matplotlib.

        Raises
        ------
        ModelError
            For an unknown figure or option, with the known ones.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> axes = panel.plot(people=5)
        """
        from growthcurves.plots import plot_panel

        panel, options["by"] = self._with_joined(options.get("by"), "by")
        return plot_panel(panel, kind, **{name: value for name, value in options.items() if value is not None})

    def to_pandas(self) -> pd.DataFrame:
        """The rows that are used, as `frame`: so a panel goes in wherever a long table does.

        Returns
        -------
        DataFrame
            All columns; where time was dates, its column holds the elapsed numbers.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.to_pandas().shape
        (180, 3)
        """
        return self.frame

    def __len__(self) -> int:
        return self._rows.used

    @told
    def __repr__(self) -> str:
        along = "over" if vocabulary(self).over_time else "by"
        over = "" if self.time is None else f" {along} {self.time!r}"
        out = f" ({self.rows_dropped} left out)" if self.rows_dropped else ""
        persons = f"{self.persons.count} {vocabulary(self).who.several} ({self.id!r})"
        return f"Panel of {self.outcome!r}{over}: {persons}, {len(self)} rows{out}"

    def _repr_html_(self) -> str:
        return self.describe()._repr_html_()


def joining(panel: Panel, name: Any) -> Panel:
    """The panel with the column of that name where it has its parts alone: "arm, site" of arm and site."""
    return panel._with_joined(name, "by")[0]


def counting(panel: Panel, left_out: Mapping[str, int]) -> Panel:
    """The panel that counts, before its own, rows that were left out of its table before it was made."""
    found = panel._with_rows(panel._rows.after(left_out))
    found._set(_observed=panel._observed.after(left_out))
    return found
