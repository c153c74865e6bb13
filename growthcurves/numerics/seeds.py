"""Where random numbers come from: one whole number that is printed with every answer that used it."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import shown_value

#: Replicates of a bootstrap, unless another number is asked for.
DRAWS = 1000


def seed_of(rng: Any) -> int:
    """The seed that `rng=` stands for: itself, one drawn from a Generator, or a new one for None.

    Raises
    ------
    ModelError
        For anything else.
    """
    if rng is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**32))
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return int(rng)
    raise ModelError(f"rng= is a whole number from 0 (or a numpy Generator), not {shown_value(rng)}.")
