"""Replicate weights of a study: their columns, of what kind they are, and what each counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from growthcurves.errors import ModelError, among, brief, unknown
from growthcurves.numerics.bounds import finite_number

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
        "jackknife" leaves out one unit of all in turn (JK1); one that leaves out one unit of a stratum in turn (JKn)
        needs ``factors=``, (n - 1)/n of the n units of the stratum of each replicate.
    fay : float, optional
        Fay's factor of ``kind="fay"``; 0.5 by default, as in PISA.
    factors : sequence of float, optional
        The factor of each replicate, where the study gives them.
    of : str, optional
        Whose weights they are: the column of persons, as by default, or of units above them, whose conditional weights
        they take the place of. A model with units above persons needs it said.

    Raises
    ------
    ModelError
        For what are no columns, an unknown kind, a factor that is none, Fay's factor of another kind.

    Examples
    --------
    >>> import growthcurves as gc
    >>> gc.ReplicateWeights("rep_{k}", kind="fay").kind
    'fay'
    """

    columns: str | Sequence[str]
    kind: str = "brr"
    fay: float | None = None
    factors: Sequence[float] | None = None
    of: str | None = None

    def __post_init__(self) -> None:
        if not among(self.kind, REPLICATED):
            raise ModelError(unknown("kind of replicate weights", self.kind, REPLICATED))
        listed = [self.columns] if isinstance(self.columns, str) else list(self.columns)
        if not listed or not all(isinstance(name, str) for name in listed):
            raise ModelError("Replicate weights are columns: a list of names, or what they have in common, 'rep_{k}'.")
        if self.of is not None and not isinstance(self.of, str):
            raise ModelError(f"of= is the column of those whose weights they are, not {type(self.of).__name__}.")
        again = [name for place, name in enumerate(listed) if name in listed[:place]]
        if again:
            raise ModelError(f"The replicate weights {again[0]!r} are named twice.")
        if len(listed) == 1 and "{" not in listed[0]:
            raise ModelError(
                f"One replicate weight, {listed[0]!r}, has no variance: name all of them, or what they have in common "
                f"with {{k}} for their numbers, 'rep_{{k}}'."
            )
        self._refuse_factors()

    def _refuse_factors(self) -> None:
        if self.fay is not None and self.kind != "fay":
            raise ModelError(
                f"fay= is the factor of kind='fay', not of kind={self.kind!r}: say kind='fay', or leave it out."
            )
        if self.fay is not None and not 0 <= finite_number(self.fay, "fay= is a factor from 0 to below 1") < 1:
            raise ModelError(f"fay= is a factor from 0 to below 1, not {self.fay:g}.")
        if self.fay is None and self.kind == "fay":
            object.__setattr__(self, "fay", 0.5)
        if self.factors is None:
            return
        told = "factors= is a list with a number of each replicate, zero or larger and not all zero"
        if isinstance(self.factors, (str, bytes)) or not isinstance(self.factors, (Sequence, np.ndarray)):
            raise ModelError(f"{told}, not {brief(self.factors)}.")
        values = [finite_number(value, told) for value in self.factors]
        if min(values, default=0.0) < 0 or not any(values):
            raise ModelError(f"{told}, not {brief(list(self.factors))}.")

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
            Where none has the name, numbers are missing between others, or two columns have one number.

        Examples
        --------
        >>> ReplicateWeights("rep_{k}").among(["id", "rep_10", "rep_11", "rep_9", "rep_x"])
        ['rep_9', 'rep_10', 'rep_11']
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
        found = sorted(numbered, key=lambda name: int(middles[name]))
        refuse_gaps(found, [int(middles[name]) for name in found], self.columns)
        return found

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
        fay = self.fay or 0.0
        of = {"brr": 1.0 / count, "fay": 1.0 / (count * (1.0 - fay) ** 2), "jackknife": (count - 1.0) / count}
        return np.full(count, of.get(self.kind, 1.0))


def refuse_gaps(names: Sequence[str], numbers: Sequence[int], pattern: str) -> None:
    """Refuse numbers of columns that are not one after the other.

    Raises
    ------
    ModelError
    """
    for place in range(1, len(numbers)):
        if numbers[place] == numbers[place - 1]:
            raise ModelError(
                f"The replicate weights {names[place - 1]!r} and {names[place]!r} have one number: name the columns in "
                f"a list."
            )
        if numbers[place] != numbers[place - 1] + 1:
            raise ModelError(
                f"The replicate weights {pattern!r} have the numbers {numbers[0]} to {numbers[-1]} without "
                f"{numbers[place - 1] + 1}: name the columns in a list, if these are all."
            )
    if len(names) == 1:
        raise ModelError(f"The replicate weights {pattern!r} are one column, {names[0]!r}, which has no variance.")
