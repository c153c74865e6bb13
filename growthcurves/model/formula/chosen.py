"""Which rows of a table a condition chooses."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers, is_text
from growthcurves.data.dates import ISO_DATE, DateStyle, first_text_is_date, read_dates
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.frame import require_columns
from growthcurves.errors import DataError, FormulaError, brief
from growthcurves.model.formula.compared import Pair, Truth
from growthcurves.model.formula.tokens import shortened
from growthcurves.model.formula.tree import Chain, Items, Literal, Name, Node, Number, Unary
from growthcurves.model.formula.where import Condition, read_condition

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


def chosen_rows(frame: pd.DataFrame, where: Any, style: DateStyle | None = None) -> np.ndarray:
    """The rows of a table for which a condition holds, (n,); a row in which a missing value decides is not chosen.

    Raises
    ------
    FormulaError
        For a condition that cannot be read, or that compares what cannot be compared.
    ColumnError
        For an unknown column.
    DataError
        When no row is chosen.

    Examples
    --------
    >>> table = pd.DataFrame({"arm": ["a", "b", None], "age": [30, 60, 70]})
    >>> chosen_rows(table, "arm == 'a' | age > 65").tolist(), chosen_rows(table, "~(arm == 'a')").tolist()
    ([True, False, True], [False, True, False])
    """
    asked, condition = _asked(frame, where, style)
    chosen = asked.truth(condition.node).yes
    if len(frame) and not chosen.any():
        raise DataError(f"where={shortened(where)!r} chooses none of the {len(frame):,} rows{asked.hint}.")
    return chosen


@dataclass(frozen=True, eq=False)
class _Asked:
    """A condition asked of the rows of a table."""

    frame: pd.DataFrame
    condition: Condition
    style: DateStyle

    def truth(self, node: Node) -> Truth:
        if isinstance(node, Unary) and node.sign == "~":
            inside = self.truth(node.inside)
            return Truth(inside.no, inside.yes)
        if isinstance(node, Chain) and node.rest[0][0] in ("&", "|"):
            return self._joined(node)
        if isinstance(node, Chain) and node.rest[0][0] not in _ARITHMETIC:
            return self._compared(node)
        if isinstance(node, Name) and _is_truth(self.frame[node.column]):
            return self._equal(node, Literal(True))
        shown = f"{node.column!r} is" if isinstance(node, Name) else "it holds what is"
        raise self.error(f"{shown} not true or false by itself; compare it with a value")

    def error(self, why: str) -> FormulaError:
        return FormulaError(f"where={shortened(self.condition.text)!r} cannot be used: {why}.")

    def _joined(self, node: Chain) -> Truth:
        found = self.truth(node.first)
        for sign, other in node.rest:
            right = self.truth(other)
            if sign == "&":
                found = Truth(found.yes & right.yes, found.no | right.no)
            else:
                found = Truth(found.yes | right.yes, found.no & right.no)
        return found

    def _compared(self, node: Chain) -> Truth:
        """`18 <= age < 65`: each neighbour with the next, all of them true."""
        left, found = node.first, None
        for sign, right in node.rest:
            one = self._pair(sign, left, right)
            found = one if found is None else Truth(found.yes & one.yes, found.no | one.no)
            left = right
        assert found is not None
        return found

    def _pair(self, sign: str, left: Node, right: Node) -> Truth:
        if sign in ("is", "is not"):
            return self._missing(sign, left, right)
        if sign in ("in", "not in"):
            found = self._in(left, right)
            return found if sign == "in" else Truth(found.no, found.yes)
        if isinstance(left, (Literal, Number)) and not isinstance(right, (Literal, Number)):
            left, right, sign = right, left, _TURNED.get(sign, sign)
        if sign == "==":
            return self._equal(left, right)
        if sign == "!=":
            found = self._equal(left, right)
            return Truth(found.no, found.yes)
        return self._values(left, right).compared(sign)

    def _missing(self, sign: str, left: Node, right: Node) -> Truth:
        if not isinstance(left, Name) or right != Literal(None):
            raise self.error('\'is\' asks whether a column is missing: "age is missing", "age is not missing"')
        gone = self.frame[left.column].isna().to_numpy()
        return Truth(gone, ~gone) if sign == "is" else Truth(~gone, gone)

    def _in(self, left: Node, right: Node) -> Truth:
        if not isinstance(right, Items) or not right.items:
            raise self.error("'in' takes a list of values: \"arm in ['a', 'b']\"")
        found = [self._equal(left, item) for item in right.items]
        return Truth(np.any([one.yes for one in found], axis=0), np.all([one.no for one in found], axis=0))

    def _equal(self, left: Node, right: Node) -> Truth:
        if Literal(None) in (left, right):
            raise self.error('a missing value is asked for by "is missing"')
        return self._values(left, right).compared("==")

    def _values(self, left: Node, right: Node) -> Pair:
        """Both sides as arrays that can be compared, or as an array and a value."""
        if isinstance(left, Items) or isinstance(right, Items):
            raise self.error("a list stands behind 'in' only")
        if not isinstance(left, Name):
            return self._pair_of(self._numbers(left), self._numbers(right))
        column = self.frame[left.column]
        if isinstance(right, Name):
            return self._columns(left.column, right.column)
        if isinstance(right, Literal) and isinstance(right.value, str):
            return self._with_text(left.column, column, right.value)
        if isinstance(column.dtype, pd.CategoricalDtype):
            return self._pair_of(column.array, self._level(column, left.column, right))
        if _is_truth(column) or isinstance(right, Literal):
            return self._pair_of(self._truths(left.column, column), self._truth_value(right))
        if isinstance(right, Number) and _whole(right) and pd.api.types.is_integer_dtype(column.dtype):
            return self._pair_of(column.array, int(right.text))
        return self._pair_of(self._numbers(left), self._numbers(right))

    def _pair_of(self, left: Any, right: Any) -> Pair:
        return Pair(left, right, len(self.frame), self.error)

    def _with_text(self, name: str, column: pd.Series, text: str) -> Pair:
        if isinstance(column.dtype, pd.CategoricalDtype):
            return self._pair_of(column.array, text)
        if _is_date(text) and (holds_dates(column) or (is_text(column) and first_text_is_date(column))):
            return self._pair_of(self._dates(name), _moment(text))
        if holds_dates(column) and not is_text(column):
            raise self.error(f"{name!r} holds dates: write one as '2024-03-31', not {brief(text)}")
        if holds_numbers(column.array) or _is_truth(column):
            raise self.error(f"{name!r} holds numbers, or true and false: write the value without quotes")
        return self._pair_of(column.to_numpy(object), text)

    def _columns(self, left: str, right: str) -> Pair:
        columns = [self.frame[name] for name in (left, right)]
        if all(holds_dates(column) for column in columns):
            return self._pair_of(self._dates(left), self._dates(right))
        if all(holds_numbers(column.array) for column in columns):
            return self._pair_of(self._numbers(Name(left)), self._numbers(Name(right)))
        if any(holds_numbers(column.array) or holds_dates(column) for column in columns):
            raise self.error(f"{left!r} and {right!r} are of different kinds")
        return self._pair_of(*(column.to_numpy(object) for column in columns))

    def _numbers(self, node: Node) -> Any:
        if isinstance(node, Number):
            return np.float64(node.value)
        if isinstance(node, Name):
            return self._number_column(node.column)
        with np.errstate(all="ignore"):
            if isinstance(node, Unary) and node.sign == "-":
                return -self._numbers(node.inside)
            if isinstance(node, Chain) and node.rest[0][0] in _ARITHMETIC:
                sign, other = node.rest[0]
                return _ARITHMETIC[sign](self._numbers(node.first), self._numbers(other))
        raise self.error("a text, a list or a condition stands where a number is due")

    def _number_column(self, name: str) -> np.ndarray:
        column = self.frame[name]
        if not holds_numbers(column.array):
            kind = "dates: compare it with a text such as '2024-03-31'" if holds_dates(column) else "no numbers"
            raise self.error(f"{name!r} holds {kind}{self._some_values(column)}")
        return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)

    def _some_values(self, column: pd.Series) -> str:
        text = next((value for value in column if isinstance(value, str)), None)
        return "" if text is None else f" but texts, such as {brief(text)}: write the value in quotes"

    def _truths(self, name: str, column: pd.Series) -> Any:
        if not _is_truth(column):
            raise self.error(f"{name!r} is not true or false")
        return column.astype("boolean").array

    def _truth_value(self, node: Node) -> bool:
        value = node.value if isinstance(node, (Literal, Number)) else None
        if value not in (True, False):
            raise self.error("what is true or false is compared with True or False")
        return bool(value)

    def _dates(self, name: str) -> np.ndarray:
        column = self.frame[name]
        found = read_dates(self.frame, column, name, None, self.style.or_of(self.frame))
        assert found is not None
        return found.values

    def _level(self, column: pd.Series, name: str, node: Node) -> Any:
        """The category that a number or True stands for."""
        value = self._truth_value(node) if isinstance(node, Literal) else float(self._numbers(node))
        same = [level for level in column.cat.categories if not isinstance(level, str) and level == value]
        if not same and all(isinstance(level, str) for level in column.cat.categories):
            raise self.error(f"{name!r} holds texts{self._some_values(column)[10:]}")
        return same[0] if same else value

    @cached_property
    def hint(self) -> str:
        """A text that is in no cell of the column it is compared with, and the nearest that is."""
        for name, text in _texts(self.condition.node):
            levels = [str(level) for level in pd.unique(self.frame[name].dropna())[:1000]]
            if text not in levels and not holds_dates(self.frame[name]):
                near = difflib.get_close_matches(text, levels, n=1, cutoff=0.5) or levels[:1]
                return f": {name!r} holds no {brief(text)}" + (f" (but {brief(near[0])})" if near else "")
        return ""


def _whole(number: Number) -> bool:
    return number.text.isdigit()


def _is_date(text: str) -> bool:
    try:
        return bool(ISO_DATE.fullmatch(text.strip())) and pd.Timestamp(text) is not pd.NaT
    except (ValueError, OverflowError):
        return False


def _moment(text: str) -> np.datetime64:
    """A date as the package counts dates, without its time zone."""
    moment = pd.Timestamp(text)
    return np.datetime64(moment if moment.tz is None else moment.tz_convert(None))


def _is_truth(column: pd.Series) -> bool:
    """Whether a column holds True and False, also where some are missing."""
    return pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.infer_dtype(column, skipna=True) == "boolean"


def _texts(node: Node) -> Iterator[tuple[str, str]]:
    """Each column that is compared with a text, and the text."""
    if isinstance(node, Unary):
        yield from _texts(node.inside)
    if not isinstance(node, Chain):
        return
    sides = [node.first, *(other for _, other in node.rest)]
    names = [side.column for side in sides if isinstance(side, Name)]
    for side in sides:
        yield from _texts(side)
        for item in side.items if isinstance(side, Items) else (side,):
            if names and isinstance(item, Literal) and isinstance(item.value, str):
                yield names[0], item.value


def where_reason(where: str, chosen: np.ndarray) -> str:
    """Why rows are left out that a condition does not choose, as it is counted and told."""
    return where_counted(where, int(chosen.sum()), len(chosen))


def where_counted(where: str, chosen: int, rows: int) -> str:
    """The same of rows that were counted."""
    return f"not among the {chosen:,} of {rows:,} rows by where={where.strip()!r}"


def some_rows(frame: pd.DataFrame, where: Any) -> np.ndarray:
    """The rows of one of several tables for which a condition holds, (n,); there may be none."""
    asked, condition = _asked(frame, where, None)
    return asked.truth(condition.node).yes


def condition_columns(where: Any) -> list[str]:
    """The columns that a condition uses."""
    return list(_condition(where).columns)


def _asked(frame: pd.DataFrame, where: Any, style: DateStyle | None) -> tuple[_Asked, Any]:
    condition = _condition(where)
    require_columns(frame, condition.columns)
    return _Asked(frame, condition, style or DateStyle()), condition


def _condition(where: Any) -> Any:
    if not isinstance(where, str):
        raise FormulaError(f"where= is a condition as a text, such as \"arm == 'a' & age > 50\", not {brief(where)}.")
    return read_condition(where)
