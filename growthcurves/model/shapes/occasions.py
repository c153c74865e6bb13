"""Saturated growth: one mean per occasion, no curve assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.model.shapes.base import Array, BoundShape, Seen, Shape
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords
from growthcurves.numerics.bounds import finite_number, several

#: More different times than this are no common grid of occasions.
MOST_OCCASIONS = 50


@dataclass(frozen=True)
class Occasions(Shape):
    """One mean per occasion: each wave's mean is a growth parameter, such as ``week[4]``.

    Occasions are the distinct times, or the waves where the model names a wave column; then a wave's time is
    the median of its rows' times. Persons differ by the random effects "intercept" (a person's level at all
    occasions, the default) and "slope" (a straight line in time).

    Parameters
    ----------
    times : list of float, optional
        Time of each occasion; taken from the data.
    labels : list of str, optional
        Name of each occasion; taken from the data.
    wave : str, optional
        The wave column; taken from the model.
    waves : list, optional
        The value of the wave column for each occasion; taken from the data.

    Examples
    --------
    >>> Occasions(times=[0, 6], labels=["week[0]", "week[6]"]).bind(0.0).basis([6.0, 0.0]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """

    times: Any = None
    labels: Any = None
    wave: str | None = None
    waves: Any = None
    waves_are_occasions = True

    def __post_init__(self) -> None:
        for name in ("times", "labels", "waves"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else tuple(several(value)))
        if self.times is not None:
            numbers = tuple(finite_number(time, "Each of times= is a time") for time in self.times)
            labels = tuple(map(str, self.labels or numbers))
            if len(set(numbers)) < len(numbers) or len(labels) != len(numbers):
                raise ModelError("Occasions(times=, labels=) need different times, and as many labels as times.")
            object.__setattr__(self, "times", numbers)
            object.__setattr__(self, "labels", labels)

    @property
    def name(self) -> str:
        return "occasions"

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.labels or ()

    @property
    def default_random(self) -> tuple[str, ...]:
        return ("intercept",)

    @property
    def wave_column(self) -> str | None:
        return self.wave

    def options(self) -> dict[str, Any]:
        """None: the same data give the same occasions."""
        return {}

    def unbound_words(self, time: str) -> list[str] | None:
        return [f"[occasion of {time}]"] if self.times is None else None

    def learned(self, seen: Seen) -> Occasions:
        if self.times is not None:
            return self
        if seen.wave is not None:
            return self._of_waves(seen)
        times = np.unique(seen.times)
        if times.size > MOST_OCCASIONS:
            raise ModelError(
                f"{seen.time!r} has {times.size} different values, so there is no common grid of occasions: name the "
                f"column of the planned occasion with wave=."
            )
        labels = tuple(f"{seen.time}[{time:.12g}]" for time in times)
        return replace(self, times=tuple(float(time) for time in times), labels=labels)

    def _of_waves(self, seen: Seen) -> Occasions:
        waves, codes = np.unique(np.asarray(seen.waves), return_inverse=True)
        if waves.size > MOST_OCCASIONS:
            raise ModelError(f"{seen.wave!r} has {waves.size} different values: too many to be planned occasions.")
        times = [float(np.median(seen.times[codes.reshape(-1) == code])) for code in range(waves.size)]
        if len(set(times)) < len(times):
            raise ModelError(f"Two waves of {seen.wave!r} have the same median {seen.time!r}: they are no occasions.")
        order = np.argsort(times)
        values = waves.tolist()
        return replace(
            self,
            times=tuple(times[i] for i in order),
            labels=tuple(f"{seen.wave}[{_shown(values[i])}]" for i in order),
            wave=seen.wave,
            waves=tuple(values[i] for i in order),
        )

    def nominal(self, waves: Any) -> Array:
        """The time of each row's wave; NaN for a wave that the model has not seen."""
        assert self.waves is not None and self.times is not None
        known = dict(zip(self.waves, self.times, strict=True))
        return np.array([known.get(wave, np.nan) for wave in np.asarray(waves).tolist()])

    def bind(self, origin: float) -> BoundOccasions:
        if self.times is None:
            raise ModelError("The occasions are not known before the model has seen the data: fit it first.")
        line = tuple(time - origin for time in self.times)
        extra = {"intercept": tuple(1.0 for _ in self.times), "slope": line}
        return BoundOccasions(origin, self.parameters, extra=extra, times=self.times)


@dataclass(frozen=True)
class BoundOccasions(BoundShape):
    """Indicators of the occasions."""

    times: tuple[float, ...] = ()

    @property
    def smooth(self) -> bool:
        return False

    @property
    def occasions(self) -> bool:
        return True

    @property
    def only_at(self) -> tuple[float, ...]:
        return self.times

    def basis(self, time: Array, values: Array | None = None) -> Array:
        time = np.asarray(time, dtype=np.float64)
        out = (time[:, None] == np.array(self.times)).astype(float)
        strange = ~out.any(axis=1) & ~np.isnan(time)
        if strange.any():
            listed = ", ".join(f"{t:g}" for t in self.times)
            raise ModelError(f"The time {time[strange][0]:g} is none of the model's occasions ({listed}).")
        out[np.isnan(time)] = np.nan
        return out

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        raise NotEstimableError(
            "A model with one mean per occasion has no rate at a single time: ask for the average rate between two "
            "occasions."
        )

    def level_one(self, time: str) -> list[str]:
        return [f"[{time} = {t:g}]" for t in self.times]

    def words(self, names: Names) -> ShapeWords:
        found = {
            label: ParameterWords(f"Mean {names.outcome} {names.when.at(time)}", label, names.unit)
            for label, time in zip(self.parameters, self.times, strict=True)
        }
        level = ParameterWords(f"Level of {names.outcome} at all occasions", "level at all occasions", names.unit)
        text = f"a distance from the mean of each occasion; no curve is assumed between the {len(self.times)} occasions"
        return ShapeWords(text, found | {"intercept": level, "slope": names.rate()})


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
