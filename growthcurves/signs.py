"""Signs that steer a terminal or the direction of text, made visible. Everything that prints may use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

#: C0 without line feed and tab, DEL, C1, line and paragraph separators, embedded directions, tags, half characters.
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Text in which no sign steers a terminal or turns the direction of what follows: each stands as its code.

    Line feeds and tabs stay.

    Examples
    --------
    >>> print(visible("Anna\\x1b]0;mine\\x07"))
    Anna\\x1b]0;mine\\x07
    """
    return STEERING.sub(_code, text)


def visible_line(text: str) -> str:
    """The same for a text that stands in one line: line feeds and tabs are shown as well.

    Examples
    --------
    >>> print(visible_line("one\\ntwo"))
    one\\ntwo
    """
    return visible(text).replace("\n", r"\n").replace("\t", r"\t")


def told(method: Callable[[Any], str]) -> Callable[[Any], str]:
    """A method that makes the text of a thing, with every sign of it visible."""

    @wraps(method)
    def shown(self: Any) -> str:
        return visible(method(self))

    return shown


def _code(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "\r":
        return r"\r"
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
