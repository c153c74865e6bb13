"""Python that makes a plan again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.planning.study import Study

if TYPE_CHECKING:
    from growthcurves.planning.answer import Plan

#: Signs of a line.
WIDTH = 88


#: What stands before the fit of a pilot, which a page does not hold.
_PILOT = '# the fit of the pilot study, which was saved with pilot.save("pilot.json")'


def program(plan: Plan) -> str:
    """The study and the call, from the import on."""
    asked, test = plan.asked, plan.asked.test
    given = {
        name: getattr(asked.study, f"_given_{name}", getattr(asked.study, name)) for name in Study.__dataclass_fields__
    }
    changed = {name: value for name, value in given.items() if not _is_default(name, value)}
    call = {
        "effect": asked.effect, "slowing": asked.slowing, "test": asked.term, "at": asked.at, "since": asked.since,
        "power": asked.wanted, **asked.options,
    }  # fmt: skip
    said = {name: value for name, value in call.items() if value is not None}
    for name, usual in (("alpha", 0.05), ("sided", 2), ("method", "t"), ("ddf", "satterthwaite")):
        if getattr(test, name) != usual:
            said[name] = getattr(test, name)
    said |= _simulated(getattr(plan, "method", None), getattr(plan, "seed", None))
    if plan.interval is not None:
        said |= {"n": plan.interval.replicates, "rng": plan.interval.seed}
    door = {"persons": "sample_size", "effect": "detectable_effect"}.get(plan.solved, "power")
    if door == "power":
        said.pop("power", None)
    study, answer = _call("study = gc.Study(", [], changed), _call(f"plan = gc.{door}(", ["study"], said)
    pilot = [_PILOT, 'pilot = gc.load("pilot.json")'] if "fit" in said else []
    return "\n".join(["import growthcurves as gc", "", *pilot, study, answer, "print(plan)"])


def _simulated(method: Any, seed: int | None) -> dict[str, Any]:
    """How a power was simulated; nothing where it was not."""
    if method is None:
        return {}
    if method == type(method)(method.n, method.rng):
        return {"method": "simulation", "n": method.n, "rng": seed}
    return {"method": replace(method, rng=seed)}


def _is_default(name: str, value: Any) -> bool:
    usual = Study.__dataclass_fields__[name].default
    return value is usual or (isinstance(value, (int, float, str)) and value == usual)


def _call(head: str, first: list[str], named: Mapping[str, Any]) -> str:
    """A call, on one line where it fits."""
    parts = [
        *first,
        *(f"{name}={'pilot' if isinstance(value, FittedModel) else text_of(value)}" for name, value in named.items()),
    ]
    one = f"{head}{', '.join(parts)})"
    if len(one) <= WIDTH:
        return one
    return "\n".join([head, *(f"    {part}," for part in parts), ")"])


def text_of(value: Any) -> str:
    """A value as Python writes it, without the types of numpy.

    Examples
    --------
    >>> text_of({"a": np.float64(0.5)}), text_of(np.eye(2)), text_of(range(3))
    ("{'a': 0.5}", '[[1.0, 0.0], [0.0, 1.0]]', 'range(0, 3)')
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{text_of(name)}: {text_of(one)}" for name, one in value.items()) + "}"
    if isinstance(value, np.ndarray):
        return text_of(value.tolist())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(text_of, value)) + "]"
    if isinstance(value, np.generic):
        return repr(value.item())
    text = repr(value)
    return f"gc.{text}" if type(value).__module__.startswith("growthcurves") else text
