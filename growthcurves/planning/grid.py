"""Several values of what may vary in a question of planning."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.bounds import few, several
from growthcurves.planning.asked import SIZES, Asked, is_of_study
from growthcurves.planning.assumed import Options
from growthcurves.planning.schedule import SCHEDULE, refuse_moving, refuse_origins
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


def combinations(asked: Asked, over: Mapping[str, Sequence[Any]]) -> list[tuple[dict[str, Any], Asked]]:
    """The question with each combination of values, which tables know by their labels.

    Raises
    ------
    ModelError
        For what is said beside over=, and assumptions that are of one schedule where schedules vary.
    """
    _refuse_said(asked, over)
    refuse_moving(asked, [name for name, values in over.items() if len(values) > 1])
    found = []
    for values in itertools.product(*over.values()):
        varying = dict(zip(over, values, strict=True))
        found.append(({name: label(value) for name, value in varying.items()}, asked.varied(varying)))
    if set(SCHEDULE) & set(over):
        refuse_origins([one for _, one in found])
    return found


def _refuse_said(asked: Asked, over: Mapping[str, Sequence[Any]]) -> None:
    """Refuse what varies and is said as well, of assumptions and the effect."""
    sizes = {"effect": asked.effect, "slowing": asked.slowing}
    for name, values in over.items():
        given = sizes.get(name) if name in sizes else asked.options.get(name)
        if given is not None and not is_of_study(name, values[0]):
            raise ModelError(f"over= says which values {name} takes, and {name}= says one: leave one of them out.")
