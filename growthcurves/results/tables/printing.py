"""Numbers as a reader sees them."""

from __future__ import annotations


def number(value: float, digits: int = 4) -> str:
    """A number for a reader: four significant digits, fixed notation where it is readable."""
    if value != value:
        return "-"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        return f"{value:.{digits - 1}e}"
    if size >= 10 ** (digits - 1):
        return f"{value:.1f}" if round(size, 1) < 10**digits else f"{value:.0f}"
    places = max(digits - 1 - int(f"{size:.3e}".split("e")[1]), 0)
    return f"{value:.{places}f}"


def p_text(p: float) -> str:
    """A p-value for a reader."""
    if p != p:
        return "-"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0") if p < 1 else "1"
