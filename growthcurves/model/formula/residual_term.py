"""Residual structures in a formula: `us(visit | id)`, `ar1(week | arm / id)`, as mmrm and glmmTMB write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from growthcurves.errors import FormulaError, unknown
from growthcurves.model.covariance import RESIDUALS, known_as
from growthcurves.model.formula.tokens import Token, shortened, tokenize

_WORD = re.compile(r"[\w.]+")
#: What glmmTMB wants beside the occasion, so that its term has no intercept.
_NO_INTERCEPT = ("+0", "-1", "0+", "-1+")

#: Reads the columns of a grouping, and the column that one token is.
Columns = Callable[[list[Token], str], tuple[str, ...]]
Column = Callable[[Token], str | None]


@dataclass(frozen=True)
class ResidualTerm:
    """`name(occasion | by / group)`.

    Attributes
    ----------
    text : str
        As it is written.
    name : str
        The short name of the structure.
    occasion : str
        The column of the planned occasion, or of the time where the structure counts time.
    by : str or None
        The column whose levels have parameters of their own.
    group : tuple of str
        The columns that say together who a person is.
    """

    text: str
    name: str
    occasion: str
    by: str | None
    group: tuple[str, ...]

    @property
    def counts_time(self) -> bool:
        """Whether the occasions are times, and not planned ones."""
        return bool(RESIDUALS[self.name].counts_time)

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.occasion, *((self.by,) if self.by is not None else ()))

    def residual(self) -> Any:
        """The structure as `residual=` of a model takes it."""
        return self.name if self.by is None else replace(RESIDUALS[self.name], by=self.by)

    def options(self, time: str | None, given: dict[str, Any]) -> dict[str, Any]:
        """Options of a model that the term says, beside those that were given.

        Raises
        ------
        FormulaError
            Where they contradict each other.
        """
        if "residual" in given:
            raise FormulaError(f"The formula says the residual structure, {self.text}: leave residual= out.")
        if self.counts_time and self.occasion != time:
            why = f"the time of the formula is {time!r}" if time is not None else f"{self.occasion!r} is no time here"
            raise FormulaError(
                f"{shortened(self.text)} counts time, and {why}: say time= for a column of numbers or dates, or take a "
                f"structure that counts occasions, such as ar1."
            )
        wave = self.occasion if self.occasion != time else None
        if wave is not None and given.get("wave", wave) != wave:
            raise FormulaError(f"{shortened(self.text)} and wave={given['wave']!r} name two columns of the occasion.")
        return {**given, "residual": self.residual(), **({} if wave is None else {"wave": wave})}


def is_residual_term(token: Token) -> bool:
    """Whether a token is a residual structure: a word with a bar inside its parentheses."""
    return token.kind == "expression" and _WORD.match(token.text) is not None and _bar(_inside(token)) is not None


def _inside(token: Token) -> list[Token]:
    start = token.text.find("(")
    return tokenize(token.text[start + 1 : -1]) if start > 0 and token.text[-1] == ")" else []


def _bar(tokens: list[Token]) -> int | None:
    """Where the bar stands; None without one, or where it is the `or` of a condition."""
    signs = [i for i, token in enumerate(tokens) if token[:2] in (("sign", "|"), ("sign", "||"))]
    condition = any(token.kind == "other" for token in tokens)
    return signs[0] if signs and not condition else None


def read_residual_term(token: Token, columns: Columns, column: Column) -> ResidualTerm:
    """What a token of a residual structure says.

    Raises
    ------
    FormulaError
        For an unknown structure, anything but one column of occasions, more than one level of groups.
    NotAvailableError
        For a structure of other programs that is not here.
    """
    word = token.text[: token.text.find("(")]
    name = known_as(word)
    if name not in RESIDUALS or "-" in name or not hasattr(RESIDUALS[name], "counts_time"):
        raise FormulaError(unknown("residual structure of a formula", word, [n for n in RESIDUALS if "-" not in n]))
    tokens, shown = _inside(token), token.text[token.text.find("(") + 1 : -1]
    bar = _bar(tokens)
    assert bar is not None
    left, right = tokens[:bar], tokens[bar + 1 :]
    occasion = column(left[0]) if len(left := _without_zero(left)) == 1 else None
    slashes = [i for i, one in enumerate(right) if one[:2] == ("sign", "/")]
    if occasion is None or tokens[bar].text == "||" or len(slashes) > 1:
        raise FormulaError(
            f"{shortened(token.text)!r} is not of the form {word}(occasion | id), or {word}(occasion | group / id) "
            f"where each group has parameters of its own."
        )
    by = columns(right[: slashes[0]], shown) if slashes else ()
    if len(by) > 1:
        raise FormulaError(f"In {shortened(token.text)!r} one column names the groups: make one of both in the table.")
    group = columns(right[slashes[0] + 1 if slashes else 0 :], shown)
    return ResidualTerm(token.text, name, occasion, by[0] if by else None, group)


def _without_zero(tokens: list[Token]) -> list[Token]:
    """The occasion without the `+ 0` that glmmTMB wants beside it."""
    texts = [token.text for token in tokens]
    if len(tokens) == 3 and "".join(texts[1:]) in _NO_INTERCEPT:
        return tokens[:1]
    return tokens[2:] if len(tokens) == 3 and "".join(texts[:2]) in _NO_INTERCEPT else tokens
