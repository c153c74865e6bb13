"""Numbers for readers: as many decimals as their standard error supports, a real minus sign, never "nan"."""

from __future__ import annotations

import math

NOTHING = "–"


def decimals(error: float, most: int = 6) -> int:
    """Decimals at which this standard error shows three digits.

    Examples
    --------
    >>> decimals(1.5458), decimals(6.82), decimals(250.0), decimals(0.002)
    (2, 2, 0, 5)
    """
    if not math.isfinite(error) or error <= 0:
        return 3
    return min(max(2 - math.floor(math.log10(error)), 0), most)


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


def number(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits; whole numbers in full.

    Examples
    --------
    >>> number(20.0), number(256.0), number(0.48213), number(-3.14159)
    ('20', '256', '0.4821', '−3.142')
    """
    if value is None or not math.isfinite(value):
        return fixed(value, 0)
    if value == round(value) and abs(value) < 1e9:
        return fixed(value, 0)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = fixed(value, min(max(places, 0), 12))
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


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


def degrees(value: float | None) -> str:
    """Degrees of freedom: one decimal where they are not whole, an infinity sign for the normal."""
    if value is not None and math.isfinite(value) and abs(value - round(value)) < 0.05:
        return fixed(round(value), 0)
    return fixed(value, 1)


def count(value: int) -> str:
    """A count with thousands marked."""
    return f"{int(value):,}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
