"""What simulated studies are drawn from: one set of values for all, or one for each, from a pilot's uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.planning.design import Design
from growthcurves.planning.simulation.setting import Setting
from growthcurves.results.intervals.bootstrap import Bootstrap

#: What a study of other values than the assumed ones is drawn from.
Changed = dict[str, float]


@dataclass(frozen=True, eq=False)
class Truths:
    """One setting, or one for each study.

    Attributes
    ----------
    settings : sequence of Setting
    """

    settings: Sequence[Setting]

    @property
    def one(self) -> bool:
        """Whether all studies are drawn from the same values."""
        return len(self.settings) == 1

    def _each(self, own: slice, n: int, of: Callable[[Setting], Any]) -> Array:
        """Values of some studies, (n, ...)."""
        if self.one:
            value = np.asarray(of(self.settings[0]))
            return np.broadcast_to(value, (n, *value.shape))
        return np.stack([np.asarray(of(one)) for one in self.settings[own]])

    def beta(self, own: slice, n: int) -> Array:
        """Fixed effects (n, p)."""
        return self._each(own, n, lambda one: one.beta())

    def sizes(self, own: slice, n: int) -> Array:
        """Sizes of what is tested (n, k)."""
        return self._each(own, n, lambda one: one.sizes)

    def of(self, names: Sequence[str], own: slice, n: int) -> Array:
        """Variance parameters by name (n, P)."""
        return self._each(own, n, lambda one: [value_of(one.design, name) for name in names])

    def covariances(self, place: int) -> list[Array]:
        """V of a person of each kind, in one study."""
        return self.settings[place].design.covariances

    def all_covariances(self) -> list[list[Array]]:
        """The same of all studies; of one where all are alike."""
        return [self.covariances(place) for place in range(len(self.settings))]

    def without(self, null: Setting) -> Truths:
        """The same where the smaller model of a test of variances is true."""
        zero = dict.fromkeys(null.smaller.zero, 0.0) if null.smaller else {}
        return Truths([one.with_values(zero) for one in self.settings])


def value_of(design: Design, name: str) -> float:
    """A variance parameter by its name; a correlation that nothing was said of is zero."""
    values, structure = design.assumed.values, design.residual
    own = {} if structure is None else dict(zip(_names(structure), structure.values(), strict=True))
    known = {**values, **own}
    if name in known and not name.startswith("cor:"):
        return float(known[name])
    kind, _, pair = name.partition(":")
    first, _, second = pair.partition(",")
    if not all(values.get(f"sd:{one}", 1.0) > 0.0 for one in (first, second)):
        return float("nan")
    return float(known.get(name, known.get(f"{kind}:{second},{first}", 0.0)))


def _names(structure: Any) -> list[str]:
    return [one.name for one in structure.parameters()]


def truths_of(setting: Setting, seed: int, sizes_of: Callable[[float | None], Array]) -> Truths:
    """What studies are drawn from: with a pilot, values drawn from its sampling distribution by the bootstrap."""
    known = setting.design.assumed
    if known.pilot is None or not setting.method.pilot:
        return Truths([setting])
    drawn = Bootstrap(n=setting.method.n, rng=seed).drawn(known.pilot)
    rows = drawn.table[drawn.used].to_dict(orient="records")
    found = []
    for place in range(setting.method.n):
        row = rows[place % len(rows)]
        values = {name: float(np.nan_to_num(row[name])) for name in known.values if name in row}
        values |= {name: known.values[name] for name in known.asked}
        moved = setting.with_values(values)
        slope = float(row["slope"]) if "slope" in row else known.slope
        sizes = setting.sizes if setting.smaller is not None else sizes_of(slope)
        changed = replace(moved.design.assumed, slope=slope)
        found.append(replace(moved, design=replace(moved.design, assumed=changed), sizes=sizes))
    return Truths(found)
