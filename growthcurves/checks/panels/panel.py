"""What a panel of the picture of checks is: points, a line through them, and the band that a right model gives of it.

A panel is one file with a subclass of `Panel`, and one place in `SLOTS` in `checks/panels/__init__.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from growthcurves.checks.check import Measure, Measured, Verdict
from growthcurves.checks.words import given_right
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.envelopes import envelope

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks

#: Columns of the table of a panel; `part` is "point", "line" (with its band, low to high) or "person".
COLUMNS = ["part", "series", "x", "value", "low", "high", "label"]
#: Of more points than this some are drawn, those furthest out always among them.
MOST_POINTS, _ALWAYS = 600, 50
_ORDER = [one.value for one in (Verdict.PROBLEM, Verdict.LOOK, Verdict.FINE)]


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything that is seen of a panel.

    Attributes
    ----------
    title, x, y : str
        What is over it, and its axes.
    table : DataFrame
        Columns part, series, x, value, low, high, label.
    kind : {"line", "quantiles", "ratios"}
        How it is drawn: a line along x, values against what is expected of them, or values side by side.
    reference : float, optional
        Where a line would lie that has nothing to say.
    of_outcome : bool
        Whether the y axis is in units of the outcome.
    over_time : bool
        Whether the x axis is time.
    ticks : tuple of str
        Names of values side by side.
    verdict, text : str
        What is said of it under it.
    """

    title: str
    x: str
    y: str
    table: pd.DataFrame
    kind: str = "line"
    reference: float | None = None
    of_outcome: bool = False
    over_time: bool = False
    ticks: tuple[str, ...] = ()
    verdict: str = ""
    text: str = ""


class Panel:
    """A panel.

    Attributes
    ----------
    name : str
    checks : tuple of str
        The checks whose findings it shows.
    """

    name: ClassVar[str]
    checks: ClassVar[tuple[str, ...]]

    def why_not(self, found: FitChecks) -> str | None:
        """Why it does not apply, as a sentence; None where it does."""
        return None

    def measure(self, found: FitChecks) -> Measure:
        """The line that is looked at: of the data, and of replicates of the fitted model."""
        raise NotImplementedError

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """What is seen."""
        raise NotImplementedError

    def care(self, found: FitChecks) -> str:
        """What its reader is to take care of, a sentence after that of the finding."""
        return ""


@dataclass(frozen=True, eq=False)
class Line:
    """A line with the band that holds the whole of it in 95 of 100 replicates of the fitted model.

    Attributes
    ----------
    places : (k,) array of int
        Which statistics of the measure these are: estimated variances may leave nothing of some.
    values, low, high, middle : (k,) arrays
        Of the data; of the band; the median of replicates.
    """

    places: Array
    values: Array
    low: Array
    high: Array
    middle: Array

    @classmethod
    def of(cls, measured: Measured) -> Line:
        """From a measure whose labels are 0, 1, ...; the data count as one of the replicates: so the band is exact."""
        low, high = envelope(np.column_stack([measured.values, measured.null]))
        return cls(np.array(measured.labels), measured.values, low, high, np.median(measured.null, axis=1))

    def within(self, first: int, last: int) -> Line:
        """The part of the line that has these statistics, first to before last."""
        there = (self.places >= first) & (self.places < last)
        parts = (self.values, self.low, self.high, self.middle)
        return Line(self.places[there] - first, *(part[there] for part in parts))

    def table(self, x: Any, series: Any = "") -> pd.DataFrame:
        """As rows of a panel: x and series of every statistic of the measure."""
        return rows(
            "line",
            x=np.asarray(x)[self.places],
            series=np.broadcast_to(series, len(x))[self.places],
            value=self.values, low=self.low, high=self.high,
        )  # fmt: skip


def rows(part: str, **columns: Any) -> pd.DataFrame:
    """Rows of the table of a panel."""
    return pd.DataFrame({"part": part, **columns}).reindex(columns=COLUMNS)


def points(x: Array, value: Array, label: Any = "") -> pd.DataFrame:
    """Points of a panel, not more than can be seen."""
    count = len(value)
    if count > MOST_POINTS:
        far = np.argsort(-np.abs(value - np.median(value)), kind="stable")[:_ALWAYS]
        some = np.random.default_rng(1).choice(count, MOST_POINTS - _ALWAYS, replace=False)
        kept = np.union1d(far, some)
        x, value = x[kept], value[kept]
        label = label[kept] if isinstance(label, np.ndarray) else label
    return rows("point", x=x, value=value, label=label)


def together(*parts: pd.DataFrame) -> pd.DataFrame:
    """The table of a panel from its parts."""
    return pd.concat([part.astype({"series": object, "label": object}) for part in parts], ignore_index=True)


def finding(found: FitChecks, panel: Panel) -> Any:
    """The row of the findings that a panel tells: the worst, or the first of those that are alike; None without any."""
    table = found.table[found.table["check"].isin(panel.checks)]
    there = sorted(table.itertuples(), key=lambda row: (_ORDER.index(row.verdict), panel.checks.index(row.check)))
    return there[0] if there else None


def badness(found: FitChecks, panel: Panel) -> int:
    """What panels of one place are ranked by, the worst verdict first."""
    row = finding(found, panel)
    return len(_ORDER) if row is None else _ORDER.index(row.verdict)


def where(table: pd.DataFrame) -> str:
    """Where the lines of a panel lie, in a sentence."""
    lines = table[table["part"] == "line"]
    out = int(((lines["value"] < lines["low"]) | (lines["value"] > lines["high"])).sum())
    return f"{out:,} of {len(lines):,} lie outside the band." if out else f"All {len(lines):,} lie in the band."


def told(found: FitChecks, panel: Panel, table: pd.DataFrame) -> tuple[str, str]:
    """Verdict and sentence of a panel; without a finding, whether its lines lie in their bands."""
    row = finding(found, panel)
    if row is None:
        return "", f"{where(table)} {panel.care(found)}".strip()
    short = found.said[row.check].short
    text = f"{short[:-1]} ({given_right(found.details[row.check])})." if short else row.text
    return row.verdict, f"{text} {panel.care(found)}".strip()
