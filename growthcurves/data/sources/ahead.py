"""Reading ahead: the next table is read while the one before is worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")

#: Tables that wait, besides the one that is worked on and the one that is being read.
WAITING = 1


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, each read in another thread before it is asked for.

    An error of the reading is raised where its item would have come; when nobody asks any more, the thread ends.

    Examples
    --------
    >>> list(ahead(iter([1, 2, 3])))
    [1, 2, 3]
    """
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue(WAITING)
    over = threading.Event()

    def put(kind: str, item: Any) -> bool:
        while not over.is_set():
            try:
                waiting.put((kind, item), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def read() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:  # it is raised where it is waited for
            put("error", error)

    threading.Thread(target=read, daemon=True, name="growthcurves-reading-ahead").start()
    try:
        while True:
            kind, item = waiting.get()
            if kind == "end":
                return
            if kind == "error":
                raise item
            yield item
    finally:
        over.set()
