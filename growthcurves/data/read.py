"""Reading a table from a file: which reader reads which ending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.read_statistics import read_sas, read_spss, read_stata
from growthcurves.data.read_text import read_text
from growthcurves.data.read_typed import read_excel, read_parquet
from growthcurves.data.source import FileName
from growthcurves.errors import DataError, NotAvailableError
from growthcurves.output.files import path_of

Reader = Callable[..., pd.DataFrame]

READERS: dict[str, Reader] = {
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".parquet": read_parquet,
    ".xlsx": read_excel,
    ".sav": read_spss,
    ".zsav": read_spss,
    ".dta": read_stata,
    ".sas7bdat": read_sas,
    ".xpt": read_sas,
}
READABLE = tuple(READERS)
OLD_OR_OTHER_SHEETS = {
    ".xls": "Excel files of before 2007 (.xls)",
    ".xlsb": "binary Excel files (.xlsb)",
    ".xlsm": "Excel files with macros (.xlsm)",
    ".ods": "OpenDocument sheets (.ods)",
}


def read_table(
    path: str | Path,
    missing: Iterable[Any] = (),
    day_first: bool | None = None,
    date_format: str | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Read a table from a file: text, Parquet, Excel, SPSS, Stata or SAS.

    Text: separator (comma, semicolon, tab, ``|``, blanks), decimal comma, byte-order mark, encoding (UTF-8, UTF-16,
    Windows-1252) and lines before the table are found out. A column in which any value is like ``007`` stays text,
    and whole numbers too long for a double stay whole. Excel: the first row that is not empty is the header; cells
    keep the type that they have in the sheet.

    In text and Excel empty cells, NA, N/A, n/a, #N/A and <NA> are missing; nan, None and null (in capitals or not) are
    so where the column's other cells are numbers, and stay texts among texts: an arm may be called None.

    SPSS, Stata and SAS: dates become dates, user-missing values and empty text become missing, and a column
    with value labels becomes a categorical whose categories are the labels in the order of their codes. A
    value without a label stays visible as a category of its own, written as the code. A column in which no
    more of the values that occur are labelled than not (a score with a label for "refused", a scale with
    labelled ends) stays a column of numbers; ``labels=`` decides otherwise.

    Names of columns stay as they are, spaces and umlauts too.

    Parameters
    ----------
    path : str or Path
        A file that ends in .csv, .tsv or .txt (with a header line), .parquet, .xlsx, .sav, .zsav, .dta,
        .sas7bdat or .xpt. All but text need an extra, as the error says where it is not installed.
    missing : values, optional
        Further codes that mean missing, for example ``[-99]``. A number is also found where it is written as text; a
        value label counts as a code too. How many cells each matched stands in ``attrs["source"]["matched"]``.
    day_first : bool, optional
        Whether dates written like 11.10.2019 have the day first; needed where no date of the column settles it.
    date_format : str, optional
        How dates that are text are written, in the words of `datetime.datetime.strptime`: ``"%d%b%Y"``.
    **options
        Text: options of `pandas.read_csv`, for what should not be found out (``sep``, ``decimal``, ``dtype``, ...);
        ``names`` gives the names of a file without a header.
        Parquet: ``columns``, the columns to read. Excel: ``sheet_name``, needed where several sheets are
        filled. SPSS and Stata: ``labels``, True, False (keep all codes) or a list of the columns whose value
        labels are wanted. SPSS, Stata and SAS: ``encoding``.

    Returns
    -------
    DataFrame
        With ``attrs["source"]``, so that errors can name the row of the file, and, from SPSS, Stata and SAS,
        ``attrs["labels"]``, the labels of the variables.

    Raises
    ------
    DataError
        No such file, a folder, an empty file, a header without rows, no table, lines of unequal length, or
        columns that share a name.
    NotAvailableError
        For other formats, and where the package that reads the format is not installed.
    ModelError
        For an option that this format does not have.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "scores.csv"
    >>> _ = path.write_text("id;größe in m\\n007;1,80\\n008;-99\\n", encoding="utf-8")
    >>> read_table(path, missing=[-99])
        id  größe in m
    0  007         1.8
    1  008         NaN
    """
    path = path_of(path)
    codes = MissingCodes.of(missing)
    frame = _reader_of(path)(path, codes, **options)
    dates = {"day_first": day_first, "date_format": date_format}
    options = options | {name: value for name, value in dates.items() if value is not None}
    frame.attrs["source"] = frame.attrs["source"] | {"file": FileName.of(path)}
    if codes.given or options:  # so that the same call can be written down
        frame.attrs["source"] = frame.attrs["source"] | {"missing": list(codes.given), "options": options}
    return frame


def _reader_of(path: Path) -> Reader:
    if not path.exists():
        raise DataError(f"There is no file {str(path)!r}.")
    if path.is_dir():
        raise DataError(
            f"{str(path)!r} is a folder, not a file: folders are read in batches, for a fit and its report."
        )
    ending = path.suffix.lower()
    if path.name.startswith(("~$", ".~lock.")):
        opened = path.name.removeprefix("~$").removeprefix(".~lock.").removesuffix("#")
        raise DataError(
            f"{path.name} is the lock file that a spreadsheet program keeps while {opened} is open, no table: "
            f"read {opened} itself."
        )
    if ending in OLD_OR_OTHER_SHEETS:
        raise NotAvailableError(
            f"{path.name}: {OLD_OR_OTHER_SHEETS[ending]} cannot be read: open it in a spreadsheet program and save it "
            f"as .xlsx; readable are {', '.join(READABLE)}."
        )
    if ending not in READERS:
        kind = f"{path.suffix} files" if path.suffix else "files without an ending"
        raise NotAvailableError(
            f"{path.name}: {kind} cannot be read; readable are {', '.join(READABLE)}, "
            f"or a DataFrame from a reader of pandas."
        )
    return READERS[ending]
