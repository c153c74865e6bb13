"""Every error and warning that the package raises on purpose: one root each, narrow subclasses."""

from __future__ import annotations

import difflib
import re
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from growthcurves.signs import visible


class GrowthCurvesError(Exception):
    """Root of all errors of the package; its text is one clear sentence for the user.

    No name in it steers a terminal.
    """

    def __str__(self) -> str:
        return visible(super().__str__())


class DataError(GrowthCurvesError, ValueError):
    """The table cannot be used as it is: the text names the column, the person and the row."""


class ColumnError(DataError, KeyError):
    """A column that was asked for is not in the table."""

    def __str__(self) -> str:
        return visible(str(self.args[0])) if self.args else ""


class RowError(DataError):
    """A value that cannot be, before and after the words "in a row", and the position of that row."""

    def __init__(self, before: str, after: str, row: int) -> None:
        super().__init__(before, after, row)

    def __str__(self) -> str:
        before, after, _ = self.args
        return visible(f"{before} in a row{after}")

    @property
    def row(self) -> int:
        """Position among the rows that were looked at, from 0."""
        return int(self.args[2])

    def placed(self, place: str) -> DataError:
        """The same of a table, where the row has a person and a place."""
        before, after, _ = self.args
        return DataError(f"{before} in a row ({place}){after}")


class ModelError(GrowthCurvesError, ValueError):
    """The model contradicts itself, or an option is unknown or does not apply."""


class FormulaError(ModelError):
    """A formula cannot be read, or says something that the model cannot be."""


class _WithAdvice(GrowthCurvesError):
    """An error that says why, and what to do.

    Parameters
    ----------
    reason : str
        Why, as a sentence, which a page for readers shows alone.
    advice : str
        What to write in its place; it follows the reason.
    """

    def __init__(self, reason: str = "", advice: str = "") -> None:
        super().__init__(f"{reason.rstrip('.')}: {advice}" if advice else reason)
        self.reason, self.advice = visible(reason), visible(advice)


class NotAvailableError(_WithAdvice, NotImplementedError):
    """Something that this version of the package does not do, or for which a fit keeps too little."""


class DisclosureError(GrowthCurvesError, ValueError):
    """Sums would tell of single persons: the cell, the rule and what to do are named."""


class NotEstimableError(_WithAdvice, ValueError):
    """The data cannot answer the question: too few persons or occasions, constant time, a perfect fit."""


class GrowthCurvesWarning(UserWarning):
    """Root of all warnings of the package; each one is kept on the fit as well."""

    def __str__(self) -> str:
        return visible(super().__str__())


class DataWarning(GrowthCurvesWarning):
    """Something in the table that a careful analyst would look at."""


class ModelWarning(GrowthCurvesWarning):
    """Something in the model that is allowed but rarely meant."""


class ConvergenceWarning(GrowthCurvesWarning):
    """The optimum could not be certified."""


class IdentificationWarning(GrowthCurvesWarning):
    """The data cannot tell some parameters of the model apart; the answers that need them are withheld."""


#: The filters of warnings belong to the whole process: two threads that set them aside at once would mix them up.
_FILTERS = threading.RLock()


