"""Studies in batches, with a progress bar on a terminal."""

from __future__ import annotations

from collections.abc import Iterator


def batches(n: int, at_once: int) -> Iterator[tuple[int, int]]:
    """Places of the first study of each batch and of the one behind its last."""
    from tqdm import tqdm

    with tqdm(total=n, desc="simulating", disable=None, delay=1.0, leave=False) as bar:
        for first in range(0, n, at_once):
            last = min(first + at_once, n)
            yield first, last
            bar.update(last - first)
