"""Who was seen at which wave, where persons who stand alike may be one row with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.grid import Grid
from growthcurves.data.levels import as_groups
from growthcurves.data.reasons import STANDINGS
from growthcurves.data.source import show_level

SEEN, _DROPOUT = STANDINGS.index("seen"), STANDINGS.index("dropout")


@dataclass(frozen=True, eq=False)
class Roll:
    """How persons stand at the waves, and in which group they are.

    Attributes
    ----------
    grid : Grid
        The waves.
    times : (W,) array or None
        Mean time of the rows at each wave; None without time.
    standing : (K, W) array of int
        Place in `STANDINGS`.
    persons : (K,) array of int
        How many persons stand so.
    codes : (K,) array of int
        Place of their group in `groups`.
    groups : list of str
    left_out : DataFrame
        As `Panel.left_out_though_seen`.
    explained : bool
        Whether it is known why waves are missing.
    notes : tuple of str
    """

    grid: Grid
    times: np.ndarray | None
    standing: np.ndarray
    persons: np.ndarray
    codes: np.ndarray
    groups: list[str]
    left_out: pd.DataFrame
    explained: bool = False
    notes: tuple[str, ...] = ()

    @property
    def seen(self) -> np.ndarray:
        """Whether there is an outcome at the wave, (K, W)."""
        return self.standing == SEEN

    @property
    def due(self) -> np.ndarray:
        """Whether persons were to be seen, (K, W)."""
        return self.standing <= _DROPOUT

    @property
    def last_seen(self) -> np.ndarray:
        """Place of the last wave at which they were seen; -1 for nobody seen, (K,)."""
        return last_true(self.seen)

    @property
    def dropped(self) -> np.ndarray:
        """Whether a wave was due after the last at which they were seen, of those who were seen, (K,)."""
        return (self.last_seen >= 0) & (last_true(self.due) > self.last_seen)


def last_true(flags: np.ndarray) -> np.ndarray:
    """Place of the last True of each row; -1 without one."""
    if not flags.shape[1]:
        return np.full(len(flags), -1)
    return np.where(flags.any(axis=1), flags.shape[1] - 1 - flags[:, ::-1].argmax(axis=1), -1)


def counted_groups(
    codes: np.ndarray, names: Sequence[str], persons: np.ndarray, rows: np.ndarray
) -> list[tuple[str, int, int]]:
    """Persons and rows of each group that has any: name, persons, rows."""
    found = (np.bincount(codes, counts, len(names)).astype(int).tolist() for counts in (persons, rows))
    return [one for one in zip(names, *found, strict=True) if one[1]]


def group_codes(column: Any, first: Any) -> tuple[np.ndarray, list[str]]:
    """Group of each value of a column, the missing ones the last, and the groups' names in their order."""
    values = as_groups(column, first)
    labels = [show_level(label) for label in values.categories]
    codes = np.asarray(values.codes, dtype=np.intp)
    if (codes < 0).any():
        codes, labels = np.where(codes < 0, len(labels), codes), [*labels, "(missing)"]
    return codes, labels
