"""Answers and tables as files: numbers for programs, printed tables for documents, by the ending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.errors import ModelError, NotAvailableError, brief
from growthcurves.output.documents import DOCUMENTS
from growthcurves.output.endings import checked_ending, refuse_without_package
from growthcurves.output.files import whole_file
from growthcurves.output.sheet import Sheet, sheet_of
from growthcurves.output.styles import STYLES, Style, style_of
from growthcurves.output.tables import WRITERS, safe_cells, write_table

#: Files in which a printed table is texts in cells, without title and notes.
_CELLS = (".csv", ".tsv", ".xlsx")
#: More rows than anybody reads in a document of Word, and than it is made of in a minute.
MOST_ROWS = 5_000
#: What attributes of a table say of it below it, in this order.
_TOLD = ("sample", "intervals", "ddf", "withheld", "why_not")
_SAYS = {"ddf": "Degrees of freedom: {}.", "intervals": "Intervals: {}."}


class Saved:
    """An answer that can be saved as a file."""

    if TYPE_CHECKING:

        @property
        def table(self) -> pd.DataFrame: ...

    def save(self, path: str | Path, style: str | None = None, decimals: int | None = None) -> Path:
        """Write the answer to a file, in the format of the ending.

        A document (.docx, .rtf, .tex, .html, .md) has the title, the printed table with the same decimals down a
        column, and notes: of whom, which degrees of freedom, what is special. A file for programs (.csv, .tsv, .xlsx,
        .parquet) has `table` with all digits; with a style, .csv, .tsv and .xlsx have the printed texts. A text that a
        spreadsheet would run as a formula gets an apostrophe in front.

        Parameters
        ----------
        path : str or Path
        style : {"plain", "trial", "apa"}, optional
            "trial": p as 0.0123 and <0.0001, intervals in parentheses. "apa": p as .012 and <.001, intervals in
            brackets, a minus sign. "plain" (documents by default): p as 0.012 and <0.001, ends of intervals apart.
        decimals : int, optional
            Of estimates, standard errors and intervals; by default as many as the standard errors bear.

        Returns
        -------
        Path

        Raises
        ------
        NotAvailableError
            For another ending, a format whose package is not there, or more than 5,000 rows for Word.
        ModelError
            For an unknown style, or options of printed tables for a file that has all digits.

        Examples
        --------
        >>> import growthcurves as gc, tempfile, pathlib
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> path = fit.slopes().save(pathlib.Path(tempfile.mkdtemp()) / "slopes.md", style="trial")
        >>> print(path.read_text().splitlines()[0])
        **Estimated rates of change, units of reaction per day**
        """
        path = _place(path, style, decimals)
        if style is None and path.suffix.lower() in WRITERS:
            return _numbers(self.table, path)
        return _written(self._sheet(style_of(style or "plain"), decimals), path)

    def _sheet(self, style: Style, decimals: int | None) -> Sheet:
        title, notes = self._title_and_notes()
        about = self.table.attrs
        told = [*notes, about.get("sample", "")]
        level = about.get("level", getattr(self, "level", None))
        return sheet_of(self._parts(), style, title, told, level, self._headings(), decimals)

    def _title_and_notes(self) -> tuple[str, list[str]]:
        """What stands above and below the table: the first text of a notebook's blocks, and the others."""
        title, *blocks = self._blocks()
        lines = [line.strip() for block in blocks if isinstance(block, str) for line in block.splitlines()]
        return str(title), [line for line in lines if line not in {heading for heading, _ in self._parts()}]

    def _blocks(self) -> tuple[Any, ...]:
        """The answer for a reader: a title, then paragraphs and tables."""
        return (str(self).partition("\n")[0],)

    def _parts(self) -> Sequence[tuple[str, pd.DataFrame]]:
        """The rows to be printed, below their headings."""
        return [("", self.table)]

    def _headings(self) -> Mapping[str, str]:
        """Headings of columns that are called otherwise in this answer."""
        return {}


