"""Patterns of column names: ``reaction_{day}`` finds ``reaction_0``, ``reaction_1`` and their numbers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from growthcurves.data.visit_order import numbers
from growthcurves.errors import ColumnError, ModelError, brief

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
#: Words that name an occasion where other columns have its number.
_OCCASIONS = frozenset(
    ["base", "baseline", "bl", "screening", "pre", "post", "start", "end", "first", "last", "final", "fu", "followup"]
    + ["entry", "exit", "intake", "admission", "discharge"]
)
_NUMBER = r"([+-]?\d+(?:\.\d+)?)"


@dataclass(frozen=True)
class Pattern:
    """A column name in which one placeholder in braces stands for a number.

    Examples
    --------
    >>> pattern = Pattern("reaction_{day}")
    >>> pattern.find(["subject", "reaction_0", "reaction_2.5", "reaction_2b"])
    {0: 'reaction_0', 2.5: 'reaction_2.5'}
    >>> Pattern("hamd_{visit}").find(["hamd_baseline", "hamd_week4"])
    {0: 'hamd_baseline', 4: 'hamd_week4'}
    >>> pattern.stem
    'reaction'
    """

    text: str

    def __post_init__(self) -> None:
        if len(_PLACEHOLDER.findall(self.text)) != 1:
            raise ModelError(
                f"The pattern {brief(self.text)} needs one placeholder in braces where the number stands, "
                f"for example 'reaction_{{day}}'."
            )

    @property
    def stem(self) -> str:
        """The pattern without its placeholder and the separators at its ends: a name for the outcome."""
        stem = _PLACEHOLDER.sub("", self.text).strip(" _-.:/")
        if not stem:
            raise ModelError(
                f"The pattern {brief(self.text)} says no name for the outcome: "
                f"write columns={{'outcome': {brief(self.text)}}} with the name that it should have."
            )
        return stem

    def find(self, columns: Iterable[Hashable]) -> dict[float, Hashable]:
        """The columns whose whole name fits, by the number in it.

        Raises
        ------
        ColumnError
            When no column fits: the nearest names are listed.
        ModelError
            When two columns have the same number.
        """
        columns = list(columns)
        start, end = (re.escape(part) for part in _PLACEHOLDER.split(self.text))
        whole = re.compile(start + _NUMBER + end, re.ASCII)
        found: dict[float, Hashable] = {}
        for column in columns:
            fit = whole.fullmatch(str(column))
            if fit is None:
                continue
            number = plain_number(float(fit[1]))
            if number in found:
                raise ModelError(
                    f"Columns {str(found[number])!r} and {str(column)!r} are both number {number}."
                )
            found[number] = column
        found = found or self._named(columns, start, end)
        if not found:
            raise ColumnError(self._no_match(columns))
        return found

    def _named(self, columns: list[Hashable], start: str, end: str) -> dict[float, Hashable]:
        """The columns of visits that are named: "hamd_baseline" and "hamd_week4" are numbers 0 and 4.

        Empty where the names are of several kinds, such as days and weeks, or tell no number.
        """
        whole = re.compile(start + "(.+)" + end)
        fits = {fit[1].replace("_", " "): column for column in columns if (fit := whole.fullmatch(str(column)))}
        places = numbers(list(fits)) if len(fits) > 1 else None
        if places is None or len(set(places)) < len(fits):
            return {}
        return {plain_number(place): column for place, column in zip(places, fits.values(), strict=True)}

    def missed(self, columns: Iterable[Hashable]) -> list[str]:
        """Columns that look like one more wave: parts of the pattern's name, and a word for an occasion.

        Examples
        --------
        >>> Pattern("dass{wave}_1").missed(["final_1", "final_2", "age", "sex_1"])
        ['final_1']
        """
        own = set(_words(_PLACEHOLDER.sub(" ", self.text)))
        return [str(column) for column in columns if _is_occasion(_words(str(column)), own)]

    def _no_match(self, columns: list[Hashable]) -> str:
        wanted, names = _PLACEHOLDER.sub("0", self.text), [str(column) for column in columns]
        found = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
        near = [name for name in names if name in found] or names[:5]  # in the order of the table
        instead = self._instead(near, names)
        meant = f" Did you mean {instead!r}?" if instead else ""
        listed = ", ".join(map(repr, near))
        return f"No column fits the pattern {self.text!r} as a whole.{meant} The nearest columns are {listed}."

    def _instead(self, near: list[str], names: list[str]) -> str:
        """The pattern that these columns fit, with the placeholder in the place of one of their numbers; "" without."""
        placeholder = _PLACEHOLDER.search(self.text)
        if placeholder is None:
            return ""
        tried = [f"{name[: number.start()]}{placeholder[0]}{name[number.end() :]}"
                 for name in near for number in reversed(list(re.finditer(r"\d+", name)))]  # fmt: skip
        several = [text for text in dict.fromkeys(tried) if sum(map(_of_numbers(text, placeholder[0]), names)) > 1]
        return max(several, key=lambda text: difflib.SequenceMatcher(None, text, self.text).ratio(), default="")


def _of_numbers(text: str, placeholder: str) -> Callable[[str], bool]:
    """Whether a name is this text with a number in the place of its placeholder."""
    whole = re.compile(r"\d+".join(map(re.escape, text.split(placeholder))))
    return lambda name: whole.fullmatch(name) is not None


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", name.lower()) if word]


def _is_occasion(words: list[str], own: set[str]) -> bool:
    occasions = [word for word in words if word.rstrip("0123456789") in _OCCASIONS]
    rest = [word for word in words if word not in occasions]
    return len(occasions) == 1 and bool(rest) and set(rest) <= own


@dataclass(frozen=True)
class FoundPattern:
    """A pattern that several columns of a table fit.

    Attributes
    ----------
    text : str
        The pattern, with ``{wave}`` where the number stands.
    columns : tuple of str
    """

    text: str
    columns: tuple[str, ...]


def find_patterns(columns: Iterable[Hashable]) -> list[FoundPattern]:
    """Patterns that two columns or more fit, the one that most columns fit first.

    Examples
    --------
    >>> [found.text for found in find_patterns(["id", "age", "bdi_t1", "bdi_t2", "bdi_t3"])]
    ['bdi_t{wave}']
    """
    groups: dict[str, dict[str, str]] = {}
    for column in columns:
        for number in re.finditer(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.])", str(column)):
            text = f"{str(column)[: number.start()]}{{wave}}{str(column)[number.end() :]}"
            if re.search(r"[^\W\d_]", text.replace("{wave}", "")):  # a name beside the number
                groups.setdefault(text, {}).setdefault(number[0], str(column))
    found = [FoundPattern(text, tuple(fits.values())) for text, fits in groups.items() if len(fits) > 1]
    return sorted(found, key=lambda pattern: -len(pattern.columns))


def plain_number(value: float) -> float:
    """A whole number as int, others as float."""
    return int(value) if float(value).is_integer() else float(value)


def number_text(value: object) -> str:
    """A number as it stands in a column's name, without exponent, so that a pattern finds it; text as it is.

    Examples
    --------
    >>> number_text(2.0), number_text(0.5), number_text(1e-7), number_text("end")
    ('2', '0.5', '0.0000001', 'end')
    """
    if isinstance(value, float | np.floating):
        return str(int(value)) if value == 0 else np.format_float_positional(value, trim="-")
    return str(value)
