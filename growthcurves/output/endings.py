"""Endings of files: one that cannot be written is refused, naming those that can."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from growthcurves.errors import DataError, NotAvailableError, brief
from growthcurves.output.files import path_of
from growthcurves.output.words import listed
from growthcurves.version import DISTRIBUTION

REPORT = (".html", ".htm")
FIT = (".json",)
#: Those of `tables.WRITERS` and `documents.DOCUMENTS`, known without loading what writes them.
TABLE = (".csv", ".tsv", ".parquet", ".xlsx")
DOCUMENT = (".docx", ".rtf", ".tex", ".html", ".md")

#: Packages that formats need: how they are imported, what they are called, and the extra that brings them.
_PACKAGES = {
    ".parquet": ("pyarrow", "pyarrow", "parquet"),
    ".xlsx": ("openpyxl", "openpyxl", "excel"),
    ".docx": ("docx", "python-docx", "word"),
}


def refuse_without_package(path: Path) -> None:
    """Refuse a format whose package is not there.

    Raises
    ------
    NotAvailableError
        Naming the package and the extra that brings it.
    """
    ending = path.suffix.lower()
    imported, package, extra = _PACKAGES.get(ending, ("", "", ""))
    if imported and find_spec(imported) is None:
        raise NotAvailableError(
            f"{path.name}: writing {ending} files needs the package {package}: "
            f"pip install {package} (or the extra {extra!r} of {DISTRIBUTION})."
        )


def checked_ending(path: str | Path, what: str, endings: Iterable[str], named: str | None = None) -> Path:
    """The path, where its ending says a format that can be written, and its folder is there.

    Parameters
    ----------
    path : str or Path
    what : str
        What is written, such as "a report".
    endings : iterable of str
    named : str, optional
        How the user named the file, such as ``-o 'out.rtf'``; by default the path itself.

    Raises
    ------
    NotAvailableError
        For another ending, with those that can be written.
    DataError
        For a folder, and where its folder is not there.

    Examples
    --------
    >>> checked_ending("out.rtf", "a report", REPORT)
    Traceback (most recent call last):
    growthcurves.errors.NotAvailableError: 'out.rtf': a report can be written as .html or .htm, not as '.rtf'.
    """
    path = path_of(path)
    known = list(endings)
    if path.suffix.lower() not in known:
        ending = repr(path.suffix) if path.suffix else "a name without an ending"
        formats = listed(known, "or")
        raise NotAvailableError(f"{named or brief(path)}: {what} can be written as {formats}, not as {ending}.")
    _refuse_no_place(path, named or brief(path))
    return path


def _refuse_no_place(path: Path, named: str) -> None:
    """Refuse a folder, and a file in a folder that is not there."""
    if not path.parent.is_dir():
        raise DataError(f"{named}: there is no folder {brief(path.parent)}.")
    if path.is_dir():
        raise DataError(f"{named} is a folder: give the name of a file.")
