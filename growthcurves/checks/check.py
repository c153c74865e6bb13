"""What a check is: statistics whose distribution the fitted model itself gives, and what is said of them.

A check is one file with a subclass of `Check`, and one line in `checks/__init__.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.checks.calls import Call
    from growthcurves.checks.look import Look, Sample

#: What checks are about, in the order in which they are told.
SHAPE, LEVEL_1, LEVEL_2 = "shape", "level 1", "level 2"
BETWEEN, INFLUENCE, SAMPLE, MISSING = "between levels", "influence", "sample", "missing data"
LEVELS = (SHAPE, LEVEL_1, LEVEL_2, BETWEEN, INFLUENCE, SAMPLE, MISSING)

#: Shares of replicates below the values by which statistics are put on one scale, and the normal quantiles there.
INNER, OUTER = 0.8, 0.975
AT_INNER, AT_OUTER = 0.8416, 1.96
#: A statistic that differs between replicates by less than this share of its size differs by rounding errors.
ROUNDING = 1e-12
#: Scores of the variances that depend on one another to this share count once.
DEPENDENT = 1e-10
#: A statistic of which this share is left once estimated variances are taken off says nothing that they do not.
NOTHING_LEFT = 1e-6


class Verdict(Enum):
    """What is said of a finding; a note is no finding."""

    FINE = "fine"
    LOOK = "look"
    PROBLEM = "problem"
    NOTE = "note"


@dataclass(frozen=True, eq=False)
class Measure:
    """The statistics of a check.

    Attributes
    ----------
    labels : sequence
        What each of k statistics is of.
    of : callable
        Gives them of a `Sample`, (k, r).
    two_sided : bool
        Whether low values count as much as high ones.
    score : bool
        Whether they are quadratic forms r'V^-1 M V^-1 r, the scores of a parameter of V with dV = M: what is shown is
        then one step of its estimation, twice what is left of the form over the variance of that.
    units : (k,) array, optional
        What values are multiplied by before they are shown.
    shown : callable, or mapping of label to callable, optional
        Then makes of them, one by one, what is shown, such as a ratio of SDs; a label without one is shown as it is.
    """

    labels: Sequence[Any]
    of: Callable[[Sample], Array]
    two_sided: bool = True
    score: bool = False
    units: Array | None = None
    shown: Callable[[Array], Array] | Mapping[Any, Callable[[Array], Array]] | None = None

    def as_shown(self, label: Any, values: Array) -> Array:
        """Values (r,) of one statistic as they are shown."""
        if self.shown is None or callable(self.shown):
            return values if self.shown is None else self.shown(values)
        return self.shown[label](values) if label in self.shown else values


@dataclass(frozen=True, eq=False)
class Measured:
    """What was found, beside what the fitted model gives.

    Attributes
    ----------
    labels : sequence
    values : (k,) array
        Of the data, as they are shown.
    null : (k, R) array
        Of replicates of the fitted model.
    z : (k,) array
        How far out each lies, as a normal quantile: 1.96 where one in forty replicates lies further out on its side.
    p_value : float
        Of the statistic that is furthest out, all of them being looked at.
    """

    labels: Sequence[Any]
    values: Array
    null: Array
    z: Array
    p_value: float

    @property
    def worst(self) -> int:
        """The statistic that is furthest out."""
        return int(np.argmax(self.z))

    @property
    def label(self) -> Any:
        return self.labels[self.worst]

    @property
    def value(self) -> float:
        return float(self.values[self.worst])

    @property
    def expected(self) -> tuple[float, float]:
        """Between which values it lies in 95 of 100 replicates of the fitted model."""
        low, high = np.quantile(self.null[self.worst], [0.025, 0.975])
        return float(low), float(high)

    def pair(self, place: int) -> tuple[float, tuple[float, float]]:
        """Value and expected range of one of the statistics."""
        low, high = np.quantile(self.null[place], [0.025, 0.975])
        return float(self.values[place]), (float(low), float(high))


@dataclass(frozen=True)
class Said:
    """What is told of a finding.

    Attributes
    ----------
    looked_at : str
        What was looked at.
    text : str
        What was found, a sentence with the number.
    meaning : str
        What it does to the results, where it is so.
    advice : tuple of str or Call
        Calls that can be pasted; of a `Call` (checks/calls.py) only what the fit can be asked is told.
    value, low, high : float
        The number, and the middle 95 % of what the fitted model gives.
    small : bool
        Whether it is too small to matter, however surely it is there.
    p_value : float
        Of a fact that has a test of its own: it is then to be looked at, and never a problem.
    short : str
        What was found with the number, in the few words for which a picture has room; the text where there are none.
    """

    looked_at: str
    text: str
    meaning: str = ""
    advice: tuple[str | Call, ...] = ()
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    small: bool = False
    short: str = ""
    p_value: float = float("nan")


class Check:
    """A check: its level, when it applies, what it measures, and what it says.

    Attributes
    ----------
    name : str
        As tables have it.
    level : str
        What it is about, one of `LEVELS`.
    of_families : bool
        Whether it applies to outcomes that are not normal, by quantile residuals.
    """

    name: ClassVar[str]
    level: ClassVar[str]
    of_families: ClassVar[bool] = False

    def why_not(self, look: Look) -> str | None:
        """Why it does not apply, as a sentence; None where it does."""
        return None

    def measure(self, look: Look) -> Measure:
        """Its statistics."""
        raise NotImplementedError

    def said(self, look: Look, found: Measured) -> Said:
        """What is told of what was found."""
        raise NotImplementedError


class Fact:
    """Something that a reader should know, which is no fault of the model.

    It is a note, or where it has a test of its own (`Said.p_value`) something to look at.

    Attributes
    ----------
    name, level : str
        As of a check.
    """

    name: ClassVar[str]
    level: ClassVar[str]

    def said(self, look: Look) -> Said | None:
        """What is told; None where there is nothing to tell."""
        raise NotImplementedError


def compared(measure: Measure, data: Array, replicates: Array, scores: tuple[Array, Array]) -> Measured | None:
    """The statistics of the data (k, 1) beside those of replicates (k, R); `scores` are those of the variances.

    None where estimated variances leave nothing of them. All are judged together: the p-value is that of the one that
    is furthest out, among the furthest out of each replicate (Westfall and Young 1993, single step).
    """
    both, sizes = _sized(np.concatenate([data, replicates], axis=1))
    left, sd = _adjusted(both, _sized(np.concatenate(scores, axis=1))[0])
    there = sd > np.maximum(NOTHING_LEFT * both.std(axis=1), ROUNDING)
    if not there.any():
        return None
    left, sd, sizes, both = left[there], sd[there], sizes[there], both[there]
    labels = [label for label, one in zip(measure.labels, there, strict=True) if one]
    size = _sizes(left, measure.two_sided)
    most = size.max(axis=0)
    p = float((1 + np.count_nonzero(most[1:] >= most[0])) / len(most))
    if measure.score:
        values = 2.0 * left / sd[:, None] ** 2 / sizes
    else:
        values = (left + both[:, 1:].mean(axis=1, keepdims=True)) * sizes
    values = values if measure.units is None else values * measure.units[there, None]
    shown = np.array([measure.as_shown(label, row) for label, row in zip(labels, values, strict=True)])
    return Measured(labels, shown[:, 0], shown[:, 1:], size[:, 0], p)


def _sizes(left: Array, two_sided: bool) -> Array:
    """How far out each value (k, 1 + R) lies on its side, as the normal quantile that it has among all.

    Between and beyond the values that one in five and one in forty exceed it is a power of the value, so that a
    statistic of long tails does not hide another. The data are one of them, as each replicate is: else the largest of
    many statistics would be called a problem one and a half times as often as it should.
    """
    above = _quantiles(left)
    return np.maximum(above, _quantiles(-left)) if two_sided else above


def _quantiles(values: Array) -> Array:
    inner, outer = np.maximum(np.quantile(values, [INNER, OUTER], axis=1), 1e-300)[:, :, None]
    steps = np.log(np.maximum(outer / inner, 1.0 + 1e-9))
    power = np.clip(np.log(AT_OUTER / AT_INNER) / steps, 0.25, 2.0)
    return AT_OUTER * np.sign(values) * (np.abs(values) / outer) ** power


def _sized(values: Array) -> tuple[Array, Array]:
    """Values (k, r) over the largest of each row, and these (k, 1): squares are then numbers in any unit."""
    sizes = np.abs(values).max(axis=1, keepdims=True, initial=0.0)
    sizes = np.where(sizes > 0, sizes, 1.0)
    return values / sizes, sizes


def _adjusted(values: Array, scores: Array) -> tuple[Array, Array]:
    """Values (k, 1 + R) less their means and their regression on scores (m, 1 + R), and their SDs.

    The data are adjusted by all replicates and each replicate by all others (the residual over one less its leverage),
    so that where the model is right the data lie among the replicates as any of these does among the rest.
    """
    centred = scores - scores[:, 1:].mean(axis=1, keepdims=True)
    scale = centred.std(axis=1, keepdims=True)
    design = np.concatenate([np.ones((1, values.shape[1])), centred / np.where(scale > 0, scale, 1.0)]).T
    U, size, back = np.linalg.svd(design[1:], full_matrices=False)
    there = size > DEPENDENT * size[0]
    U, back = U[:, there], back[there] / size[there, None]
    left = values - (design @ back.T @ (U.T @ values[:, 1:].T)).T
    sd = np.sqrt((left[:, 1:] ** 2).sum(axis=1) / max(len(U) - U.shape[1], 1))
    left[:, 1:] /= np.maximum(1.0 - (U**2).sum(axis=1), DEPENDENT)
    return left, sd
