"""The call of `to_long` that made a long table, told from what the table remembers of its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.patterns import number_text, plain_number
from growthcurves.data.source import source_of


def reshaping(data: pd.DataFrame, id: Any, time: Any, used: Sequence[str]) -> str:
    """`data = gc.to_long(data, ...)` with every column spelled out, so that it finds no other.

    Parameters
    ----------
    data : DataFrame
        Came from `to_long`.
    id, time : str
    used : list of str
        The columns that the model uses.
    """
    source = source_of(data)
    cells = json.loads(source["cells"])
    position = data.index.to_numpy() % int(source["waves"])
    own_times = cells.pop(str(time), None)
    times = None if own_times else _by_position(data[time], position)
    waves = _by_position(data["wave"], position) if "wave" in data.columns else None
    numbers = waves or times or {}
    options = {"id": repr(id), "time": repr(time)}
    options["columns"] = repr({name: _columns(data, position, name, found, numbers) for name, found in cells.items()})
    if own_times:
        options["times"] = repr(_pattern([own_times[place] for place in numbers], list(numbers.values())))
    elif waves and times:
        options["times"] = repr({waves[place]: times[place] for place in times})
    spread = {id, time, "wave" if waves else None, *cells}
    options["keep"] = repr([name for name in dict.fromkeys(used) if name not in spread])
    return f"data = gc.to_long(data, {', '.join(f'{name}={text}' for name, text in options.items())})"


def _by_position(column: pd.Series, position: np.ndarray) -> dict[int, Any] | None:
    """The value at each position among a person's rows; None where it is not the same for all persons."""
    values = column.groupby(position).agg(["nunique", "first"])
    if (values["nunique"] != 1).any():
        return None
    return {int(place): plain_number(float(value)) for place, value in values["first"].items()}


def _columns(
    data: pd.DataFrame, position: np.ndarray, name: str, found: list[str], numbers: Mapping[int, Any]
) -> dict[str, Any]:
    """The wide columns of an outcome with their number; a wave that has none carries the outcome's own name."""
    there = data[name].notna().groupby(position).any()
    return {
        column: numbers[place]
        for place, column in enumerate(found)
        if place in numbers and (column != name or there.get(place, False))
    }


def _pattern(names: list[str], numbers: list[Any]) -> str:
    """The pattern of which these are the names, with the numbers in them."""
    first = number_text(numbers[0])
    starts = [place for place in range(len(names[0])) if names[0].startswith(first, place)]
    for place in starts:
        before, after = names[0][:place], names[0][place + len(first) :]
        if all(name == f"{before}{number_text(number)}{after}" for name, number in zip(names, numbers, strict=True)):
            return f"{before}{{wave}}{after}"
    return names[0]
