"""What a panel holds: persons, occasions, schedules, and where the outcome's variance lies."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import TextTable, html_of
from growthcurves.data.persons import Persons
from growthcurves.data.units import singular, unit_called
from growthcurves.data.vocabulary import PERSONS, Vocabulary
from growthcurves.numerics.averages import weighted_sd
from growthcurves.numerics.order import by_person_and_time
from growthcurves.numerics.times import time_text
from growthcurves.output.numbers import on_the_point, places_with
from growthcurves.output.save import Saved
from growthcurves.signs import told

#: What is told, its value, its unit, and how it is printed.
Entry = tuple[str, float | None, str, Callable[[float], str]]
#: What a reader is told in the place of some names of quantities.
_LABELS = {"distinct schedules": "different sets of visit times"}
#: What weights enter.
_WEIGHTED = (
    "outcome mean", "outcome SD", "variance between persons", "variance within persons",
    "intraclass correlation (ANOVA)",
)  # fmt: skip
#: The ends of time, and of a predictor that is none.
_ENDS = {"first time": "minimum", "last time": "maximum"}


@dataclass(frozen=True, eq=False, repr=False)
class PanelSummary(Saved):
    """A panel in numbers.

    Attributes
    ----------
    names, units : dict
        Columns of the roles id, time and outcome; units of time and outcome (None where unknown).
    persons, occasions : int
        Number of persons and of rows used.
    occasions_min, occasions_median, occasions_max : float
        Occasions per person.
    single_occasion : int
        Persons with one occasion.
    schedules : int or None
        Distinct schedules: sets of exact times. None without time, as the next four.
    time_min, time_max, spacing : float or None
        First and last time, and the median time between a person's successive occasions.
    repeated : int or None
        Rows that share person and time with another row.
    outcome_mean, outcome_sd, outcome_min, outcome_max : float
        Over all rows used.
    variance_between, variance_within, icc : float
        One-way analysis of variance with persons as groups: (MSB - MSW) / n0, MSW, and the between share of
        their sum (Searle, Casella and McCulloch, 1992, section 3.6). It can be negative; NaN where each
        person has one occasion or there is one person.
    dropped : tuple of (str, int)
        Rows left out, by reason.
    waves : DataFrame or None
        The times at each wave: wave, rows, persons, time_mean, time_sd, time_min, time_max. None without a wave
        column.
    columns : DataFrame or None
        The codebook's table: minimum and maximum of every column of numbers among them.
    notes : tuple of str
        What to look at, a sentence each: values that may stand for missing, a negative variance between persons.
    vocabulary : Vocabulary
        The words that the text and the labels are in.
    weights : str
        Whose weights mean, SD and variances are taken with; empty without.
    ways : dict of str to int
        Where the panel says why waves are missing: persons who came in after the first wave, died, dropped out.
    counted : str
        What times are counted in, and from where, in words; empty where the numbers of the column are the times.
    """

    names: Mapping[str, str | None]
    units: Mapping[str, str | None]
    persons: int
    occasions: int
    occasions_min: int
    occasions_median: float
    occasions_max: int
    single_occasion: int
    schedules: int | None
    time_min: float | None
    time_max: float | None
    spacing: float | None
    repeated: int | None
    outcome_mean: float
    outcome_sd: float
    outcome_min: float
    outcome_max: float
    variance_between: float
    variance_within: float
    icc: float
    dropped: tuple[tuple[str, int], ...]
    waves: pd.DataFrame | None = None
    columns: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    vocabulary: Vocabulary = field(default=PERSONS, repr=False)
    counted: str = ""
    weights: str = ""
    ways: Mapping[str, int] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """The numbers: columns quantity, value, unit, and label, the quantity in the words of the data."""
        rows = [(text, value, unit, self._label(text)) for text, value, unit, _ in self._entries() if value is not None]
        return pd.DataFrame(rows, columns=["quantity", "value", "unit", "label"]).astype({"value": "float64"})

    def _label(self, quantity: str) -> str:
        """A quantity in the words of the data; of a predictor in the place of time its name and its end."""
        words = self.vocabulary
        if not words.over_time and quantity in _ENDS:
            return f"{words.axis}, {_ENDS[quantity]}"
        weighted = ", weighted" if self.weights and quantity in _WEIGHTED else ""
        return words.said(_LABELS.get(quantity, quantity)) + weighted

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain Python values.

        Returns
        -------
        dict
            By what they are called.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.describe().to_dict()["persons"]
        18
        """
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "vocabulary"}
        return values | {
            "names": dict(self.names),
            "units": dict(self.units),
            "ways": dict(self.ways),
            "dropped": [{"reason": reason, "rows": rows} for reason, rows in self.dropped],
            "waves": None if self.waves is None else self.waves.to_dict("records"),
            "columns": None if self.columns is None else self.ranges().to_dict("records"),
            "notes": list(self.notes),
        }

    @told
    def __str__(self) -> str:
        along = "over" if self.vocabulary.over_time else "by"
        counted = f" ({self.counted})" if self.counted else ""
        over = f" {along} {self.names['time']!r}{counted}" if self.names["time"] is not None else ""
        by = f"; weights {self.weights}" if self.weights else ""
        who = f"{self.vocabulary.who.several} in {self.names['id']!r}"
        lines = [f"Panel of {self.names['outcome']!r}{over}, {who}{by}", ""]
        rows = self.table
        width = max(len(text) for text in rows["label"])
        values = on_the_point(self._shown())
        for text, value, unit in zip(rows["label"], values, rows["unit"], strict=True):
            lines.append(f"  {text:<{width}}  {value:>10} {_counted_in(value, unit)}".rstrip())
        return "\n".join([*lines, *self._range_lines(), *self._note_lines()])

    def _shown(self) -> list[str]:
        """The numbers for reading."""
        return [_text(value, form) for _, value, _, form in self._entries() if value is not None]

    def _note_lines(self) -> list[str]:
        wrapped = [
            textwrap.fill(text, 78, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
            for text in self.notes
        ]
        return ["", "Look at", *wrapped] if wrapped else []

    def ranges(self) -> pd.DataFrame:
        """Columns of numbers with their ends, to see what cannot be.

        Returns
        -------
        DataFrame
            Columns column, minimum, maximum, missing (cells of the whole table).

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.describe().ranges()
             column   minimum   maximum  missing
        1       day    0.0000    9.0000        0
        2  reaction  194.3322  466.3535        0
        """
        columns = ["column", "minimum", "maximum", "missing"]
        if self.columns is None:
            return pd.DataFrame(columns=columns)
        return self.columns[self.columns["minimum"].notna() & (self.columns["role"] != "id")][columns]

    def _range_lines(self) -> list[str]:
        ranges = self.ranges()
        if ranges.empty:
            return []
        ends = {end: on_the_point(list(map(show_number, ranges[end]))) for end in ("minimum", "maximum")}
        shown = ranges.assign(**ends)
        return ["", "Columns of numbers, all rows", *("  " + line for line in shown.to_string(index=False).split("\n"))]

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = [
            (row.label, [value, row.unit])
            for row, value in zip(self.table.itertuples(index=False), self._shown(), strict=True)
        ]
        ends = [
            (str(name), [show_number(low), show_number(high), str(missing)])
            for name, low, high, missing in self.ranges().itertuples(index=False)
        ]
        title, facts = str(self).split("\n", 1)[0], TextTable((), rows, frozenset({1}))
        return html_of(title, facts, TextTable(("minimum", "maximum", "missing"), ends), *self.notes)

    def _entries(self) -> list[Entry]:
        time, unit = self.units["time"] or unit_called(str(self.names["time"])) or "", self.units["outcome"] or ""
        squared = f"{unit}^2" if unit else ""
        outcome = _three_digits(self.outcome_sd or abs(self.outcome_mean))
        variance = _three_digits(min(abs(self.variance_between), self.variance_within))
        return [
            ("persons", self.persons, "", _count),
            ("occasions", self.occasions, "", _count),
            ("occasions per person, minimum", self.occasions_min, "", _count),
            ("occasions per person, median", self.occasions_median, "", time_text),
            ("occasions per person, maximum", self.occasions_max, "", _count),
            ("persons with one occasion", self.single_occasion, "", _count),
            *((what, count, "", _count) for what, count in self.ways.items()),
            ("distinct schedules", self.schedules, "", _count),
            ("first time", self.time_min, time, time_text),
            ("last time", self.time_max, time, time_text),
            ("median time between occasions", self.spacing, time, time_text),
            *self._wave_entries(time),
            ("rows that share person and time", self.repeated, "", _count),
            ("outcome mean", self.outcome_mean, unit, outcome),
            ("outcome SD", self.outcome_sd, unit, outcome),
            ("outcome minimum", self.outcome_min, unit, outcome),
            ("outcome maximum", self.outcome_max, unit, outcome),
            ("variance between persons", self.variance_between, squared, variance),
            ("variance within persons", self.variance_within, squared, variance),
            ("intraclass correlation (ANOVA)", self.icc, "", "{:.3f}".format),
            *((f"rows left out, {reason}", rows, "", _count) for reason, rows in self.dropped),
        ]

    def _wave_entries(self, unit: str) -> list[Entry]:
        if self.waves is None:
            return []
        rows = self.waves[["wave", "time_mean", "time_sd"]].itertuples(index=False)
        return [
            (f"time at wave {wave}, {name}", value, unit, time_text)
            for wave, mean, sd in rows
            for name, value in (("mean", mean), ("SD", sd))
        ]


def _counted_in(value: str, unit: str) -> str:
    """The unit after a number as it is printed: of one day it is "day"."""
    return singular(unit) if value.strip() == "1" else unit


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _three_digits(size: float) -> Callable[[float], str]:
    """Numbers that stand together, with as many decimals as give this one three digits."""
    return f"{{:.{places_with(float('nan'), size)}f}}".format


def _text(value: float, form: Callable[[float], str]) -> str:
    return "-" if np.isnan(value) else form(value)


def show_number(value: float) -> str:
    """A number for reading: whole numbers in full, others to five significant digits."""
    if np.isnan(value):
        return "-"
    return f"{int(value)}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.5g}"


def summarise(
    persons: Persons,
    times: np.ndarray | None,
    repeated: np.ndarray | None,
    values: np.ndarray,
    names: Mapping[str, str | None],
    units: Mapping[str, str | None],
    dropped: Iterable[tuple[str, int]],
    waves: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    notes: Iterable[str] = (),
    words: Vocabulary = PERSONS,
    counted: str = "",
    ways: Mapping[str, int] | None = None,
    weighing: tuple[np.ndarray, np.ndarray, str] | None = None,
) -> PanelSummary:
    """Describe the rows of a panel; `weighing` is what persons (N,) and their rows (n,) count, and in words."""
    of_persons, of_rows, told = weighing or (np.ones(persons.count), np.ones(len(values)), "")
    between, within = variance_components(persons, values, of_persons, of_rows)
    counts = of_persons[persons.codes] * of_rows
    sizes = persons.sizes
    return PanelSummary(
        names=names,
        units=units,
        persons=persons.count,
        occasions=len(values),
        occasions_min=int(sizes.min()),
        occasions_median=float(np.median(sizes)),
        occasions_max=int(sizes.max()),
        single_occasion=int(np.count_nonzero(sizes == 1)),
        **_time_facts(persons, times, repeated, words.over_time),
        outcome_mean=float(values.mean() if weighing is None else np.average(values, weights=counts)),
        outcome_sd=weighted_sd(values, counts) if len(values) > 1 else float("nan"),
        outcome_min=float(values.min()),
        outcome_max=float(values.max()),
        variance_between=between,
        variance_within=within,
        icc=share_between(between, within),
        dropped=tuple(dropped),
        waves=waves,
        columns=columns,
        notes=(*notes, *_negative_note(between, names["id"], words)),
        vocabulary=words,
        counted=counted,
        weights=told,
        ways=ways or {},
    )


def _negative_note(between: float, id: str | None, words: Vocabulary) -> list[str]:
    if not between < 0:
        return []
    return [
        words.said(
            "The variance between persons comes out negative: the persons' means differ less than chance alone would "
            "make them. Read it as none"
        )
        + f", and check that {id!r} names the {words.who.several}."
    ]


def variance_components(
    persons: Persons, values: np.ndarray, weights: np.ndarray | None = None, rows: np.ndarray | None = None
) -> tuple[float, float]:
    """Between and within variance by the one-way analysis of variance, unequal group sizes allowed.

    Persons (N,) and rows within persons (n,) may count differently, about means of one: sums of squares are weighted,
    and there are as many persons as without weights.

    Examples
    --------
    >>> import numpy as np
    >>> persons = Persons.of(np.array([1, 1, 2, 2]))
    >>> variance_components(persons, np.array([1.0, 3.0, 5.0, 7.0]))
    (7.0, 2.0)
    """
    codes, count = persons.codes, persons.count
    if count < 2 or persons.rows == count:
        return float("nan"), float("nan")
    w = np.ones(count) if weights is None else weights
    r = np.ones(len(values)) if rows is None else rows
    sizes = np.bincount(codes, r, minlength=count)
    centred = values - values.mean()
    means = np.bincount(codes, weights=r * centred, minlength=count) / sizes
    within = float((w[codes] * r) @ (centred - means[codes]) ** 2 / (w @ (sizes - 1.0)))
    total = w @ sizes
    grand = (w * sizes) @ means / total
    mean_square = (w * sizes) @ (means - grand) ** 2 / (count - 1)
    typical_size = (total - w @ sizes**2 / total) / (count - 1)
    return float((mean_square - within) / typical_size), within


def repeated_rows(persons: Persons, times: np.ndarray) -> np.ndarray:
    """Mask of the rows that share person and time with another row."""
    if persons.starts is not None:
        back = times[1:] <= times[:-1]
        back[persons.starts[1:] - 1] = False
        if not back.any():
            return np.zeros(len(times), dtype=bool)
    codes, distinct = pd.factorize(times)
    keys = persons.codes.astype(np.int64) * len(distinct) + codes
    return pd.Series(keys).duplicated(keep=False).to_numpy()


def person_time_order(persons: Persons, times: np.ndarray) -> np.ndarray | None:
    """Rows in the order of persons and of their times; None where they lie so."""
    if persons.starts is not None:
        back = times[1:] < times[:-1]
        back[persons.starts[1:] - 1] = False
        if not back.any():
            return None
    return by_person_and_time(persons.codes, times)


def count_schedules(persons: Persons, times: np.ndarray) -> int:
    """Number of distinct schedules: persons whose sorted exact times are the same share one.

    Examples
    --------
    >>> import numpy as np
    >>> count_schedules(Persons.of(np.array([1, 1, 2, 2, 3])), np.array([0.0, 1.0, 1.0, 0.0, 0.0]))
    2
    """
    order = person_time_order(persons, times)
    codes, _ = pd.factorize(times if order is None else times[order])
    starts = np.cumsum(persons.sizes) - persons.sizes
    total = 0
    for size in np.unique(persons.sizes):
        first = starts[persons.sizes == size]
        keys = np.zeros(len(first), dtype=np.int64)
        for occasion in range(size):  # number the pairs (schedule so far, next time) anew
            keys, distinct = pd.factorize(keys * (codes.max() + 1) + codes[first + occasion])
        total += len(distinct)
    return total


def _time_facts(
    persons: Persons, times: np.ndarray | None, repeated: np.ndarray | None, over_time: bool
) -> dict[str, Any]:
    if times is None or repeated is None:
        return dict.fromkeys(["schedules", "time_min", "time_max", "spacing", "repeated"])
    ends = {"time_min": float(times.min()), "time_max": float(times.max())}
    if not over_time:
        return {**ends, "schedules": None, "spacing": None, "repeated": None}
    return {
        "schedules": count_schedules(persons, times),
        **ends,
        "spacing": _median_spacing(persons, times),
        "repeated": int(np.count_nonzero(repeated)),
    }


def _median_spacing(persons: Persons, times: np.ndarray) -> float | None:
    order = person_time_order(persons, times)
    steps = np.diff(times if order is None else times[order])
    within = np.ones(len(steps), dtype=bool)
    within[np.cumsum(persons.sizes)[:-1] - 1] = False  # from one person to the next
    return float(np.median(steps[within])) if within.any() else None


def share_between(between: float, within: float) -> float:
    """The intraclass correlation of two variances; NaN of none."""
    return between / (between + within) if between + within > 0 else float("nan")
