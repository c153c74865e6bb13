"""Drawing and fitting replicates of a fit, in batches that fit the memory, with a progress bar on a terminal."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.estimates import Drawing, Fits
from growthcurves.errors import NotEstimableError
from growthcurves.estimate.run import rows_of
from growthcurves.fitted import FittedModel

#: Numbers that the replicates fitted at once may hold, and their most: so few that the bar moves about every second.
CHUNK_NUMBERS = 1 << 18
MOST_AT_ONCE = 100


def replicate_fits(fit: FittedModel, kind: str, n: int, seed: int) -> Fits:
    """Fits of n replicates, kind "parametric" or "case"; they do not depend on how many are fitted at once.

    Raises
    ------
    NotEstimableError
        Where the likelihood of the fit has no replicates.
    """
    return in_batches(_drawing(fit, kind, seed), n, "bootstrap")


def left_out_fits(fit: FittedModel, level: int | None = None) -> Fits:
    """Fits without each unit of a level in turn, 0 of persons, by default of the highest that the model has."""
    drawing = _drawing(fit, "left out", 0, level)
    unit = [fit.model.id, *fit.model.above][-1 if level is None else level]
    return in_batches(drawing, drawing.persons, f"leaving out each {unit}")


def without_rows(fit: FittedModel, places: np.ndarray) -> Fits:
    """Fits without each of some of the rows that were used, in turn."""
    _refuse_without_replicates(fit)
    drawing = fit.estimates.leaving_out(rows_of(fit.bound), places.tolist())
    return in_batches(drawing, drawing.persons, "leaving out each occasion")


def _drawing(fit: FittedModel, kind: str, seed: int, level: int | None = None) -> Drawing:
    _refuse_without_replicates(fit)
    return fit.estimates.drawing(kind, seed, level)


def _refuse_without_replicates(fit: FittedModel) -> None:
    reason = fit.estimates.why_not("replicates")
    if reason:
        raise NotEstimableError(reason)


def in_batches(drawing: Drawing, n: int, what: str) -> Fits:
    """Replicates 0, ..., n - 1 fitted in batches."""
    from tqdm import tqdm

    step = int(np.clip(CHUNK_NUMBERS // max(drawing.numbers, 1), 1, MOST_AT_ONCE))
    parts = []
    with tqdm(total=n, desc=what, disable=None, delay=1.0, leave=False) as bar:
        for first in range(0, n, step):
            last = min(first + step, n)
            parts.append(drawing.fits(first, last))
            bar.update(last - first)
    return Fits.joined(parts)
