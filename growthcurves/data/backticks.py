"""Columns' names as formulas and conditions write them: in backticks where they are not plain."""

from __future__ import annotations

import keyword
import re

#: A name in backticks; one of its own is written twice.
TICKED = r"`(?:[^`]|``)*`"
#: Of Python's grammar, of R's, and of conditions ("x is missing").
_WORDS = {*keyword.kwlist, "TRUE", "FALSE", "NULL", "missing"}
_PLAIN = re.compile(r"[^\W\d]\w*")


def quoted(name: str) -> str:
    """A column's name as a formula needs it: in backticks where it is not a plain identifier.

    Examples
    --------
    >>> quoted("age"), quoted("body weight"), unquoted(quoted("a`b"))
    ('age', '`body weight`', 'a`b')
    """
    return name if _PLAIN.fullmatch(name) else "`" + name.replace("`", "``") + "`"


def quoted_inside(name: str) -> str:
    """A column's name inside an expression or a condition, whose own words need backticks too.

    Examples
    --------
    >>> quoted_inside("age"), quoted_inside("class"), quoted_inside("a`b")
    ('age', '`class`', '`a``b`')
    """
    return f"`{name}`" if name in _WORDS else quoted(name)


def unquoted(ticked: str) -> str:
    """The name in backticks, in which one of its own is written twice."""
    return ticked[1:-1].replace("``", "`")
