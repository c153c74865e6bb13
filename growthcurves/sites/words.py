"""Cells in words: which persons, and at which occasions."""

from __future__ import annotations

from typing import Any

from growthcurves.sites.cells import Cell, SiteRows, occasion_columns
from growthcurves.sites.recipe import SiteRecipe


def occasions_words(shared: SiteRecipe, occasions: list[tuple[Any, ...]]) -> str:
    """Occasions as a sentence names them: "week 0, 4, 8"."""
    names = occasion_columns(shared)
    if not names:
        return f"{len(occasions)} rows"
    if len(names) == 1:
        return f"{names[0]} " + ", ".join(shown(one[0]) for one in occasions)
    told = ("/".join(shown(value) for value in one[: len(names)]) for one in occasions)
    return f"{'/'.join(names)} " + ", ".join(told)


def type_words(shared: SiteRecipe, values: tuple[Any, ...]) -> str:
    """A type of persons: "arm drug, sex f"; everybody where nothing is counted."""
    names = list(shared.roles.types)
    return ", ".join(f"{name} {shown(value)}" for name, value in zip(names, values, strict=True)) or "everybody"


def cell_words(rows: SiteRows, cell: Cell) -> str:
    """A cell: its type and its occasions."""
    at = occasions_words(rows.shared, [rows.occasions[one] for one in cell.schedule])
    beside = [shown(value) for value in rows.aparts[cell.apart]]
    return f"{type_words(rows.shared, rows.kinds[cell.kind])} at {at}" + (f" ({', '.join(beside)})" if beside else "")


def shown(value: Any) -> str:
    """A value as short as it is."""
    return f"{value:g}" if isinstance(value, float) else str(value)
