"""Rows with a cell for each model, as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.finding import Finding
from growthcurves.output.numbers import on_the_point
from growthcurves.results.side_by_side.numbers import Number

#: A label and a cell for each model; no cells: the heading of the rows below it.
Lines = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Models:
    """Models by name, and their numbers."""

    names: tuple[str, ...]
    numbers: tuple[Number, ...]

    def different(self, part: str) -> list[Finding]:
        """The numbers of a part that are not the same one in another model, in the order of their first appearance."""
        first: dict[Any, Finding] = {}
        for number in self.numbers:
            if number.part == part:
                first.setdefault(number.finding.identity, number.finding)
        return list(first.values())

    def same(self, what: Finding) -> list[Number]:
        """The same number in each model that has it."""
        return [number for number in self.numbers if number.finding.identity == what.identity]

    def cells(self, what: Finding, text: Callable[[Finding], str], absent: str = "-") -> list[str]:
        """The text of a number in each model: empty where the model has none, `absent` where it has no value."""
        found = {number.model: number.finding for number in self.same(what)}
        texts = {name: text(one) if one.known else absent for name, one in found.items()}
        return [texts.get(name, "") for name in self.names]

    def places(self, what: Finding) -> int:
        """Decimals that show three digits of the smallest standard error, the same in the whole row."""
        found = [number.finding for number in self.same(what)]
        sizes = [one.std_error if one.std_error > 0 else abs(one.value) for one in found]
        size = min((size for size in sizes if size > 0), default=np.nan)
        return 3 if np.isnan(size) else int(np.clip(2 - np.floor(np.log10(size)), 0, 12))


def fixed_places(places: int) -> Callable[[Finding], str]:
    """The text of a number with so many decimals."""
    return lambda found: f"{found.value:.{places}f}"


def set_lines(lines: Lines, names: Sequence[str]) -> Iterable[str]:
    """The rows for a terminal: decimal points of a column below one another."""
    rows = [(title, cells or [""] * len(names)) for title, cells in lines]
    columns = [on_the_point([cells[j] for _, cells in rows]) for j in range(len(names))]
    label = max((len(title) for title, _ in rows), default=0)
    widths = [max([8, len(name), *map(len, column)]) for name, column in zip(names, columns, strict=True)]
    columns = [[f"{cell:>{width}}" for cell in column] for column, width in zip(columns, widths, strict=True)]
    heads = "  ".join(f"{name:>{width}}" for name, width in zip(names, widths, strict=True))
    yield f"{'':{label}}  {heads}".rstrip()
    for (title, _), *cells in zip(rows, *columns, strict=True):
        yield f"{title:{label}}  {'  '.join(cells)}".rstrip()
