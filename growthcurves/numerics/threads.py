"""The one door to threads: work on pieces side by side, results in the order of the pieces.

numpy lets go of Python's lock inside its loops, so that pieces of a large array are worked on at the same time. What
the pieces are never depends on the number of threads, and results come back in their order, so that sums of them are
the same to the last bit with one thread or many.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from growthcurves.errors import ModelError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Environment variable that sets the number of threads; without it, as many as there are cores to run on.
VARIABLE = "GROWTHCURVES_THREADS"

_inside = threading.local()


def thread_count() -> int:
    """How many threads large panels are worked on with: GROWTHCURVES_THREADS, or the cores of this process.

    Raises
    ------
    ModelError
        When the variable holds anything but a whole number from 1.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    if not asked:
        return cores()
    if not (asked.isascii() and asked.isdigit() and int(asked) > 0):
        raise ModelError(f"{VARIABLE} is a whole number of threads from 1, not {asked!r}.")
    return int(asked)


@cache
def cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(work: Callable[[Item], Result], pieces: Sequence[Item], much: bool = True) -> Iterator[Result]:
    """The results of `work` on each piece, in the order of the pieces; side by side where there are several.

    Where it is not `much`, threads would wait for each other longer than they work, and there is one. Work that itself
    asks for threads gets none: it is one of several already.
    """
    if len(pieces) <= 1 or getattr(_inside, "working", False):
        return map(work, pieces)
    return _side_by_side(work, pieces, min(thread_count(), len(pieces)) if much else 1)


def _side_by_side(work: Callable[[Item], Result], pieces: Sequence[Item], count: int) -> Iterator[Result]:
    with _one_blas_thread:
        yield from map(work, pieces) if count == 1 else _pool(count).map(_marked(work), pieces)


@contextmanager
def alone() -> Iterator[None]:
    """Work that asks for no threads of its own: it is one of several pieces that others work on side by side."""
    before = getattr(_inside, "working", False)
    _inside.working = True
    try:
        yield
    finally:
        _inside.working = before


def each(work: Callable[[Item], None], pieces: Sequence[Item]) -> None:
    """Do work that writes its own part of an array on each piece, side by side where there are several."""
    for _ in in_order(work, pieces):
        pass


def _marked(work: Callable[[Item], Result]) -> Callable[[Item], Result]:
    def inside(piece: Item) -> Result:
        _inside.working = True
        return work(piece)

    return inside


class _OneBlasThread:
    """While work on pieces is under way, a product of matrices has one thread: threads of threads wait for cores.

    The first to enter sets the number and the last to leave sets it back, whichever threads they are.
    """

    def __init__(self) -> None:
        self._lock, self._within, self._limited = threading.Lock(), 0, None

    def __enter__(self) -> None:
        with self._lock:
            self._within += 1
            if self._within == 1:
                self._limited = _libraries().limit(limits=1, user_api="blas")

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._within -= 1
            if self._within == 0 and self._limited is not None:
                self._limited.restore_original_limits()


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


_one_blas_thread = _OneBlasThread()
_pools: dict[int, Any] = {}


def _pool(count: int) -> ThreadPoolExecutor:
    """Threads that wait for work, made when first asked for: a fit on a small panel loads nothing."""
    if count not in _pools:
        from concurrent.futures import ThreadPoolExecutor

        _pools[count] = ThreadPoolExecutor(count, thread_name_prefix="growthcurves")
    pool: ThreadPoolExecutor = _pools[count]
    return pool


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)  # the threads of a parent are not in its child
