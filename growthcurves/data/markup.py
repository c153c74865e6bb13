"""Answers as HTML for notebooks: paragraphs and tables, all text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as escaped

from growthcurves.signs import visible

#: The look of a cell: notebooks set everything to the right, and numbers of unequal width.
_TEXT = "text-align:left;vertical-align:top"
_NUMBER = "text-align:right;vertical-align:top;white-space:nowrap;font-variant-numeric:tabular-nums"


@dataclass(frozen=True)
class TextTable:
    """A table of texts.

    Attributes
    ----------
    head : sequence of str
        Headings of the cells; none for a list of facts.
    rows : sequence of (str, sequence of str)
        Label and cells; a label without cells is a heading of the rows below it.
    texts : set of int
        Positions of cells that are words, not numbers.
    """

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    texts: frozenset[int] = frozenset()


Block = str | TextTable

def escape(text: str) -> str:
    """A text as HTML, in which no sign steers what follows."""
    return escaped(visible(text))


def html_of(title: str, *blocks: Block) -> str:
    """A title and what follows it: paragraphs, texts of several lines as they are set, and tables.

    Examples
    --------
    >>> html_of("Sleep & <b>", "slow")
    '<div><p><strong>Sleep &amp; &lt;b&gt;</strong></p><p>slow</p></div>'
    """
    head = f"<p><strong>{escape(title)}</strong></p>" if title else ""
    return f"<div>{head}{''.join(_block(block) for block in blocks if block)}</div>"


def _block(block: Block) -> str:
    if isinstance(block, TextTable):
        return _table(block)
    return f"<pre>{escape(block)}</pre>" if "\n" in block else f"<p>{escape(block)}</p>"


def _table(table: TextTable) -> str:
    width = max([len(table.head), *(len(cells) for _, cells in table.rows)], default=0)
    names = "".join(_cell("th", name, k in table.texts) for k, name in enumerate(table.head))
    head = f"<thead><tr><th></th>{names}</tr></thead>" if table.head else ""
    body = "".join(f"<tr>{_row(label, cells, table.texts, width)}</tr>" for label, cells in table.rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"


def _row(label: str, cells: Sequence[str], texts: frozenset[int], width: int) -> str:
    if not cells:
        return f'<th colspan="{width + 1}" style="{_TEXT}">{escape(label)}</th>'
    first = f'<th style="{_TEXT};font-weight:normal">{escape(label)}</th>'
    return first + "".join(_cell("td", text, k in texts) for k, text in enumerate(cells))


def _cell(tag: str, text: str, words: bool) -> str:
    return f'<{tag} style="{_TEXT if words else _NUMBER}">{escape(text)}</{tag}>'
