"""Word: a table with three rules, whose heading is repeated on every page."""

from __future__ import annotations

import io
import re
from typing import Any

from growthcurves.output.sheet import Sheet

_FONT, _POINTS_PER_SIGN, _MARGIN = "Times New Roman", 5.3, 54
#: What XML cannot hold beside the signs that are made visible everywhere.
_NO_SIGN = re.compile("[\ufffe\uffff]")


def as_word(sheet: Sheet) -> bytes:
    """The table as a document of Word; needs the package python-docx."""
    from docx import Document

    document = Document()
    document.styles["Normal"].font.name = _FONT
    if sheet.title:
        document.add_paragraph().add_run(_text(sheet.title)).bold = True
    table = document.add_table(rows=0, cols=len(sheet.head))
    _set_out(document, table, sheet)
    _fill(table, sheet.head, sheet.numbers, ("top", "bottom"))
    _repeated(table.rows[0])
    for place, row in enumerate(sheet.rows):
        _fill(table, row, sheet.numbers, ("bottom",) if place == len(sheet.rows) - 1 else ())
    for note in sheet.notes:
        _small(document.add_paragraph().add_run(_text(note)))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _set_out(document: Any, table: Any, sheet: Sheet) -> None:
    """Columns as wide as their texts; a page on its side where they need it."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    section, wanted = document.sections[0], sum(sheet.widths) * _POINTS_PER_SIGN
    section.left_margin = section.right_margin = Pt(_MARGIN)
    if wanted > section.page_width.pt - 2 * _MARGIN:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    room = (section.page_width.pt - 2 * _MARGIN) / _POINTS_PER_SIGN
    table.autofit = False
    for column, signs in zip(table.columns, sheet.within(room), strict=True):
        column.width = Pt(signs * _POINTS_PER_SIGN)


def _fill(table: Any, texts: tuple[str, ...], numbers: tuple[bool, ...], rules: tuple[str, ...]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cells = table.add_row().cells
    for cell in cells:
        _ruled(cell, rules)
    shown = [cells[0].merge(cells[-1])] if len(texts) < len(cells) else cells
    for cell, text, number in zip(shown, texts, numbers, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = 0
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if number and len(texts) > 1 else WD_ALIGN_PARAGRAPH.LEFT
        _small(paragraph.add_run(_text(text)))


def _small(run: Any) -> None:
    from docx.shared import Pt

    run.font.size = Pt(9.5)


def _ruled(cell: Any, rules: tuple[str, ...]) -> None:
    """Lines at sides of a cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tcBorders")
    for side in rules:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "0"), ("color", "auto")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _repeated(row: Any) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _text(text: str) -> str:
    return _NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", text)