@contextmanager
def filtered(action: Any, category: type[Warning], message: str = "") -> Iterator[None]:
    """Warnings of a category ignored or raised for a while, in one thread at a time.

    Where a drawing is meant as well, this goes before the lock of drawings.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.filterwarnings(action, message, category)
        yield


@contextmanager
def recorded() -> Iterator[list[Any]]:
    """Warnings kept in a list for a while, in one thread at a time."""
    with _FILTERS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def unknown(kind: str, name: object, known: Iterable[object], others: Mapping[str, str] | None = None) -> str:
    """One sentence for an unknown name: what it is, the nearest known one, and all that are known.

    `others` are what the field calls known ones besides: name there to name here.
    """
    names, others = [str(item) for item in known], others or {}
    near = _nearest(_text_of(name)[:_LONGEST_NAME], [*names, *others])
    hint = "" if near is None else f" Did you mean {brief(others.get(near, near))}?"
    start = f"There is no {kind} {brief(name)}.{hint}"
    return f"{start} Known: {listed(names, _LONGEST_SENTENCE - len(start))}." if names else f"{start} There are none."


def among(value: object, known: Iterable[object]) -> bool:
    """Whether a value is one of the known names; what cannot be compared, as a table, is none.

    Examples
    --------
    >>> among("ml", ("reml", "ml")), among(["ml"], ("reml", "ml"))
    (True, False)
    """
    try:
        return any(bool(value == one) for one in known)
    except (TypeError, ValueError):
        return False


def is_name(value: Any) -> bool:
    """Whether a value can be the name of a column: it has a hash, and is not missing as NA and NaT are."""
    try:
        hash(value)
        if isinstance(value, str):
            value.encode()  # halves of characters cannot be written into a table
        return bool(value == value) or isinstance(value, float)  # a column may be called NaN
    except (TypeError, ValueError):
        return False


def _nearest(name: str, names: list[str]) -> str | None:
    """The one known name that a name abbreviates (its beginning, or the initials of its words), else the nearest.

    Examples
    --------
    >>> methods = ["satterthwaite", "kenward-roger", "between-within", "residual"]
    >>> [_nearest(name, methods) for name in ("kr", "satt", "residul", "xyz")]
    ['kenward-roger', 'satterthwaite', 'residual', None]
    """
    short = re.sub(r"[\W_]+", "", name).lower()
    meant = [one for one in names if len(short) > 1 and short in (_initials(one), one.lower()[: len(short)])]
    if len(meant) == 1:
        return meant[0]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return near[0] if near else None


def _initials(name: str) -> str:
    """The first letters of the words of a name."""
    return "".join(word[0] for word in re.split(r"[\W_]+", name.lower()) if word)


#: Signs of a name, and of a sentence that lists names; and the most names of one.
_LONGEST_NAME, _LONGEST_SENTENCE, _MOST_NAMES = 60, 300, 30


def brief(value: object, longest: int = _LONGEST_NAME) -> str:
    """A value in quotes as a sentence shows it: one that is long with its middle left out.

    What has no text of its own, or one of several lines, as a table has, is shown by its type.

    Examples
    --------
    >>> brief("arm"), brief("x" * 200, 20), brief(object()), brief([print, object()])
    ("'arm'", "'xxxxxxxx...xxxxxxx'", "'object'", "'[print, object]'")
    """
    text = _text_of(value)
    if len(text) > longest:
        tail = (longest - 4) // 2
        text = f"{text[: longest - 4 - tail]}...{text[len(text) - tail + 1 :]}"
    return repr(text)


def in_a_line(error: Exception, longest: int = 240) -> str:
    """What another program's error says, in a line: its kind and its words, of a drawn table the cells.

    Examples
    --------
    >>> in_a_line(OSError("disk full.\\n +---+\\n | a |")), in_a_line(KeyError())
    ('OSError: disk full; a', 'KeyError')
    """
    lines = (line.strip().strip("|").strip().rstrip(".:") for line in str(error).splitlines())
    words = "; ".join(line for line in lines if line.strip("-+= "))
    words = words if len(words) <= longest else f"{words[: longest - 3]}..."
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


#: How Python shows what has no text: a class, a function, or a thing with its address in memory.
_THING = re.compile(
    r"<(?:class '([^']+)'|function (\S+) at 0x\w+|built-in (?:function|method) (\w+)[^<>]*|(\S+)[^<>]* at 0x\w+)>"
)


def _text_of(value: object) -> str:
    try:
        text = str(value)
    except (ValueError, RecursionError):  # whole numbers of thousands of digits
        return type(value).__name__
    if "\n" in text and not isinstance(value, str):
        return type(value).__name__
    return _THING.sub(lambda found: next(filter(None, found.groups())).rpartition(".")[2], text)


def listed(names: list[str], room: int = _LONGEST_SENTENCE) -> str:
    """The first of the names, as many as a sentence has room for; a long one with its middle left out."""
    shown: list[str] = []
    for name in names:
        item = name if len(name) <= _LONGEST_NAME else brief(name)[1:-1]
        if len(shown) == _MOST_NAMES or (shown and len(", ".join([*shown, item])) > room - 15):
            return ", ".join(shown) + ", ..."
        shown.append(item)
    return ", ".join(shown)


def part_called(kind: str, value: Any, registry: Mapping[str, Any], needs: str = "") -> Any:
    """The exchangeable part of that short name, or the value itself where it is a part already.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones; for the class of a part in the place of a value; for a
        value without the attribute that every such part `needs`.
    """
    if isinstance(value, type):
        raise ModelError(f"A {kind} is a value, with its options in parentheses: write {value.__name__}().")
    plain = isinstance(value, (str, int, float, bytes, list, tuple, dict, set, type(None)))
    if not plain and hasattr(value, needs or "__class__"):
        return value
    if str(value).lower() not in registry:
        raise ModelError(unknown(kind, value, registry))
    return registry[str(value).lower()]
