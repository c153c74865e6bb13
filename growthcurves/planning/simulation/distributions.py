"""Distributions of mean 0 and variance 1 that random effects and residuals may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.arrays import Array

Draw = Callable[[np.random.Generator, Any], Array]


def _normal(rng: np.random.Generator, shape: Any) -> Array:
    return rng.standard_normal(shape)


def _t5(rng: np.random.Generator, shape: Any) -> Array:
    return rng.standard_t(5.0, shape) * np.sqrt(3.0 / 5.0)


def _skewed(rng: np.random.Generator, shape: Any) -> Array:
    return rng.standard_exponential(shape) - 1.0


def _uniform(rng: np.random.Generator, shape: Any) -> Array:
    return rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), shape)


def _two_groups(rng: np.random.Generator, shape: Any) -> Array:
    """Half and half of two normal distributions, three of their SDs apart."""
    side = np.where(rng.random(shape) < 0.5, -1.5, 1.5)
    return (side + rng.standard_normal(shape)) / np.sqrt(1.0 + 1.5**2)


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": _normal,
    "t5": _t5,
    "skewed": _skewed,
    "uniform": _uniform,
    "two-groups": _two_groups,
}


def distribution(asked: Any, option: str) -> Draw:
    """What draws standardised numbers.

    Raises
    ------
    ModelError
        For an unknown name.
    """
    if callable(asked):
        return _checked(asked, option)
    if not isinstance(asked, str) or asked not in DISTRIBUTIONS:
        raise ModelError(unknown(f"distribution (for {option}=)", asked, list(DISTRIBUTIONS)))
    return DISTRIBUTIONS[asked]


def _checked(asked: Callable[..., Any], option: str) -> Draw:
    def draw(rng: np.random.Generator, shape: Any) -> Array:
        found = np.asarray(asked(rng, shape), dtype=float)
        if found.shape != (shape if isinstance(shape, tuple) else (shape,)) or not np.isfinite(found).all():
            raise ModelError(f"{option}= gives finite numbers of the shape that it is asked for, {shape}.")
        return found

    return draw
