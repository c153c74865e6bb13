"""Means, SDs, intraclass correlations, and correlations within and between persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.describe import variance_components
from growthcurves.data.markup import TextTable, html_of
from growthcurves.data.persons import Persons
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import several
from growthcurves.numerics.distributions import t_tail
from growthcurves.output.numbers import fixed_text, on_the_point, places_of
from growthcurves.output.save import Saved
from growthcurves.output.sheet import Sheet, sheet_of_texts
from growthcurves.output.styles import STYLES, Style
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

TITLE = "Means, standard deviations, and correlations within and between persons"
WITHIN, BETWEEN = "within", "between"
_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_PAIRS = ["first", "second", "level", "r", "n", "df", "p_value", "label"]


@dataclass(frozen=True, eq=False, repr=False)
class Correlations(Saved):
    """Means, SDs, ICC(1) and correlations of variables.

    Attributes
    ----------
    table : DataFrame
        One row per correlation: first, second, level ("between" or "within"), r, n (persons, or rows), df, p_value,
        label.
    variables : DataFrame
        One row per variable: variable, rows, persons, mean, sd, icc.
    notes : tuple of str
    title : str
    """

    table: pd.DataFrame
    variables: pd.DataFrame
    notes: tuple[str, ...]
    title: str = TITLE

    @told
    def __str__(self) -> str:
        style = STYLES["apa"]
        lines, head = self._lines(style), self._head()
        width = max(len(label) for label, _ in lines)
        columns = [on_the_point([texts[k] for _, texts in lines]) for k in range(len(head))]
        widths = [max(len(name), len(column[0])) for name, column in zip(head, columns, strict=True)]
        rows = [("", head), *((label, list(texts)) for (label, _), *texts in zip(lines, *columns, strict=True))]
        shown = ["  ".join([f"{label:{width}}", *map(str.rjust, texts, widths)]).rstrip() for label, texts in rows]
        return "\n".join([self.title, "", *shown, "", *self.notes]).replace(style.minus, "-")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return html_of(self.title, TextTable(self._head(), self._lines(STYLES["apa"])), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain Python values.

        Returns
        -------
        dict
            ``"variables"`` and ``"table"`` as lists of rows.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> round(panel.correlations().to_dict()["variables"][0]["icc"], 2)
        0.39
        """
        tables = {"variables": self.variables, "table": self.table}
        return {name: table.to_dict("records") for name, table in tables.items()} | {"notes": list(self.notes)}

    def _sheet(self, style: Style, decimals: int | None) -> Sheet:
        return sheet_of_texts(self._lines(style, decimals), self._head(), style, self.title, self.notes)

    def _head(self) -> list[str]:
        return ["M", "SD", "ICC(1)", *(str(k) for k in range(1, len(self.variables) + 1))]

    def _lines(self, style: Style, decimals: int | None = None) -> list[tuple[str, list[str]]]:
        """A row for each variable: between persons below the diagonal, within persons above it."""
        found = {(row.first, row.second, row.level): row for row in self.table.itertuples()}
        names, lines = list(self.variables["variable"]), []
        for k, row in enumerate(self.variables.itertuples()):
            places = decimals if decimals is not None else max(2, min(places_of([float(f"{row.sd:.3g}")]), 4))
            cells = [fixed_text(row.mean, places), fixed_text(row.sd, places), _share(row.icc, style)]
            for j, other in enumerate(names):
                pair = (other, row.variable, BETWEEN) if j < k else (row.variable, other, WITHIN)
                cells.append("—" if j == k else _r(found[pair], style))
            lines.append((f"{k + 1}. {row.variable}", cells))
        return lines


def _share(value: float, style: Style) -> str:
    return "" if np.isnan(value) else style.share(value, 2)


def _r(row: Any, style: Style) -> str:
    return _share(row.r, style) + next((mark for limit, mark in _STARS if row.p_value < limit), "")


def correlations(panel: Panel, columns: Sequence[str] | None) -> Correlations:
    """Correlations of columns of numbers; see `Panel.correlations`."""
    names = _asked(panel, columns)
    values = {name: panel.numbers(name) for name in names}
    rows = [_variable(panel, name, values[name]) for name in names]
    said, who = vocabulary(panel).said, vocabulary(panel).who
    pairs = [row for pair in combinations(names, 2) for row in _pair(panel, *pair, values, said)]
    notes = (
        said(
            "Below the diagonal: correlations between persons, of their means. Above it: within persons, of deviations "
            "from them. M and SD are over all rows."
        ),
        said("* p < .05, ** p < .01, *** p < .001; N - 2 degrees of freedom between, rows - persons - 1 within."),
        f"{panel.persons.count:,} {who.several}, {len(panel):,} rows; each pair is of rows in which both are known.",
    )
    variables = pd.DataFrame(rows, columns=["variable", "rows", "persons", "mean", "sd", "icc"])
    return Correlations(pd.DataFrame(pairs, columns=_PAIRS), variables, notes, said(TITLE))


def _asked(panel: Panel, columns: Sequence[str] | None) -> list[str]:
    if columns is not None:
        names = several(columns)
        panel.require(names)
        if len(set(names)) < len(names) or not names:
            raise ModelError("columns= names each column of numbers once.")
        return names
    roles = {panel.id, panel.time, panel.wave, panel.outcome}
    frame = panel.frame
    numbers = [name for name in frame if name not in roles and holds_numbers(frame[name]) and frame[name].dtype != bool]
    return [panel.outcome, *([panel.time] if panel.time is not None else []), *map(str, numbers)]


def _variable(panel: Panel, name: str, values: np.ndarray) -> list[Any]:
    known = ~np.isnan(values)
    mine, persons = values[known], Persons.of(panel.persons.codes[known])
    between, within = variance_components(persons, mine)
    total = between + within
    return [name, len(mine), persons.count, mine.mean(), mine.std(ddof=1), between / total if total else np.nan]


def _pair(panel: Panel, one: str, other: str, values: dict[str, np.ndarray], said: Any) -> list[list[Any]]:
    """The correlation of persons' means, and that of deviations from them."""
    both = ~(np.isnan(values[one]) | np.isnan(values[other]))
    persons = Persons.of(panel.persons.codes[both])
    x, y = values[one][both], values[other][both]
    means = [np.bincount(persons.codes, weights=v - v.mean(), minlength=persons.count) / persons.sizes for v in (x, y)]
    apart = [v - v.mean() - mean[persons.codes] for v, mean in zip((x, y), means, strict=True)]
    return [
        [one, other, level, r, n, df, _p(r, df), f"correlation of {one} and {other} {said(f'{level} persons')}"]
        for level, r, n, df in (
            (BETWEEN, _correlation(*(mean - mean.mean() for mean in means)), persons.count, persons.count - 2),
            (WITHIN, _correlation(*apart), len(x), len(x) - persons.count - 1),
        )
    ]


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Of two variables about zero; NaN where one of them is nothing but rounding."""
    sizes = [float(np.sqrt(v @ v)) for v in (x, y)]
    if min(sizes) <= 1e-12 * max(np.abs(x).sum(), np.abs(y).sum(), 1e-300) or len(x) < 3:
        return float("nan")
    return float(np.clip(x @ y / (sizes[0] * sizes[1]), -1.0, 1.0))


def _p(r: float, df: int) -> float:
    """Two-sided p of a correlation."""
    if np.isnan(r) or df < 1:
        return float("nan")
    return 0.0 if abs(r) == 1 else 2.0 * t_tail(abs(r) * np.sqrt(df / (1.0 - r**2)), df)
