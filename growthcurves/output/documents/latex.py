"""LaTeX with the rules of booktabs, to be taken into a paper with \\input."""

from __future__ import annotations

import re

from growthcurves.output.sheet import Sheet

_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$", "×": r"$\times$", "−": "$-$",
    "∞": r"$\infty$", "|": r"\textbar{}", "²": "$^2$", "[": "{[}", "]": "{]}",
}  # fmt: skip
_POWER = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{2,}|[⁰¹³⁴⁵⁶⁷⁸⁹]")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def as_latex(sheet: Sheet) -> bytes:
    """The table in a `table` environment; needs the package booktabs."""
    columns = "".join("r" if number else "l" for number in sheet.numbers)
    caption = [rf"\caption{{{_escaped(sheet.title)}}}"] if sheet.title else []
    notes = [rf"\par\smallskip{{\footnotesize {_escaped(note)}\par}}" for note in sheet.notes]
    lines = [
        "% needs \\usepackage{booktabs}",
        r"\begin{table}",
        r"\centering",
        *caption,
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _row(sheet.head, (False,) * len(sheet.head)),
        r"\midrule",
        *(_row(row, sheet.numbers) if len(row) > 1 else _spanning(row[0], len(columns)) for row in sheet.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *notes,
        r"\end{table}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _row(cells: tuple[str, ...], numbers: tuple[bool, ...]) -> str:
    """Cells of numbers have a minus sign, not a hyphen."""
    shown = [cell.replace("-", "−") if number else cell for cell, number in zip(cells, numbers, strict=True)]
    return " & ".join(_escaped(cell) for cell in shown) + r" \\"


def _spanning(text: str, columns: int) -> str:
    return rf"\multicolumn{{{columns}}}{{l}}{{{_escaped(text)}}} \\"


def _escaped(text: str) -> str:
    """A text in which no sign is a command; powers stand as powers."""
    escaped = "".join(_SIGNS.get(sign, sign) for sign in text)
    return _POWER.sub(lambda found: f"$^{{{found[0].translate(_DIGITS)}}}$", escaped)
