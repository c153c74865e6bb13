"""Several values of what may vary in a question of planning."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.bounds import few, several
from growthcurves.planning.asked import SIZES, Asked
from growthcurves.planning.assumed import Options
from growthcurves.planning.study import Study

#: The most values of one thing that varies.
MOST_VALUES = 200


def varied(over: Any) -> dict[str, list[Any]]:
    """What varies, with its values.

    Raises
    ------
    ModelError
        For what cannot vary.
    """
    if over is None:
        return {}
    if not isinstance(over, Mapping):
        raise ModelError("over= is a dict of what varies to its values, such as {'waves': [3, 5, 8]}.")
    known = [*Study.__dataclass_fields__, *SIZES, *Options.__annotations__]
    found = {}
    for name, values in over.items():
        if name not in known:
            raise ModelError(unknown("thing to vary (in over=)", name, known))
        found[name] = list(few(several(values), f"{name} varies over values", MOST_VALUES))
        if not found[name]:
            raise ModelError(f"{name} varies over no values: give some.")
    return found


def label(value: Any) -> Any:
    """A value that varies as tables have it: numbers and texts as they are, others in words.

    Examples
    --------
    >>> label(0.5), label([0, 1, 4]), label({"a": 0.4, "b": 0.6})
    (0.5, '0, 1, 4', 'a 0.4, b 0.6')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {label(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple, range, np.ndarray)):
        return ", ".join(str(label(one)) for one in value)
    return f"{value:.4g}" if isinstance(value, float) and len(repr(value)) > 8 else value


def combinations(asked: Asked, over: Mapping[str, Sequence[Any]]) -> Iterator[tuple[dict[str, Any], Asked]]:
    """The question with each combination of values, which tables know by their labels."""
    for values in itertools.product(*over.values()):
        varying = dict(zip(over, values, strict=True))
        yield {name: label(value) for name, value in varying.items()}, asked.varied(varying)
