"""Files that commands write: never over the data, into a folder that is there; tables by their ending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from growthcurves.errors import NotAvailableError

if TYPE_CHECKING:
    import pandas as pd


def output_path(output: str, data: str | None = None, option: str = "-o") -> Path:
    """Where to write; never over the data, and into a folder that is there.

    Raises
    ------
    click.UsageError
        When the file is the data file or a folder, or its folder is not there.
    """
    path = Path(output).expanduser()
    if data is not None and _same(path, Path(data).expanduser()):
        raise click.UsageError(f"{option} {output!r} is the data file itself: give another name.")
    if not path.parent.is_dir():
        raise click.UsageError(f"{option} {output!r}: there is no folder {str(path.parent)!r}.")
    if path.is_dir():
        raise click.UsageError(f"{option} {output!r} is a folder: give the name of a file.")
    return path


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, links followed."""
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _write_tsv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, sep="\t")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    _with_package("pyarrow", "parquet", path)
    frame.to_parquet(path, index=False)


def _write_excel(frame: pd.DataFrame, path: Path) -> None:
    _with_package("openpyxl", "excel", path)
    frame.to_excel(path, index=False)


#: How a table is written, by the ending of the file.
WRITERS: dict[str, Callable[[Any, Path], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".parquet": _write_parquet,
    ".xlsx": _write_excel,
}


def table_path(output: str, data: str | None = None) -> Path:
    """Where to write a table: as `output_path`, with an ending that can be written.

    Raises
    ------
    NotAvailableError
        For another ending, with those that can be written.
    """
    path = output_path(output, data)
    if path.suffix.lower() not in WRITERS:
        raise NotAvailableError(
            f"-o {output!r}: a table can be written as {', '.join(WRITERS)}, not as {path.suffix or 'no ending'!r}."
        )
    return path


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in the format of the file's ending."""
    plain = frame.copy(deep=False)
    plain.attrs = {}
    WRITERS[path.suffix.lower()](plain, path)


def _with_package(package: str, extra: str, path: Path) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise NotAvailableError(
            f"{path.name}: writing {path.suffix} files needs the package {package}: "
            f"pip install {package} (or 'growthcurves[{extra}]')."
        )
