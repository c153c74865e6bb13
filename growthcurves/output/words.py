"""Words as a sentence begins with them and lists them."""

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


def capital(text: str) -> str:
    """A text as it begins a sentence; what follows the first letter stays as it is.

    Examples
    --------
    >>> capital("schools"), capital("the SD of rates"), capital("")
    ('Schools', 'The SD of rates', '')
    """
    return text[:1].upper() + text[1:]