def save_table(
    table: pd.DataFrame,
    path: str | Path,
    style: str | None = None,
    title: str | None = None,
    notes: Sequence[str] = (),
    decimals: int | None = None,
) -> Path:
    """Write a table of results to a file, in the format of the ending; answers have `save` themselves.

    For what is a data frame: `fit.fixed_effects()`, `fit.variance_components()`, `fit.people()` or one of your own.
    What the table says of itself (degrees of freedom, kind of intervals, of how many persons) stands below it in a
    document.

    Parameters
    ----------
    table : DataFrame
    path : str or Path
        Documents: .docx (needs python-docx), .rtf, .tex (for booktabs), .html, .md. Numbers: .csv, .tsv, .xlsx and
        .parquet.
    style : {"plain", "trial", "apa"}, optional
        How numbers are printed. Documents are plain by default; a file of numbers has all digits without a style.
    title : str, optional
        Of a document.
    notes : sequence of str
        Further notes below the table of a document.
    decimals : int, optional
        Of estimates, standard errors and intervals.

    Returns
    -------
    Path

    Raises
    ------
    NotAvailableError
        For another ending, a format whose package is not there, or more than 5,000 rows for Word.
    ModelError
        For an unknown style, or an option that the format has no place for.

    Examples
    --------
    >>> import growthcurves as gc, tempfile, pathlib
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "effects.md"
    >>> print(gc.save_table(fit.fixed_effects(), path, style="apa", title="Fixed effects").read_text().splitlines()[2])
    |  | Estimate | SE | df | t | p | 95% CI |
    """
    if not isinstance(table, pd.DataFrame):
        kind = type(table).__name__
        raise ModelError(f"save_table() takes a data frame, not {kind}; answers have .save() themselves.")
    if not isinstance(title, str | None):
        raise ModelError(f"title= is a text, not {brief(title)}.")
    if not isinstance(notes, list | tuple) or not all(isinstance(note, str) for note in notes):
        raise ModelError(f"notes= is a list of texts, not {brief(notes)}.")
    path = _place(path, style, decimals, bool(title or notes))
    if style is None and path.suffix.lower() in WRITERS:
        return _numbers(table, path)
    about = table.attrs
    told = [_SAYS.get(name, "{}").format(about[name]) for name in _TOLD if about.get(name)]
    told += [f"{term}: {note}." for term, note in about.get("notes", {}).items()]
    printed, below = style_of(style or "plain"), [*notes, *told]
    sheet = sheet_of([("", table)], printed, title or "", below, about.get("level"), places=decimals)
    return _written(sheet, path)


def _place(path: str | Path, style: Any, decimals: Any, told: bool = False) -> Path:
    """The path, where its ending and these options go together."""
    path = checked_ending(path, "a table", [*WRITERS, *DOCUMENTS])
    ending = path.suffix.lower()
    if style is not None:
        style_of(style)
    if decimals is not None and (type(decimals) is not int or not 0 <= decimals <= 12):
        raise ModelError(f"decimals= is a whole number from 0 to 12, not {brief(decimals)}.")
    if ending in WRITERS:
        if told:
            raise ModelError(f"A file {ending} has no place for a title or notes: save a document, such as .docx.")
        if style is not None and ending not in _CELLS:
            raise ModelError(f"A file {ending} holds numbers, not printed texts: leave out style= for it.")
        if style is None and decimals is not None:
            raise ModelError(f"A file {ending} without style= has all digits: give style= ({', '.join(STYLES)}) too.")
    refuse_without_package(path)
    return path


def _numbers(table: pd.DataFrame, path: Path) -> Path:
    flat = table.reset_index() if any(name is not None for name in table.index.names) else table
    return write_table(flat, path, spreadsheet_safe=path.suffix.lower() in (".csv", ".tsv"))


def _written(sheet: Sheet, path: Path) -> Path:
    ending = path.suffix.lower()
    if ending in _CELLS:
        return write_table(_as_frame(sheet, ending != ".xlsx"), path)
    if ending == ".docx" and len(sheet.rows) > MOST_ROWS:
        rows = f"{len(sheet.rows):,} rows are more than a document of Word should hold ({MOST_ROWS:,})"
        raise NotAvailableError(f"{path.name}: {rows}: save them as .csv, .xlsx or .parquet.")
    content = DOCUMENTS[ending](sheet)
    with whole_file(path) as file:
        file.write(content)
    return path


def _as_frame(sheet: Sheet, safe: bool) -> pd.DataFrame:
    """The printed cells; words are safe from being run as formulas, and what is printed as a number stays one."""
    rows = [row + ("",) * (len(sheet.head) - len(row)) for row in sheet.rows]
    frame = pd.DataFrame(rows, columns=list(sheet.head), dtype=object)
    words = safe_cells(frame) if safe else frame
    columns = [frame.iloc[:, k] if number else words.iloc[:, k] for k, number in enumerate(sheet.numbers)]
    return pd.concat(columns, axis=1)
