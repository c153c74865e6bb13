"""Drawing and fitting replicates of a fit, in batches that fit the memory, with a progress bar on a terminal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.batch.fits import Fits, fit_batch
from growthcurves.engine.draws.replicates import ParametricSource, truth_of
from growthcurves.engine.draws.resample import CaseSource
from growthcurves.fitted import FittedModel

#: Numbers that the replicates fitted at once may hold.
CHUNK_NUMBERS = 1 << 21
MOST_AT_ONCE = 2000


def replicate_fits(fit: FittedModel, kind: str, n: int, seed: int) -> Fits:
    """Fits of n replicates, kind "parametric" or "case"; they do not depend on how many are fitted at once."""
    problem, sequence = fit.solution.problem, np.random.SeedSequence(seed)
    if kind == "parametric":
        parametric = ParametricSource(problem, truth_of(fit.solution), sequence)
        return in_batches(lambda first, last: parametric.next(last - first), n, parametric.numbers, "bootstrap")
    cases = CaseSource(problem, fit.people_moments, sequence)
    return in_batches(lambda first, last: cases.next(last - first), n, cases.numbers, "bootstrap")


def left_out_fits(fit: FittedModel) -> Fits:
    """Fits without each person in turn."""
    source = CaseSource(fit.solution.problem, fit.people_moments, np.random.SeedSequence(0))
    return in_batches(source.without, source.count, source.numbers, "leaving out persons")


def in_batches(batch: Callable[[int, int], Batch], n: int, numbers: int, what: str) -> Fits:
    """Replicates 0, ..., n - 1 fitted in batches; `batch(first, last)` makes some, each of so many numbers."""
    from tqdm import tqdm

    step = int(np.clip(CHUNK_NUMBERS // max(numbers, 1), 1, MOST_AT_ONCE))
    parts = []
    with tqdm(total=n, desc=what, disable=None, delay=1.0, leave=False) as bar:
        for first in range(0, n, step):
            last = min(first + step, n)
            parts.append(fit_batch(batch(first, last)))
            bar.update(last - first)
    return Fits.joined(parts)
