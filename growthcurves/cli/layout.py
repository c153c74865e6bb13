"""Text for a terminal: wrapped sentences, narrow tables, headings that stand out where colours are wanted."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.output import tell_styled
from growthcurves.signs import visible, visible_line

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 120
_UNKNOWN = 80  # columns where no terminal says how wide it is
_NARROWEST = 12


def width() -> int:
    """Columns of text: those of the terminal, 120 at most, and 80 where it is not known."""
    return max(40, min(shutil.get_terminal_size((_UNKNOWN, 24)).columns, WIDEST))


def wrapped(sentences: Iterable[str]) -> str:
    """Sentences as paragraphs, later lines indented; a number stays with its percent sign, and p with its value."""
    return "\n".join(
        textwrap.fill(
            re.sub(r"\bp ([<=>]) (?=\.)", "p\u00a0\\1\u00a0", text.replace(" %", "\u00a0%")),
            width() - 2,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        ).replace("\u00a0", " ")
        for text in sentences
    )


def say(text: str) -> None:
    """Print text; the heading of each paragraph is bold on a terminal that wants colours."""
    shown = visible(text)
    tell_styled(emphasised(shown) if colours_wanted() else shown)


def colours_wanted() -> bool:
    """Whether stdout is a terminal and NO_COLOR (no-color.org) is not set."""
    return sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def emphasised(text: str) -> str:
    """Text in which the first words of every paragraph, up to two spaces, are bold."""
    return re.sub(
        r"(?:(?<=\A)|(?<=\n\n))(\S.*?)(?=  |\n|\Z)", lambda found: click.style(found[1], bold=True), text, flags=re.S
    )


def folded(text: str) -> str:
    """Text whose long lines go on below, under what follows their label."""
    return "\n".join(line if len(line) <= width() else _folded(line) for line in text.split("\n"))


def _folded(line: str) -> str:
    label = re.match(r"\s*(?:\S+(?: \d)?  +)?", line)
    indent = " " * ((label.end() if label else 0) + 4)
    return textwrap.fill(
        line, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def table_lines(frame: pd.DataFrame, formats: dict[str, Callable[[Any], str]] | None = None) -> str:
    """A table as text: numbers to the right, text to the left and in several lines where it is too wide.

    Columns that do not fit at all are counted below.
    """
    formats = {str(name): _form(frame[name]) for name in frame.columns} | (formats or {})
    cells = {
        visible_line(str(name)): [_cell(value, formats[str(name)]) for value in frame[name]] for name in frame.columns
    }
    right = {visible_line(str(name)): frame[name].dtype.kind in "iufb" for name in frame.columns}
    widths = {name: max(map(len, [name, *values])) for name, values in cells.items()}
    left_out = _narrow(widths, right)
    lines = []
    for row in [list(widths), *zip(*(cells[name] for name in widths), strict=True)]:
        lines += _row(dict(zip(widths, row, strict=True)), widths, right)
    return "\n".join([*lines, *([f"  and {left_out} more columns"] if left_out else [])])


def _narrow(widths: dict[str, int], right: dict[str, bool]) -> int:
    """Take from the widest column of text until the line fits, then whole columns; numbers are never cut."""
    left_out = 0
    while sum(widths.values()) + 2 * len(widths) > width():
        text = [name for name in widths if not right[name] and widths[name] > _NARROWEST]
        if text:
            widths[max(text, key=lambda name: widths[name])] -= 1
        else:
            widths.popitem()
            left_out += 1
    return left_out


def _row(cells: dict[str, str], widths: dict[str, int], right: dict[str, bool]) -> list[str]:
    parts = {name: textwrap.wrap(text, widths[name]) or [""] for name, text in cells.items()}
    lines = []
    for place in range(max(map(len, parts.values()), default=0)):
        texts = {name: part[place] if place < len(part) else "" for name, part in parts.items()}
        aligned = [t.rjust(widths[name]) if right[name] else t.ljust(widths[name]) for name, t in texts.items()]
        lines.append("  " + "  ".join(aligned).rstrip())
    return lines


def _form(column: pd.Series) -> Callable[[Any], str]:
    """How a column's values are written: decimals that give its largest number four digits, the same in all rows."""
    if column.dtype.kind != "f":
        return str
    sizes = column.abs()
    largest = float(sizes[sizes < float("inf")].max())
    if not largest > 0 or (column.dropna() % 1 == 0).all():
        return "{:g}".format
    return f"{{:.{min(max(4 - len(f'{largest:.0f}'), 0), 6)}f}}".format if 0.01 <= largest < 1e6 else "{:.3e}".format


def _cell(value: Any, form: Callable[[Any], str]) -> str:
    return "-" if value is None or value != value else visible_line(form(value))
