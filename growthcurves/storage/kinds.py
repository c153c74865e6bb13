"""Kinds of saved values: each says of a value where it is not what it must be, and "" where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

#: Takes a value and where it stands; gives the place of the first thing that is wrong, or "".
Kind = Callable[[Any, str], str]


def of(holds: Callable[[Any], bool]) -> Kind:
    """What a condition holds of."""
    return lambda value, place: "" if holds(value) else place


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1e300


text = of(lambda value: isinstance(value, str))
flag = of(lambda value: isinstance(value, bool))
number = of(_is_number)
#: Infinite where it could not be found.
distance = of(lambda value: isinstance(value, float) and not value < 0)
count = of(lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53)
place = of(lambda value: isinstance(value, int) and not isinstance(value, bool) and -1 <= value < 2**31)
scalar = of(lambda value: value is None or isinstance(value, (str, bool)) or _is_number(value))
table = of(lambda value: isinstance(value, pd.DataFrame) and value.columns.is_unique)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, (str, int)) for name in value) and all(map(_is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return not scalar(value, "wrong") or (isinstance(value, np.ndarray) and bool(np.isfinite(value).all()))


plain = of(_is_plain)


def _is_option(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_option, value))
    return value is None or isinstance(value, (bool, int, float, str))


#: What an option of an exchangeable part is, infinite numbers too; the part says whether it is one of its own.
option = of(_is_option)


def one_of(*values: Any) -> Kind:
    """One of a few values."""
    return of(lambda value: isinstance(value, str) and value in values)


def maybe(kind: Kind) -> Kind:
    """What may be absent."""
    return lambda value, place: "" if value is None else kind(value, place)


def array(ndim: int, kinds: str = "f") -> Kind:
    """A numeric array of so many dimensions, all of it finite."""
    return of(
        lambda value: isinstance(value, np.ndarray)
        and value.ndim == ndim
        and value.dtype.kind in kinds
        and bool(np.isfinite(value).all())
    )


def each(kind: Kind, holder: Any = tuple) -> Kind:
    """A tuple (or list) of any number of values of a kind."""

    def wrong(value: Any, place: str) -> str:
        if not isinstance(value, holder):
            return place
        return next(filter(None, (kind(item, place) for item in value)), "")

    return wrong


def row(*kinds: Kind, holder: Any = tuple) -> Kind:
    """A tuple (or list) of exactly these kinds."""

    def wrong(value: Any, place: str) -> str:
        if not isinstance(value, holder) or len(value) != len(kinds):
            return place
        return next(filter(None, (kind(item, place) for kind, item in zip(kinds, value, strict=True))), "")

    return wrong


def mapping(kind: Kind) -> Kind:
    """Values of a kind by name."""

    def wrong(value: Any, place: str) -> str:
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            return place
        return next(filter(None, (kind(item, place) for item in value.values())), "")

    return wrong


def record(**kinds: Kind) -> Kind:
    """A value of its own kind under each of these names; other names are left alone."""

    def wrong(value: Any, place: str) -> str:
        if not isinstance(value, dict):
            return place
        inside = f"{place}." if place else ""
        places = (kind(value[name], inside + name) if name in value else inside + name for name, kind in kinds.items())
        return next(filter(None, places), "")

    return wrong


def either(*kinds: Kind) -> Kind:
    """A value of any of these kinds."""
    return lambda value, place: "" if any(not kind(value, place) for kind in kinds) else place
