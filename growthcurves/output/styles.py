"""How tables are printed: of a trial's report, of a journal in the style of the APA, and plainly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from growthcurves.errors import ModelError, brief, part_called


@dataclass(frozen=True)
class Style:
    """A way to print numbers.

    Attributes
    ----------
    name : str
    p_places : int
        Decimals of p-values; what is smaller than the last of them is told as smaller.
    zero : bool
        Whether a zero stands before the point of a number that cannot be larger than one.
    brackets : str
        What an interval stands in, in one column; empty: its ends have a column each.
    minus : str
    df_places : int
        Decimals of degrees of freedom that are not whole.
    below : tuple of {"error", "interval", "p"}
        What a table of models side by side has below each estimate.
    stars : bool
        Whether it marks small p-values by stars.

    Examples
    --------
    >>> STYLES["trial"].p_value(0.01234), STYLES["trial"].p_value(7e-38)
    ('0.0123', '<0.0001')
    >>> STYLES["apa"].p_value(0.01234), STYLES["apa"].p_value(7e-38), STYLES["apa"].interval("0.10", "0.52")
    ('.012', '<.001', '[0.10, 0.52]')
    """

    name: str
    p_places: int
    zero: bool
    brackets: str
    minus: str
    df_places: int
    below: tuple[Literal["error", "interval", "p"], ...] = ("error",)
    stars: bool = False

    def p_value(self, p: float) -> str:
        """A p-value; never zero."""
        if math.isnan(p):
            return ""
        least = 10.0**-self.p_places
        if p < least:
            return "<" + self.share(least, self.p_places)
        if not self.zero and p > 1.0 - least / 2.0:
            return ">" + self.share(1.0 - least, self.p_places)
        return self.share(p, self.p_places)

    def share(self, value: float, places: int) -> str:
        """A number that cannot be larger than one."""
        text = f"{value:.{places}f}"
        return text if self.zero else text.replace("0.", ".", 1)

    def interval(self, low: str, high: str) -> str:
        """Both ends in one text; empty where there is no interval."""
        if not low and not high:
            return ""
        return f"{self.brackets[0]}{low}, {high}{self.brackets[1]}" if self.brackets else f"{low} to {high}"


STYLES = {
    style.name: style
    for style in (
        Style("plain", 3, True, "", "-", 1, ("error",), stars=True),
        Style("trial", 4, True, "()", "-", 1, ("interval", "p")),
        Style("apa", 3, False, "[]", "−", 2, ("error", "interval"), stars=True),
    )
}


def with_sign(p: str) -> str:
    """A printed p-value with its sign before it.

    Examples
    --------
    >>> with_sign("<.001"), with_sign(".031"), with_sign("> .999")
    ('< .001', '= .031', '> .999')
    """
    return f"{p[0]} {p[1:].lstrip()}" if p[:1] in ("<", ">") else f"= {p}"


def p_equals(p: str) -> str:
    """A printed p-value as a sentence gives it.

    Examples
    --------
    >>> p_equals("<.001"), p_equals(".031")
    ('p < .001', 'p = .031')
    """
    return f"p {with_sign(p)}"


def style_of(style: str | Style) -> Style:
    """The style of that name.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    found = part_called("style of tables", style, STYLES)
    if not isinstance(found, Style):
        raise ModelError(f"style= is one of {', '.join(STYLES)}, not {brief(style)}.")
    return found
