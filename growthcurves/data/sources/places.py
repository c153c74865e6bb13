"""Where rows of tables that were put together came from: each keeps its file or partition, and its row there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from growthcurves.data.source import source_of

#: What is kept of where a table came from: all that the words for a cell need.
_OF_CELLS = ("file", "part", "first_row", "blank", "waves", "cells")
#: What is kept of a table beside its places, where it is so of all that are joined.
_OF_TABLES = ("file", "options")


def placed(frame: pd.DataFrame, before: int = 0, **place: str) -> pd.DataFrame:
    """A table with its place, ``file="a.csv"`` or ``part="table 3"``; so many of its rows came in batches before."""
    found = frame.copy(deep=False)
    found.index = pd.RangeIndex(len(frame))
    found.attrs = {"source": {**place, "first_row": before + 1}}
    return found


def numbered(frames: Iterable[pd.DataFrame], start: int = 0) -> Iterator[pd.DataFrame]:
    """Tables whose rows have labels of their own among those of all, from `start` on, by which their places are found.

    Examples
    --------
    >>> tables = {"a.csv": [1, 2], "b.csv": [3]}
    >>> one, two = numbered(placed(pd.DataFrame({"y": y}), file=file) for file, y in tables.items())
    >>> one.index.tolist(), two.index.tolist()
    ([0, 1], [2])
    >>> from growthcurves.data.source import find_cell
    >>> find_cell(joined([one, two])[::-1], 0, "y").place
    'row 1 of b.csv'
    """
    for frame in frames:
        source = source_of(frame)
        if "places" in source:  # put aside with its labels
            yield frame
            continue
        found = _bare(frame)
        found.index = (frame.index if _are_positions(frame.index) else pd.RangeIndex(len(frame))) + start
        places = json.dumps([[start, _only(source, _OF_CELLS)]])
        found.attrs = {"source": _only(source, _OF_TABLES) | {"places": places}}
        yield found
        start = start if found.empty else int(found.index.max()) + 1


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Numbered tables one below the other."""
    if len(frames) == 1:
        return frames[0]
    found = pd.concat([_bare(frame) for frame in frames])
    sources = [source_of(frame) for frame in frames]
    alike = [name for name in _OF_TABLES if all(source.get(name) == sources[0].get(name) for source in sources)]
    found.attrs = {"source": _only(sources[0], alike) | {"places": _places(sources)}}
    return found


def gathered(frames: Iterable[pd.DataFrame], least: int) -> Iterator[pd.DataFrame]:
    """Numbered tables, small ones that follow each other joined until they have `least` rows."""
    waiting: list[pd.DataFrame] = []
    rows = 0
    for frame in frames:
        waiting.append(frame)
        rows += len(frame)
        if rows >= least:
            yield joined(waiting)
            waiting, rows = [], 0
    if waiting:
        yield joined(waiting)


def _are_positions(labels: pd.Index) -> bool:
    """Whether labels can say which row of its file each is: whole numbers, each once."""
    return pd.api.types.is_integer_dtype(labels.dtype) and labels.is_unique and (not len(labels) or labels.min() >= 0)


def _bare(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without what is known of it, which pandas would compare with that of the others."""
    found = frame.copy(deep=False)
    found.attrs = {}
    return found


def _only(source: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: source[name] for name in names if name in source}


def _places(sources: list[dict[str, Any]]) -> str:
    """The places of all, in the order of labels."""
    texts = dict.fromkeys(source["places"] for source in sources)
    return json.dumps(sorted({start: own for text in texts for start, own in json.loads(text)}.items()))
