"""Words as a sentence lists them."""

from __future__ import annotations

from collections.abc import Iterable


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Words in a sentence, the last after "and" or "or".

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed([".html", ".htm"], "or"), listed(["a"]), listed([])
    ('a, b and c', '.html or .htm', 'a', '')
    """
    *before, last = [*words] or [""]
    return f"{', '.join(before)} {joint} {last}" if before else last
