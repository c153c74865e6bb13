"""Hypotheses about fixed effects, read from text in term names into rows L with L beta = rhs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, brief
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import finite_number
from growthcurves.results.questions.term_names import (
    SIGNS,
    effect_terms,
    number_of,
    plain,
    term_weights,
    tokens,
    vocabulary,
    without_zero,
)

#: A row of which less than this share of its standard error is left beside the rows before it follows from them.
FOLLOWS = 1e-7


@dataclass(frozen=True)
class Hypotheses:
    """k linear hypotheses about the fixed effects.

    Attributes
    ----------
    texts : tuple of str
        Each hypothesis as it was written.
    L : (k, p) array
    rhs : (k,) array
    """

    texts: tuple[str, ...]
    L: np.ndarray
    rhs: np.ndarray


@dataclass(frozen=True)
class Linear:
    """A linear expression: weights of the fixed effects (p,) and a constant."""

    weights: np.ndarray
    constant: float

    def __add__(self, other: Linear) -> Linear:
        return Linear(self.weights + other.weights, self.constant + other.constant)

    def times(self, size: float) -> Linear:
        return Linear(size * self.weights, size * self.constant)

    @property
    def is_number(self) -> bool:
        return not self.weights.any()


def read_hypotheses(fit: FittedModel, wanted: Any) -> Hypotheses:
    """Hypotheses from text, a list of texts, a dict of term to weight, or a matrix over the terms of the fit.

    Raises
    ------
    ModelError
        For an unknown term (with the nearest), a text that is not linear or cannot be read, a row without terms.
    """
    if isinstance(wanted, str):
        wanted = [wanted]
    if isinstance(wanted, Mapping):
        return _checked(fit, *_from_weights(fit, wanted))
    if isinstance(wanted, Sequence) and wanted and all(isinstance(text, str) for text in wanted):
        rows = [row for text in wanted for part in _by_level(fit, text) for row in _Reader(fit, part).rows()]
        texts, found = zip(*rows, strict=True)
        L, constants = np.array([row.weights for row in found]), np.array([row.constant for row in found])
        return _checked(fit, texts, L, 0.0 - constants)
    return _checked(fit, *_from_matrix(fit, wanted))


def _by_level(fit: FittedModel, text: str) -> list[str]:
    """A hypothesis about a whole effect, such as ``week:arm = 0``, as one for each of its levels."""
    terms = effect_terms(fit, without_zero(text))
    return [f"{term} = 0" if plain(term) == term else f"`{term}` = 0" for term in terms] or [text]


def _checked(fit: FittedModel, texts: Sequence[str], L: np.ndarray, rhs: np.ndarray) -> Hypotheses:
    for text, row in zip(texts, L, strict=True):
        if not row.any():
            raise ModelError(f"The hypothesis {text!r} says nothing about a fixed effect; the fixed effects are "
                             f"{', '.join(fit.terms)}.")
    return Hypotheses(tuple(texts), L, rhs)


def _from_weights(fit: FittedModel, weights: Mapping) -> tuple[list[str], np.ndarray, np.ndarray]:
    row = np.zeros(len(fit.terms))
    for name, weight in checked_weights(weights).items():
        row += weight * term_weights(fit, str(name))
    return [combination_text(weights)], row[None, :], np.zeros(1)


def checked_weights(weights: Mapping) -> dict[Any, float]:
    """The weights of a combination as numbers.

    Raises
    ------
    ModelError
        For one that is none: its term is named.
    """
    return {name: finite_number(weight, f"{brief(name)} has a weight") for name, weight in weights.items()}


def combination_text(weights: Mapping) -> str:
    """A combination of named quantities in words."""
    text = ""
    for name, weight in weights.items():
        size = "" if abs(weight) == 1 else f"{abs(weight):g}*"
        sign = (" - " if text else "-") if weight < 0 else (" + " if text else "")
        text += f"{sign}{size}{name}"
    return text


def _from_matrix(fit: FittedModel, values: Any) -> tuple[list[str], np.ndarray, np.ndarray]:
    try:
        L = np.atleast_2d(np.asarray(values, dtype=float))
    except (TypeError, ValueError, OverflowError):
        L = np.empty((0, 0))
    if L.ndim != 2 or not L.size or L.shape[1] != len(fit.terms) or not np.isfinite(L).all():
        raise ModelError(
            f"A hypothesis is a text such as 'slope = 0', a dict of term to weight, or a matrix with one column for "
            f"each of the {len(fit.terms)} fixed effects ({', '.join(fit.terms)})."
        )
    texts = [combination_text({n: w for n, w in zip(fit.terms, row, strict=True) if w}) or "0" for row in L]
    return texts, L, np.zeros(len(L))


class _Reader:
    """Reads `a - 2*b = 0.5, c = d`: sums of numbers times terms, sides parted by =, rows parted by commas."""

    def __init__(self, fit: FittedModel, text: str) -> None:
        self.fit, self.text = fit, text
        self.tokens = list(tokens(text, vocabulary(fit)))
        self.place = 0

    def rows(self) -> Iterator[tuple[str, Linear]]:
        while True:
            start = self.place
            sides = [self._sum()]
            while self._take("="):
                sides.append(self._sum())
            text = self._written(start)
            sides = sides if len(sides) > 1 else [*sides, Linear(np.zeros(len(self.fit.terms)), 0.0)]
            for left, right in itertools.pairwise(sides):
                yield text, left + right.times(-1.0)
            if self.place == len(self.tokens):
                return
            if not self._take(","):
                self._fail()

    def _written(self, start: int) -> str:
        last = self.tokens[self.place - 1]
        text = self.text[self.tokens[start][1] : last[2]].strip()
        return text if "=" in [token[0] for token in self.tokens[start : self.place]] else f"{text} = 0"

    def _sum(self) -> Linear:
        total = self._signed()
        while (sign := self._take("+", "-")) is not None:
            total = total + self._product().times(1.0 if sign == "+" else -1.0)
        return total

    def _signed(self) -> Linear:
        sign = self._take("+", "-")
        return self._product().times(-1.0 if sign == "-" else 1.0)

    def _product(self) -> Linear:
        total = self._atom()
        while (sign := self._take("*", "/")) is not None:
            other = self._atom()
            if sign == "/" and other.is_number and other.constant != 0:
                total = total.times(1.0 / other.constant)
            elif sign == "*" and other.is_number:
                total = total.times(other.constant)
            elif sign == "*" and total.is_number:
                total = other.times(total.constant)
            else:
                raise ModelError(f"The hypothesis {self.text!r} is not linear in the fixed effects.")
        return total

    def _atom(self) -> Linear:
        if self._take("(") is not None:
            inside = self._sum()
            if self._take(")") is None:
                self._fail()
            return inside
        if self._take("-") is not None:
            return self._atom().times(-1.0)
        if self.place == len(self.tokens) or self.tokens[self.place][0] in SIGNS:
            self._fail()
        token = self.tokens[self.place][0]
        self.place += 1
        if (number := number_of(token)) is not None:
            return Linear(np.zeros(len(self.fit.terms)), number)
        return Linear(term_weights(self.fit, token), 0.0)

    def _take(self, *signs: str) -> str | None:
        if self.place < len(self.tokens) and self.tokens[self.place][0] in signs:
            self.place += 1
            return self.tokens[self.place - 1][0]
        return None

    def _fail(self) -> None:
        after = self.text[: self.tokens[self.place - 1][2]] if self.place else ""
        raise ModelError(
            f"The hypothesis {self.text!r} cannot be read after {after!r}: write it as 'slope - 2*slope:age = 0.5', "
            f"names with spaces in backticks."
        )


def independent(fit: FittedModel, hypotheses: Hypotheses) -> tuple[list[int], tuple[str, ...]]:
    """Positions of hypotheses that do not follow from those before them, and the texts of those that do.

    Raises
    ------
    ModelError
        When a hypothesis contradicts the others.
    """
    rows, error = standard_hypotheses(fit, hypotheses.L)
    targets = hypotheses.rhs / error
    kept: list[int] = []
    follow: list[str] = []
    for i, row in enumerate(rows):
        weights = np.linalg.lstsq(rows[kept].T, row, rcond=None)[0] if kept else np.zeros(0)
        if np.linalg.norm(row - weights @ rows[kept]) > FOLLOWS:
            kept.append(i)
            continue
        implied = float(weights @ targets[kept])
        if abs(targets[i] - implied) > 1e-6 * max(1.0, abs(implied), abs(targets[i])):
            raise ModelError(f"The hypothesis {hypotheses.texts[i]!r} contradicts the others.")
        follow.append(hypotheses.texts[i])
    return kept, tuple(follow)


def standard_hypotheses(fit: FittedModel, L: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of L in coordinates in which estimates are uncorrelated with unit variance, over their standard errors."""
    rows = fit.estimates.uncorrelated(L)
    error = np.linalg.norm(rows, axis=1)
    return rows / error[:, None], error
