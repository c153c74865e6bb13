"""Whether the rows of each person lie together over the partitions of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.data.persons import run_starts


@dataclass(frozen=True, eq=False)
class Runs:
    """Whose rows a partition has, in their order: of persons whose keys ascend the first and the last tell enough.

    Attributes
    ----------
    first, last : number
        Keys of persons (see `keys_of`).
    keys : array or None
        That of each run of rows of one person; None where they ascend.
    """

    first: Any
    last: Any
    keys: np.ndarray | None

    @classmethod
    def of(cls, keys: np.ndarray) -> Runs:
        """From the key of each row of a partition that has any, (n,)."""
        runs = keys[run_starts(keys)]
        return cls(runs[0], runs[-1], None if (runs[1:] > runs[:-1]).all() else runs)


def apart(partitions: Sequence[Runs], keys: Callable[[], Sequence[np.ndarray]]) -> bool:
    """Whether a person turns up again, but for one whose rows end a partition and begin the next.

    Parameters
    ----------
    partitions : sequence of Runs
    keys : callable
        Gives the key of each run of rows of every partition; asked where the ends do not tell.

    Examples
    --------
    >>> one, two, three = (Runs.of(np.array(keys)) for keys in ([7, 7, 8], [1, 3], [3, 5]))
    >>> apart([one, two, three], list), apart([two, one, three], lambda: [[1, 3], [7, 8], [3, 5]])
    (False, True)
    """
    known = [one.keys for one in partitions if one.keys is not None]
    if not known and _follow(partitions):
        return False
    every = known if len(known) == len(partitions) else keys()
    runs = [part if not n or part[0] != every[n - 1][-1] else part[1:] for n, part in enumerate(every)]
    return len(np.unique(np.concatenate(runs))) < sum(map(len, runs))


def _follow(partitions: Sequence[Runs]) -> bool:
    """Whether no keys lie among those of another partition, but for the last of one and the first of the next."""
    order = sorted(range(len(partitions)), key=lambda place: (partitions[place].first, partitions[place].last, place))
    pairs = ((partitions[one], partitions[two], two - one) for one, two in zip(order, order[1:], strict=False))
    return all(one.last < two.first or (one.last == two.first and step == 1) for one, two, step in pairs)
