"""How many digits sums tell of values, beside how many these have: whole numbers follow from few (docs/sites.md, 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr
from scipy.special import gammaln

from growthcurves.numerics.arrays import Array

#: Digits of a number in a file, in bits.
FULL = 53.0
#: Digits of a normal distribution whose SD is one step, in bits: half the logarithm of 2 pi e.
NORMAL = 0.5 * float(np.log2(2.0 * np.pi * np.e))
#: Decimal steps are looked for down to this share of the range of values, others down to that.
DECIMAL, OTHER = 1e-8, 1e-5
#: Beyond so many digits of a person, two persons have the same with no chance that matters.
MANY = 40.0


@dataclass(frozen=True)
class Scale:
    """On which numbers values lie.

    Attributes
    ----------
    low, high : float
        The least and the largest of them.
    step : float
        Of which all their differences are multiples; a rounding of the range where there is none.
    coarse : float
        The step of normal values that would coincide as often as these do, no finer than `step`: values that follow a
        grid of their own (logarithms of whole numbers) or heap have fewer digits than they are written with.
    """

    low: float
    high: float
    step: float
    coarse: float

    def above(self, values: Array) -> Array:
        """How many steps values are above the least."""
        return np.asarray(np.rint((values - self.low) / self.step))

    def below(self, values: Array) -> Array:
        """How many steps values are below the largest."""
        return np.asarray(np.rint((self.high - values) / self.step))


def scale_of(values: Array) -> Scale:
    """The scale of values (n,).

    Examples
    --------
    >>> scale_of(np.array([1.5, 2.0, 4.5, 2.0])).step
    0.5
    """
    low, high = float(values.min()), float(values.max())
    step = step_of(values)
    _, counts = np.unique(np.rint((values - low) / step), return_counts=True)
    pairs, coincide = len(values) * (len(values) - 1) / 2.0, float((counts * (counts - 1)).sum()) / 2.0
    different = max(1.0, pairs / max(1.0, coincide))
    return Scale(low, high, step, max(step, 2.0 * float(np.sqrt(np.pi)) * _spread(values) / different))


def _spread(values: Array) -> float:
    """The SD of values but for those far away, which would have their digits counted for everybody."""
    near = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return min(float(np.std(values)), near) if near > 0.0 else float(np.std(values))


def step_of(values: Array) -> float:
    """The largest step of which all differences of values (n,) are multiples."""
    away = np.unique(np.abs(values - values[0]))[1:]
    if not len(away):
        return 1.0
    size = float(away[-1])
    for digits in range(-12, 16):
        unit = 10.0**-digits
        whole = np.rint(away / unit)
        if unit < DECIMAL * size:
            break
        if unit <= size and (np.abs(away / unit - whole) < 1e-4).all():
            return float(np.gcd.reduce(whole.astype(np.int64)) * unit)
    step = float(away[0])
    while step > OTHER * size:
        rest = np.abs(away - step * np.rint(away / step))
        off = rest > 0.1 * OTHER * size
        if not off.any():
            return step
        step = float(rest[off].min())
    return size * 2.0**-FULL


def told(known: Array, steps: Array, values: Array, scales: list[Scale]) -> float:
    """Digits of the sums of products of known columns with values, and of values with each other, in bits.

    Parameters
    ----------
    known : (n, k) array
    steps : (k,) array
        Theirs.
    values : (n, d) array
    scales : list of d Scale
    """
    n = len(known)
    R, order = qr(known / steps, mode="r", pivoting=True)
    size = np.abs(np.diag(R[: known.shape[1]]))
    size = size[size > 1e-9 * size.max()]
    of_known = np.maximum(0.0, np.log2(size))
    own = _of_person(known, values, np.array([one.step for one in scales]))
    own = own[own > 0.0]
    linear = np.minimum(FULL, of_known[:, None] + own).sum()
    squares = own[:, None] + own + 0.5 * np.log2(max(1, n - len(size))) - NORMAL + 0.5 * np.eye(len(own))
    return float(linear + np.clip(squares, 0.0, FULL)[np.triu_indices(len(own))].sum())


def unknown(known: Array, values: Array, scales: list[Scale]) -> tuple[float, float]:
    """Digits of values (n, d) that known columns (n, k) do not say, of all persons and of one, in bits.

    Persons of whom the same is known are not told apart: theirs are the digits of who has what, in no order.
    """
    own = float(_of_person(known, values, np.array([one.coarse for one in scales])).sum())
    length = np.linalg.norm(known, axis=0)
    counts = np.unique(np.round(known / np.where(length > 0.0, length, 1.0), 12), axis=0, return_counts=True)[1]
    if own > MANY:
        return float(len(known) * own - gammaln(counts + 1.0).sum() / np.log(2.0)), own
    kinds = 2.0**own
    ways = gammaln(counts + kinds) - gammaln(kinds) - gammaln(counts + 1.0)
    return float(ways.sum() / np.log(2.0)), own


def _of_person(known: Array, values: Array, steps: Array) -> Array:
    """Digits of one person's values (d,), each given what is known and the values before it, in bits."""
    rest = values - known @ np.linalg.lstsq(known, values, rcond=None)[0]
    spread = np.abs(np.diag(np.linalg.qr(rest, mode="r"))) / np.sqrt(max(1, len(known) - known.shape[1]))
    with np.errstate(divide="ignore"):
        return np.maximum(0.0, NORMAL + np.log2(spread / steps))
