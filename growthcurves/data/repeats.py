"""Rows that share person and time: how many, and whether several outcomes or persons are stacked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.backticks import quoted_inside
from growthcurves.data.checks import holds_numbers
from growthcurves.data.describe import show_number
from growthcurves.data.frame import raw_array
from growthcurves.data.source import show_id
from growthcurves.data.vocabulary import vocabulary

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

_MOST_STACKED = 50


def repeated_note(panel: Panel) -> str | None:
    """What is to be said of rows that share person and time; None where there are none."""
    words = vocabulary(panel)
    if not words.over_time or not panel.repeated.any():
        return None
    repeated, who = panel.repeated, words.who.one
    row = int(repeated.argmax())
    person = show_id(panel.persons.labels[panel.persons.codes[row]])
    stacked = _stacked_by(panel) if repeated.mean() > 0.5 else None
    if stacked is not None:
        name, levels = stacked
        shown = ", ".join(levels[:4]) + (", ..." if len(levels) > 4 else "")
        condition = f"{quoted_inside(name)} == {levels[0]!r}"
        return (
            f"{np.count_nonzero(repeated)} rows, the first of {who} {person}, share {who} and time with another, and "
            f"{name!r} ({shown}) tells them apart: if several outcomes are stacked, give "
            f"where={condition!r}; if one id is several {words.who.several}, id=[{name!r}, {panel.id!r}]."
        )
    return (
        f"{np.count_nonzero(repeated)} rows share {who} and time with another row; the first is {who} {person} "
        f"at {panel.time!r} {show_number(float(f'{panel.times[row]:.6g}'))}. See panel.duplicates()."
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
