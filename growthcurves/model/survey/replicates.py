"""Replicate weights of a study: their columns, of what kind they are, and what each counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from growthcurves.errors import ModelError, among, unknown

#: Kinds of replicate weights.
REPLICATED = ("brr", "fay", "jackknife", "jk2")


@dataclass(frozen=True)
class ReplicateWeights:
    """Replicate weights of a study: columns of weights under each of which the model is fitted again.

    The variance is the sum of squared differences from the estimate times a factor for each replicate: 1/R of balanced
    repeated replication ("brr"), 1/(R (1 - fay)^2) of Fay's variant ("fay"), (R - 1)/R of the jackknife that leaves
    out one unit at a time ("jackknife"), 1 of the paired jackknife ("jk2").

    Parameters
    ----------
    columns : str or sequence of str
        Their names, or what they have in common: ``"rep_{k}"`` for rep_1, rep_2, ...
    kind : {"brr", "fay", "jackknife", "jk2"}
    fay : float
        Fay's factor, such as 0.5 of PISA.
    factors : sequence of float, optional
        The factor of each replicate, where the study gives them.

    Raises
    ------
    ModelError
        For what are no columns, an unknown kind, a factor that is none.

    Examples
    --------
    >>> import growthcurves as gc
    >>> gc.ReplicateWeights("rep_{k}", kind="fay").kind
    'fay'
    """

    columns: str | Sequence[str]
    kind: str = "brr"
    fay: float = 0.5
    factors: Sequence[float] | None = None

    def __post_init__(self) -> None:
        if not among(self.kind, REPLICATED):
            raise ModelError(unknown("kind of replicate weights", self.kind, REPLICATED))
        listed = [self.columns] if isinstance(self.columns, str) else list(self.columns)
        if not listed or not all(isinstance(name, str) for name in listed):
            raise ModelError("Replicate weights are columns: a list of names, or what they have in common, 'rep_{k}'.")
        if not 0 <= self.fay < 1:
            raise ModelError(f"fay= is a factor from 0 to below 1, not {self.fay:g}.")

    def among(self, known: Sequence[str]) -> list[str]:
        """The columns among those of a table, by their numbers.

        Parameters
        ----------
        known : sequence of str

        Returns
        -------
        list of str

        Raises
        ------
        ModelError
            Where none has the name.

        Examples
        --------
        >>> ReplicateWeights("rep_{k}").among(["id", "rep_2", "rep_10", "rep_1", "rep_x"])
        ['rep_1', 'rep_2', 'rep_10']
        """
        if not isinstance(self.columns, str):
            return list(self.columns)
        before, brace, rest = self.columns.partition("{")
        after = rest.partition("}")[2]
        if not brace:
            return [self.columns]
        middles = {
            name: name[len(before) : len(name) - len(after)]
            for name in known if isinstance(name, str) and name.startswith(before) and name.endswith(after)
        }  # fmt: skip
        numbered = [name for name, middle in middles.items() if middle.isdigit()]
        if not numbered:
            raise ModelError(f"No column is called as the replicate weights {self.columns!r}.")
        return sorted(numbered, key=lambda name: int(middles[name]))

    def counted(self, count: int) -> np.ndarray:
        """The factor of each of `count` replicates.

        Parameters
        ----------
        count : int

        Returns
        -------
        (count,) array

        Raises
        ------
        ModelError
            For other factors than replicates.

        Examples
        --------
        >>> ReplicateWeights("rep_{k}", kind="fay", fay=0.5).counted(4).tolist()
        [1.0, 1.0, 1.0, 1.0]
        """
        if self.factors is not None:
            if len(self.factors) != count:
                raise ModelError(f"factors= has {len(self.factors)} values for {count} replicate weights.")
            return np.asarray(self.factors, dtype=float)
        of = {"brr": 1.0 / count, "fay": 1.0 / (count * (1.0 - self.fay) ** 2), "jackknife": (count - 1.0) / count}
        return np.full(count, of.get(self.kind, 1.0))
