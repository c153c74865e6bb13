"""Dropout: which share of the persons has been lost by each visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.bounds import finite_number, shown_value


@dataclass(frozen=True)
class Dropout:
    """Loss over the study with a Weibull hazard: the share lost by time t is 1 - (1 - share)^((t / duration)^shape).

    Parameters
    ----------
    share : float
        Lost by the last visit.
    shape : float
        1 is an even hazard, above it loss that grows over the study, below it early loss.
    previous, current : float
        For simulation: by how much the log odds of leaving before a visit rise with an SD of the outcome that was seen
        last, and of the outcome at that visit, which will not be seen (Diggle and Kenward 1994). As many are lost.

    Examples
    --------
    >>> Dropout(0.3, 2).lost([0, 5, 10]).round(2).tolist()
    [0.0, 0.09, 0.3]
    """

    share: float
    shape: float = 1.0
    previous: float = 0.0
    current: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", _share(self.share))
        shape = finite_number(self.shape, "shape= of dropout says how its hazard grows")
        if shape <= 0:
            raise ModelError(f"shape= of dropout is a number above 0, such as 1 for an even hazard, not {shape:g}.")
        object.__setattr__(self, "shape", shape)
        for name in ("previous", "current"):
            finite_number(getattr(self, name), f"{name}= of dropout is a log odds ratio")

    @property
    def depends(self) -> bool:
        """Whether outcomes decide who leaves."""
        return self.previous != 0 or self.current != 0

    def lost(self, times: Any) -> Array:
        """The share lost by each visit.

        Parameters
        ----------
        times : sequence of float
            Of the visits, from the first to the last.

        Returns
        -------
        array
            One share per visit, zero at the first.

        Examples
        --------
        >>> Dropout(0.19).lost([0, 1, 2]).round(3).tolist()
        [0.0, 0.1, 0.19]
        """
        at = np.asarray(times, dtype=float)
        passed = (at - at[0]) / (at[-1] - at[0]) if len(at) > 1 else np.zeros(1)
        return 1.0 - (1.0 - self.share) ** (passed**self.shape)


def _share(value: Any) -> float:
    found = finite_number(value, "dropout= is the share lost by the last visit")
    if not 0.0 <= found < 1.0:
        raise ModelError(f"dropout= is a share of the persons, from 0 to below 1, not {found:g}.")
    return found


def dropout_of(value: Any, arms: tuple[Any, ...]) -> Any:
    """Dropout as it is kept: a `Dropout`, a tuple of shares lost by each visit, or a dict of these by arm.

    Raises
    ------
    ModelError
        For shares that are none, and unknown arms.
    """
    if isinstance(value, Mapping):
        for arm in value:
            if arm not in arms:
                raise ModelError(unknown("arm (for dropout=)", arm, arms))
        missing = [arm for arm in arms if arm not in value]
        if missing:
            raise ModelError(f"dropout= by arm says nothing of {shown_value(missing[0])}: give each arm its share.")
        return {arm: dropout_of(value[arm], ()) for arm in arms}
    if isinstance(value, Dropout):
        return value
    if isinstance(value, (list, tuple, np.ndarray)):
        return _by_visit(tuple(_share(one) for one in value))
    return Dropout(value)


def _by_visit(shares: tuple[float, ...]) -> tuple[float, ...]:
    if any(later < earlier for earlier, later in zip(shares, shares[1:], strict=False)):
        raise ModelError(
            "dropout= by visit is the share that has been lost by each visit, so that it cannot fall from one visit to "
            "the next."
        )
    return shares


def last_visits(value: Any, arm: Any, times: Array) -> Array:
    """The share of an arm's persons whose last visit is each of these; together below 1 where some never come.

    Raises
    ------
    ModelError
        For shares by visit that are not as many as the visits.
    """
    dropout = value[arm] if isinstance(value, Mapping) else value
    if isinstance(dropout, Dropout):
        lost = dropout.lost(times)
    elif len(dropout) == len(times):
        lost = np.array(dropout)
    else:
        raise ModelError(f"dropout= by visit has {len(dropout)} shares, and there are {len(times)} visits.")
    return np.diff(np.append(lost, 1.0))
