"""Rows that share person and time: how many, and whether several outcomes are stacked or one id is several persons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.constant import first_difference
from growthcurves.data.describe import show_number
from growthcurves.data.frame import raw_array
from growthcurves.data.persons import Persons
from growthcurves.data.source import show_id

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

_MOST_STACKED = 50


def repeated_note(panel: Panel) -> str | None:
    """What is to be said of rows that share person and time; None where there are none."""
    repeated = panel.repeated
    if not repeated.any():
        return None
    row = int(repeated.argmax())
    person = show_id(panel.persons.labels[panel.persons.codes[row]])
    stacked = _stacked_by(panel) if repeated.mean() > 0.5 else None
    if stacked is not None:
        name, levels = stacked
        shown = ", ".join(levels[:4]) + (", ..." if len(levels) > 4 else "")
        return (
            f"{np.count_nonzero(repeated)} rows, the first of person {person}, share person and time with another, and "
            f"{name!r} ({shown}) tells them apart: if several outcomes are stacked, keep the rows of one; if one id is "
            f"several persons, give id=[{name!r}, {panel.id!r}]."
        )
    return (
        f"{np.count_nonzero(repeated)} rows share person and time with another row; the first is "
        f"person {person} at {panel.time!r} {show_number(float(f'{panel.times[row]:.6g}'))}. See panel.duplicates()."
    )


def _stacked_by(panel: Panel) -> tuple[str, list[str]] | None:
    """The column of texts that tells rows of one person and time apart, and its values."""
    codes, _ = pd.factorize(panel.times)
    cells = panel.persons.codes.astype(np.int64) * (codes.max() + 1) + codes
    for name in _factors(panel):
        values, levels = pd.factorize(panel.column(name))
        if not 2 <= len(levels) <= _MOST_STACKED:
            continue
        if not pd.Series(cells * (len(levels) + 1) + values).duplicated().any():
            return str(name), [show_id(level) for level in levels]
    return None


def _factors(panel: Panel) -> Iterator[Any]:
    roles = (panel.id, panel.time, panel.outcome, panel.wave)
    for name in panel.data.columns:
        if name not in roles and not holds_numbers(raw_array(panel.data, name)):
            yield name


def reused_ids_note(panel: Panel, factor: str) -> str | None:
    """Whether one id seems to be several persons, one in each group of a factor; None where nothing says so.

    It is so where the factor varies within persons, and something else that persons differ in varies with it alone:
    age is one number for id 7 of one arm and another for id 7 of the other.
    """
    codes, levels = pd.factorize(panel.column(factor))
    persons, groups = panel.persons, Persons.of(codes)
    within = Persons.of(persons.codes.astype(np.int64) * (len(levels) + 1) + codes)
    mixed = np.bincount(persons.codes[within.first_rows], minlength=persons.count) > 1
    if len(levels) < 2 or mixed.sum() < 2 or 2 * mixed.sum() < persons.count:
        return None
    for name in panel.data.columns:
        if name in (panel.id, panel.time, panel.outcome, panel.wave, factor):
            continue
        values = panel.column(name)
        of_both = first_difference(values, within.codes, within.first_rows) is None
        of_group = first_difference(values, groups.codes, groups.first_rows) is None
        if of_both and not of_group and first_difference(values, persons.codes, persons.first_rows) is not None:
            return _reused_text(panel, factor, str(name), mixed)
    return None


def _reused_text(panel: Panel, factor: str, name: str, mixed: np.ndarray) -> str:
    person = show_id(panel.persons.labels[int(mixed.argmax())])
    return (
        f"One id seems to be several persons: {int(mixed.sum())} of {panel.persons.count} ids, such as {person}, occur "
        f"under several values of {factor!r}, each with another {name!r}; if so, give id=[{factor!r}, {panel.id!r}]."
    )
