"""What a user gave as data, as a source of rows; or nothing, where it is a table that fits the memory it is in."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from growthcurves.data.sources.contract import Source
from growthcurves.data.sources.frames import Frames, dataset_batches
from growthcurves.data.sources.parquet import Parquet
from growthcurves.data.sources.polars_lazy import LazyPolars
from growthcurves.data.sources.text import Text
from growthcurves.errors import DataError, ModelError
from growthcurves.later import Later
from growthcurves.output.files import path_of

dask_frames = Later("growthcurves.data.sources.dask_frame")
#: Endings of files that are read in batches.
PARQUET, TEXT = (".parquet", ".pq"), (".csv", ".tsv", ".txt")


def source_of_data(data: Any) -> Source | None:
    """The source that a user gave; None for a table, a panel, and everything else.

    Parameters
    ----------
    data : object
        A path, a folder or a pattern such as ``"panel/*.parquet"`` of Parquet or text files; a list of such paths, or
        of tables; an iterator of tables, or a function that gives one; a dataset or reader of pyarrow, a lazy frame of
        polars, a Dask DataFrame.

    Raises
    ------
    DataError
        When there is no such file, or nothing in it that is read in batches.
    """
    if isinstance(data, (str, Path)):
        return _of_path(data)
    if isinstance(data, (list, tuple)):
        return _of_list(list(data))
    kind = type(data)
    library = kind.__module__.split(".")[0]
    if library in ("dask", "dask_expr") and hasattr(data, "to_delayed"):
        made: Source = dask_frames.DaskFrame(data)
        return made
    if library == "pyarrow" and kind.__name__ != "Table":
        once = kind.__name__ == "RecordBatchReader"
        return Frames(lambda: dataset_batches(data), f"a {kind.__name__} of pyarrow", not once)
    if library == "polars" and kind.__name__ == "LazyFrame":
        return LazyPolars(data)
    if isinstance(data, Iterator):
        return Frames(lambda: data, "an iterator of tables", again=False)
    if callable(data) and not hasattr(data, "columns"):
        return Frames(data, "a function that gives tables")
    return None


def as_typed(source: Source) -> str:
    """How a source of files would be typed again; of others there is a gap to fill."""
    return source.written if isinstance(source, (Parquet, Text)) else f"...  # {source.name}"


def _of_path(given: str | Path) -> Source | None:
    path = path_of(given)
    text = str(given)
    if path.is_dir():
        return _of_files(_inside(path), f"the folder {path.name}", repr(path.name))
    if not path.exists() and glob.has_magic(text):
        found = sorted(Path(one) for one in glob.glob(text, recursive=True) if Path(one).is_file())
        if not found:
            raise DataError(f"No file fits the pattern {text!r}.")
        return _of_files(found, f"the files {text}", repr(text))
    if not path.exists():
        raise DataError(f"There is no file {text!r}.")
    return _of_files([path], path.name, repr(path.name)) if path.suffix.lower() in (*PARQUET, *TEXT) else None


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that are tables, those of folders in it too; names that begin with . or _ are none."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))
    files = sorted(path for path in found if path.suffix.lower() in (*PARQUET, *TEXT))
    if not files:
        raise DataError(f"The folder {str(folder)!r} holds no file that ends in {', '.join((*PARQUET, *TEXT))}.")
    return files


def _of_files(files: list[Path], name: str, written: str) -> Source:
    endings = {path.suffix.lower() in PARQUET for path in files}
    other = [path for path in files if path.suffix.lower() not in (*PARQUET, *TEXT)]
    if other or len(endings) > 1:
        named = other[0].name if other else f"{files[0].name} and {files[-1].name}"
        raise DataError(f"Files that are read in batches are all Parquet or all text, not {named} among {name}.")
    return (Parquet if endings == {True} else Text)(tuple(files), name, written=written)


def _of_list(items: list[Any]) -> Source | None:
    if not items:
        raise DataError("The list of data is empty: nothing was read.")
    paths = [isinstance(item, (str, Path)) for item in items]
    if all(paths):
        files = [path_of(item) for item in items]
        absent = [path for path in files if not path.exists()]
        if absent:
            raise DataError(f"There is no file {str(absent[0])!r}.")
        return _of_files(files, f"a list of {len(files)} files", repr([path.name for path in files]))
    if any(paths):
        raise ModelError("A list of data is all paths or all tables.")
    return Frames(lambda: items, f"a list of {len(items)} tables")
