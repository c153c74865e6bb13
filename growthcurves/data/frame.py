"""The frame that a user hands over: pandas or polars in, pandas out, and its columns looked up by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ColumnError, DataError, ModelError, brief, is_name, unknown
from growthcurves.numerics.bounds import several


def as_frame(data: Any) -> pd.DataFrame:
    """The table as a pandas DataFrame whose columns are called by texts, as formulas and models call them.

    A pandas frame whose columns are is returned as it is, not copied. A number, a date or a tuple that names a column
    becomes its text, where no column has that very text.

    Raises
    ------
    DataError
        When `data` is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"day": [0, 1]})
    >>> as_frame(frame) is frame, as_frame(pd.DataFrame({2019: [1.5], ("y", 3): [2.0]})).columns.tolist()
    (True, ['2019', 'y, 3'])
    """
    frame = as_given(data)
    if all(isinstance(name, str) for name in frame.columns):
        return frame
    texts = [text_of(name) for name in frame.columns]
    renamed, counts = frame.copy(deep=False), Counter(texts)
    named = [text if counts[text] == 1 else name for text, name in zip(texts, frame.columns, strict=True)]
    renamed.columns = pd.Index(named, tupleize_cols=False)
    return renamed


def text_of(name: Any) -> str:
    """The name of a column as a text; that of a tuple is its parts with commas between them."""
    if isinstance(name, str):
        return name
    return ", ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def as_named(frame: pd.DataFrame, name: Any) -> Any:
    """A name as the table has it: the text of a number, a date or a tuple that it does not have itself."""
    if isinstance(name, str) or name is None or not is_name(name) or name in frame.columns:
        return name
    return text if (text := text_of(name)) in frame.columns else name


def as_given(data: Any) -> pd.DataFrame:
    """The table as a pandas DataFrame with the names that it has; pyarrow's tables are understood too.

    Categories of polars, which declare no order, are read as texts; pandas' and an Enum's keep theirs.

    Raises
    ------
    DataError
        When `data` is not a table.
    """
    if isinstance(data, pd.DataFrame):
        return data
    if not hasattr(data, "to_pandas"):
        raise DataError(f"A pandas or polars DataFrame is needed, not {type(data).__name__}.")
    kinds = data.schema if isinstance(getattr(data, "schema", None), Mapping) else {}
    unordered = [name for name, kind in kinds.items() if str(kind).startswith("Categorical")]
    if unordered:
        data = data.with_columns(*(data[name].cast(str) for name in unordered))
    try:
        frame = data.to_pandas()
    except ModuleNotFoundError:  # polars converts through pyarrow, which may not be there
        frame = pd.DataFrame(data.to_dict(as_series=False))
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"A pandas or polars DataFrame is needed, not {type(data).__name__}.")
    return frame


def require_columns(frame: pd.DataFrame, columns: Iterable[Hashable]) -> None:
    """Refuse names that are not in the table, or that are in it twice.

    Raises
    ------
    ColumnError
        For an unknown name, with the nearest known one.
    DataError
        For a name that several columns share.
    ModelError
        For what is no name.
    """
    for name in columns:
        check_name(name)
        if name not in frame.columns:
            raise ColumnError(_absent(frame, name))
        if not frame.columns.is_unique and (frame.columns == name).sum() > 1:
            raise DataError(f"The table has several columns called {str(name)!r}: give them different names.")


def check_name(name: Any, option: str = "") -> None:
    """Refuse what cannot be the name of a column, such as a list, a table or a missing value.

    Raises
    ------
    ModelError
    """
    if not is_name(name):
        needs = f"{option}= needs the name of a column" if option else "The name of a column is needed"
        raise ModelError(f"{needs}, not {brief(name)}.")


def check_text(value: Any, option: str, such_as: str) -> None:
    """Refuse what is neither a text nor left out.

    Raises
    ------
    ModelError
    """
    if value is not None and not (isinstance(value, str) and is_name(value)):
        raise ModelError(f"{option}= is a text such as {such_as!r}, not {brief(value)}.")


def pairs(given: Any, option: str, such_as: str) -> dict[Any, Any]:
    """The dictionary that an option gives; an empty one for None.

    Raises
    ------
    ModelError
        For anything else.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ModelError(f"{option}= is a dictionary such as {such_as}, not {brief(given)}.")
    return dict(given or {})


def listed(names: Any, option: str, least: int = 1) -> list[Any]:
    """The column names that an option gives, one or several, each once.

    Raises
    ------
    ModelError
        When it gives fewer than `least`, or what is no name.

    Examples
    --------
    >>> listed("stress", "columns"), listed(["stress", "sleep", "stress"], "columns")
    (['stress'], ['stress', 'sleep'])
    """
    given = several(names)
    if names is None or len(given) < least:
        raise ModelError(f"{option}= needs the name of a column, or a list of names, not {brief(names)}.")
    for name in given:
        check_name(name, option)
    return list(dict.fromkeys(given))


def raw_array(frame: pd.DataFrame, name: Hashable) -> Any:
    """A column as the array it is kept in: numpy where it is one, else the pandas array."""
    column = frame[name]
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array


def exact_floats() -> dict[str, Any]:
    """Option of `pandas.read_csv` that gives back every double as it was written (pandas 3.1 always does)."""
    version = tuple(int(part) for part in pd.__version__.split(".")[:2])
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


#: Constants of R that formulas know by another name.
_CONSTANTS = {"pi": "np.pi", "T": "TRUE", "F": "FALSE", "Inf": "np.inf", "NaN": "np.nan"}


def _absent(frame: pd.DataFrame, name: Hashable) -> str:
    if name in frame.index.names:
        return f"{str(name)!r} is the index of the table, not a column: call reset_index() first."
    if any(not isinstance(known, str) and str(known) == name for known in frame.columns):
        return (
            f"The column {name!r} is called by a number, a date or a tuple, and formulas know names of text: rename "
            f"the columns with data.columns = [str(name) for name in data.columns]."
        )
    meant = f" For R's constant write {_CONSTANTS[name]}." if name in _CONSTANTS else ""
    return unknown("column", name, frame.columns) + meant
