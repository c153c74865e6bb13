"""Why a person is not seen at a wave: the words for it, and what the columns of status= say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import require_columns
from growthcurves.data.source import show_id
from growthcurves.errors import DataError, ModelError, brief, listed

SEEN, NONRESPONSE, DROPOUT, DIED, NOT_SCHEDULED, NOT_SAMPLED = (
    "seen", "nonresponse", "dropout", "died", "not scheduled", "not sampled",
)  # fmt: skip
#: How a person stands at a wave; arrays hold the place in this list.
STANDINGS = (SEEN, NONRESPONSE, DROPOUT, DIED, NOT_SCHEDULED, NOT_SAMPLED)
#: What a wave without an outcome may be missing for.
REASONS = STANDINGS[1:]
#: One letter for each standing, in patterns.
LETTERS = ("x", ".", ".", "+", "-", "o")
#: What begins at a time and lasts.
LASTING = (DIED, DROPOUT, NOT_SCHEDULED, NOT_SAMPLED)
#: Nothing is said of a wave; a value that status= does not know; no value.
UNSAID, UNKNOWN, ABSENT = -1, -2, -3

#: Other words for the same, in small letters.
_WORDS = {
    DIED: ("dead", "death", "deceased", "died between waves"),
    DROPOUT: (
        "drop out", "dropped out", "lost to follow up", "lost to followup", "withdrawn", "withdrew", "withdrawal",
        "withdrawal by subject", "discontinued",
    ),
    NONRESPONSE: ("non response", "no response", "not interviewed", "no contact", "non contact", "missed"),
    NOT_SCHEDULED: ("not planned", "not due", "not eligible", "ineligible", "administratively censored"),
    NOT_SAMPLED: ("not yet sampled", "not in sample", "not in the sample", "not yet in the study"),
}  # fmt: skip
_KNOWN = {word: STANDINGS.index(kind) for kind, words in _WORDS.items() for word in (kind, *words)}
_SUCH_AS = "{'iwstat': {0: 'not sampled', 5: 'died'}} or {'year_of_death': 'died'}"

#: What a column says: its values by their meaning; the reason that begins at the time that it holds; None where its
#: values are words.
Meaning = dict[Any, str | None] | str | None


def checked_status(data: pd.DataFrame, status: Any, keep: np.ndarray | None) -> dict[str, Meaning] | None:
    """What each column of status= says, checked against the table.

    Parameters
    ----------
    data : DataFrame
    status : str, mapping or None
        A column whose values are words for reasons; or by column what its values mean, or the reason that begins at the
        time that the column holds.
    keep : ndarray of bool or None
        The rows that have an outcome; None for all. In the others every value must have a meaning.

    Raises
    ------
    ColumnError
        For an unknown column.
    ModelError
        For what is no reason.
    DataError
        For a value of a row without an outcome that has no meaning.
    """
    if status is None:
        return None
    if not isinstance(status, str | Mapping):
        raise ModelError(f"status= is a column, or a dictionary such as {_SUCH_AS}, not {brief(status)}.")
    given = {status: None} if isinstance(status, str) else dict(status)
    require_columns(data, given)
    checked = {name: _meaning(name, meant) for name, meant in given.items()}
    for name, meant in checked.items():
        if not isinstance(meant, str) and keep is not None:
            _refuse_unknown(name, data[name][~keep], meant)
    return checked or None


def said_by(column: pd.Series, meant: Meaning) -> np.ndarray:
    """The standing that each value of a column means, (rows,); UNSAID, UNKNOWN or ABSENT where it has none."""
    codes, values = pd.factorize(column)
    of_value = [_standing(value, meant) for value in values]
    return np.array([*of_value, ABSENT], dtype=np.int8)[codes]


def _meaning(name: str, meant: Any) -> Meaning:
    if meant is None:
        return None
    if isinstance(meant, str):
        if meant not in LASTING:
            raise ModelError(
                f"status={{{name!r}: {brief(meant)}}}: a column of times says when something begins that lasts, "
                f"{listed(list(LASTING))}; for a column of codes give a dictionary such as {{5: 'died'}}."
            )
        return meant
    if not isinstance(meant, Mapping):
        raise ModelError(f"status= is a column, or a dictionary such as {_SUCH_AS}, not {brief(meant)} for {name!r}.")
    wrong = next((one for one in meant.values() if one is not None and one not in REASONS), None)
    if wrong is not None:
        raise ModelError(
            f"{brief(wrong)} is no reason for a missing wave: {listed(list(REASONS))}, or None for a code that says "
            f"nothing of it."
        )
    return {show_id(code): reason for code, reason in meant.items()}


def _standing(value: Any, meant: Meaning) -> int:
    if isinstance(meant, dict):
        text = show_id(value)
        return UNKNOWN if text not in meant else UNSAID if meant[text] is None else STANDINGS.index(str(meant[text]))
    return _KNOWN.get(re.sub(r"[\s_-]+", " ", str(value)).strip().lower(), UNKNOWN)


def _refuse_unknown(name: str, column: pd.Series, meant: Meaning) -> None:
    unknown = column[said_by(column, meant) == UNKNOWN].drop_duplicates()
    if not len(unknown):
        return
    values = [show_id(value) for value in unknown]
    these = "these mean" if len(values) > 1 else "this means"
    raise DataError(
        f"Column {str(name)!r} says {listed(values, 120)} of rows without an outcome, and nothing says what {these}: "
        f"give each a meaning, as in status={{{str(name)!r}: {{{_quoted(unknown.iloc[0])}: {DROPOUT!r}}}}}, one of "
        f"{', '.join(map(repr, REASONS))}, or None where it says nothing."
    )


def _quoted(value: Any) -> str:
    return repr(value) if isinstance(value, str) else show_id(value)
