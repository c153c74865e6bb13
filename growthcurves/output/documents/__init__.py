"""Printed tables as documents: one file for each format. Never a number that is not in the sheet."""

from __future__ import annotations

from collections.abc import Callable

from growthcurves.output.documents.latex import as_latex
from growthcurves.output.documents.markdown import as_markdown
from growthcurves.output.documents.page import as_page
from growthcurves.output.documents.rtf import as_rtf
from growthcurves.output.documents.word import as_word
from growthcurves.output.sheet import Sheet

#: How a printed table is written, by the ending of the file.
DOCUMENTS: dict[str, Callable[[Sheet], bytes]] = {
    ".docx": as_word,
    ".rtf": as_rtf,
    ".tex": as_latex,
    ".html": as_page,
    ".md": as_markdown,
}
