"""Numbers for readers: as many decimals as their standard error supports, a real minus sign, never "nan"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from growthcurves.output.numbers import decimals as decimals
from growthcurves.output.numbers import places_with as places_with
from growthcurves.output.numbers import with_minus as with_minus

NOTHING = "–"


def fixed(value: float | None, places: int) -> str:
    """A number with so many decimals; very large and very small ones in powers of ten.

    Examples
    --------
    >>> fixed(-1.05, 2), fixed(12345.6, 0), fixed(float("nan"), 1), fixed(2.5e12, 1)
    ('−1.05', '12,346', '–', '2.50 × 10^12')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value and (abs(value) >= 1e9 or (abs(value) < 1e-4 and places >= 6)):
        digits, power = f"{value:.2e}".split("e")
        return _minus(f"{digits} × 10^{int(power)}")
    text = f"{value:,.{places}f}" if abs(value) >= 10_000 else f"{value:.{places}f}"
    return _minus(
        text[1:] if text.startswith("-") and not any(sign in text for sign in "123456789") else text
    )


def number(value: float | None, digits: int = 4, zeros: bool = False) -> str:
    """A number with so many significant digits; whole numbers in full; zeros at its end where they are asked for.

    Examples
    --------
    >>> number(20.0), number(256.0), number(0.48213), number(-3.14159), number(33.0012), number(33.0012, zeros=True)
    ('20', '256', '0.4821', '−3.142', '33', '33.00')
    """
    if value is None or not math.isfinite(value):
        return fixed(value, 0)
    if value == round(value) and abs(value) < 1e9:
        return fixed(value, 0)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = fixed(value, min(max(places, 0), 12))
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text and not zeros else text


def share(value: float | None, places: int = 2) -> str:
    """A share or correlation: no zero before the point, as journals print it.

    Examples
    --------
    >>> share(0.961), share(-0.07), share(1.0), share(float("nan"))
    ('.96', '−.07', '1.00', '–')
    """
    return (
        fixed(value, places).replace("0.", ".", 1)
        if value is not None and abs(value) < 1
        else fixed(value, places)
    )


def p_value(value: float | None) -> str:
    """A p-value.

    Examples
    --------
    >>> p_value(0.00002), p_value(0.0312), p_value(1.0)
    ('< .001', '.031', '> .999')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if value < 0.001:
        return "< .001"
    return "> .999" if value > 0.9995 else share(value, 3)


def probability(value: float | None) -> str:
    """A probability that is never printed as exactly none or one.

    Examples
    --------
    >>> probability(0.9999), probability(0.45), probability(0.0001)
    ('> .99', '.45', '< .01')
    """
    if value is not None and value < 0.005:
        return "< .01"
    return "> .99" if value is not None and value > 0.995 else share(value)


def degrees(value: float | None) -> str:
    """Degrees of freedom: one decimal where they are few and not whole, an infinity sign for the normal."""
    if value is not None and math.isfinite(value) and (value >= 100 or abs(value - round(value)) < 0.05):
        return fixed(round(value), 0)
    return fixed(value, 1)


def count(value: int) -> str:
    """A count with thousands marked."""
    return f"{int(value):,}"


def polished(sentence: str) -> str:
    """A sentence with real minus signs and apostrophes, and no line break before a percent sign or inside "p < .001".

    Examples
    --------
    >>> polished("A person's rate is -1.1 (95 % interval -2 to 3)")
    'A person’s rate is −1.1 (95\\xa0% interval −2 to 3)'
    """
    kept = re.sub(r"\bp ([<=>]) (?=\.)", "p\u00a0\\1\u00a0", with_minus(sentence))
    return re.sub(r"(?<=\d) %", "\u00a0%", kept).replace("'", "’")


#: Decimals at the end of a text that is a number and nothing else.
_DECIMALS = re.compile(r"−?[\d,]*(?:\.(\d+))?")


def decimals_of(rows: Iterable[Mapping[str, Any]], key: str) -> int:
    """The most decimals that a column of numbers has, of rows or of blocks of rows.

    Examples
    --------
    >>> decimals_of([{"estimate": "4.92"}, {"estimate": "−.3179"}, {"estimate": "96 %"}], "estimate")
    4
    """
    cells = [str(row[key]) for item in rows for row in item.get("rows", [item])]
    return max((len(found[1] or "") for cell in cells if (found := _DECIMALS.fullmatch(cell))), default=0)


def padded(cell: Any, places: int) -> str:
    """A number that stands to the right, with the room of the decimals that it lacks after it.

    The spaces are as wide as a digit and as a point, so that decimal points stand below one another.

    Examples
    --------
    >>> padded("4.92", 4), padded("12", 1), padded("96 %", 4)
    ('4.92\u2007\u2007', '12\u2008\u2007', '96 %')
    """
    text = str(cell)
    found = _DECIMALS.fullmatch(text) if text else None
    if found is None or not places:
        return text
    have = len(found[1] or "")
    return text + "\u2008" * (not have) + "\u2007" * (places - have)


def evened(cell: str, places: int) -> str:
    """Degrees of freedom below a hundred with a decimal where others of their column have one, and its room.

    Examples
    --------
    >>> evened("92", 1), evened("91.9", 1), evened("118", 1), evened("92", 0)
    ('92.0', '91.9', '118\u2008\u2007', '92')
    """
    return padded(f"{cell}.0" if places == 1 and cell.isdigit() and len(cell) < 3 else cell, places)


def _minus(text: str) -> str:
    return text.replace("-", "−")
