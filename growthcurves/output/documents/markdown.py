"""Markdown: a pipe table, in which a cell is its text."""

from __future__ import annotations

import re
from html import escape

from growthcurves.output.sheet import Sheet
from growthcurves.signs import visible

_SIGNS = re.compile(r"[\\`*\[\]|~$]|(?<!\w)_|_(?!\w)")


def markdown_cell(text: str) -> str:
    """A text as a cell of a Markdown table: read as it is, no link, no emphasis, no HTML, no end of the column.

    Examples
    --------
    >>> print(markdown_cell("[x](javascript:y) | `a`"))
    \\[x\\](javascript:y) \\| \\`a\\`
    """
    entities = escape(visible(text), quote=False)
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", entities).replace("\n", " ")


def as_markdown(sheet: Sheet) -> bytes:
    """The table in Markdown: no cell is a link, emphasis, HTML or the end of a column."""
    title = [f"**{markdown_cell(sheet.title)}**", ""] if sheet.title else []
    rules = "|".join("---:" if number else "---" for number in sheet.numbers)
    rows = [_row(row + ("",) * (len(sheet.head) - len(row))) for row in sheet.rows]
    notes = [line for note in sheet.notes for line in ("", markdown_cell(note))]
    return ("\n".join([*title, _row(sheet.head), f"|{rules}|", *rows, *notes]) + "\n").encode("utf-8")


def _row(cells: tuple[str, ...]) -> str:
    """No tag begins with a digit or a point: a p-value below a bound stays legible."""
    texts = (re.sub(r"&lt;(?=[.\d])", "<", markdown_cell(cell)) for cell in cells)
    return f"| {' | '.join(texts)} |"
