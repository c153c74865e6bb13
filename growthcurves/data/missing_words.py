"""Texts that mean missing without being said: some in every column, others in columns of numbers alone.

An arm may be called None, and a text column that was written from another program may hold "nan": what stands in a
column of texts is a text. In a column whose other cells are numbers the same words can only mean that there is none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Missing in every column of text files and Excel sheets, as empty cells are.
EVERYWHERE = ("", "NA", "N/A", "n/a", "#NA", "#N/A", "#N/A N/A", "<NA>", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN")

#: Missing in a column whose other cells are numbers, or True and False.
AMONG_NUMBERS = ("nan", "NaN", "NAN", "-nan", "-NaN", "None", "none", "NONE", "null", "NULL", "Null")

#: Of these, the ones that are numbers themselves: a column of nothing else is a column of missing numbers.
NOT_A_NUMBER = ("nan", "NaN", "NAN", "-nan", "-NaN")


def is_among(texts: pd.Series, words: tuple[str, ...]) -> np.ndarray:
    """Which cells are one of these words."""
    return texts.isin(words).to_numpy(dtype=bool, na_value=False)


def without_words(cells: pd.Series) -> pd.Series:
    """Cells of any kind (objects) without the words that mean missing in such a column.

    Examples
    --------
    >>> import pandas as pd
    >>> without_words(pd.Series(["None", "drug", "NA"], dtype=object)).isna().tolist()
    [False, False, True]
    >>> without_words(pd.Series(["None", 3, "NA"], dtype=object)).isna().tolist()
    [True, False, True]
    """
    missing = is_among(cells, EVERYWHERE) | cells.isna().to_numpy()
    words = is_among(cells, AMONG_NUMBERS) & ~missing
    if words.any() and _others_are_numbers(cells[~(missing | words)], cells[words]):
        missing |= words
    return cells.mask(missing) if missing.any() else cells


def _others_are_numbers(others: pd.Series, words: pd.Series) -> bool:
    if not len(others):
        return bool(is_among(words, NOT_A_NUMBER).all())
    return pd.api.types.infer_dtype(others) in ("integer", "floating", "mixed-integer-float", "boolean", "decimal")
