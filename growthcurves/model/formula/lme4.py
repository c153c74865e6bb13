"""The lme4 formula door: a formula read into its parts; `model/from_formula.py` makes a growth model of them.

`y ~ time * arm + age + (time | id)` says that the intercept depends on arm and age, that the slope depends on
arm, and that intercept and slope vary between persons with a covariance.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from growthcurves.errors import FormulaError, NotAvailableError
from growthcurves.model.curves import Curve, curve_of
from growthcurves.model.formula.expressions import read_expression
from growthcurves.model.formula.left import LeftSide, left_side, less
from growthcurves.model.formula.parse import formula_of
from growthcurves.model.formula.residual_term import ResidualTerm, is_residual_term, read_residual_term
from growthcurves.model.formula.tokens import Token, shortened, tokenize
from growthcurves.model.formula.tree import Call, Expression, Formula, Name, Term

_OFFSET = re.compile(r"offset\s*\(")
_MEMBERS = re.compile(r"mm\s*\(")
#: Functions that make categories of a column, and so change nothing about who a person is.
AS_CATEGORIES = ("factor", "as.factor", "C", "numFactor")


@dataclass(frozen=True)
class RandomTerm:
    """`(terms | group)`: whose columns name the group, what varies, and whether it is correlated."""

    group: tuple[str, ...]
    varying: Formula
    correlated: bool


@dataclass(frozen=True)
class ParsedFormula:
    """What a formula says before the data are known.

    Attributes
    ----------
    left : LeftSide
        The outcome: a column, or what is computed from columns.
    group : tuple of str
        The columns that say together who a person is; of several groupings the innermost as it is written.
    time : str or None
        The column that was said to be the time, or the one that the random part names.
    candidates : tuple of str
        All columns of the random part that may be the time; only the table tells where there are several or none.
    fixed : Formula
    random : tuple of RandomTerm
    residual : ResidualTerm or None
        The structure of residuals, where the formula says one.
    groups : tuple of tuples of str
        All groupings, where there are several; in which order they hold each other the data tell (`model/groups.py`).
    crossed : bool
        Whether they cross each other.
    """

    left: LeftSide
    group: tuple[str, ...]
    time: str | None
    candidates: tuple[str, ...]
    fixed: Formula
    random: tuple[RandomTerm, ...]
    residual: ResidualTerm | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    crossed: bool = False

    @property
    def outcome(self) -> str:
        """The name of the outcome."""
        return self.left.name

    @property
    def id(self) -> str:
        """The name of the column of persons; of several together with commas between them."""
        return ", ".join(self.group)

    @property
    def roles(self) -> tuple[str | None, ...]:
        """The columns whose missing values a panel counts itself."""
        return (*self.left.columns, *self.group, self.id, self.time)

    @cached_property
    def columns(self) -> list[str]:
        """Every column that the formula uses, roles first."""
        formulas = [self.fixed, *(part.varying for part in self.random)]
        groups = [column for group in self.groups or (self.group,) for column in group]
        used = [*self.left.columns, *groups, *(column for formula in formulas for column in formula.columns)]
        used += self.residual.columns if self.residual is not None else ()
        return list(dict.fromkeys(used))

    def curve(self, term: Term) -> Curve | None:
        """The curve in time that a term holds as one of its factors; None without one."""
        if self.time is None or term.scale is not None:
            return None
        factors = [factor for factor in term.factors if self.time in factor.columns]
        return curve_of(factors[0], self.time) if len(factors) == 1 else None

    def without_time(self, term: Term) -> Term:
        """The term without its factor of time."""
        return Term(tuple(factor for factor in term.factors if self.time not in factor.columns), term.scale)


@lru_cache(maxsize=256)
def parse_formula(formula: str, time: str | None = None) -> ParsedFormula:
    """Read an lme4 formula.

    Parameters
    ----------
    formula : str
        Such as ``"bdi ~ week * arm + (week | subject)"``; names with spaces in backticks.
    time : str, optional
        The time column, where the random part does not name exactly one column.

    Raises
    ------
    FormulaError
        When the formula cannot be read, or has no grouping factor.
    """
    left, right = _sides(tokenize(formula), formula)
    fixed, random_parts = _split_random(right, formula)
    fixed, structures = _split_terms(fixed, is_residual_term, formula)
    fixed, offsets = _split_terms(fixed, _is_offset, formula)
    parts = tuple(term for part in random_parts for term in _random_terms(part, formula))
    residual = _one_residual(structures, formula)
    groups = list(dict.fromkeys([*(part.group for part in parts), *([residual.group] if residual is not None else [])]))
    if not groups:
        raise FormulaError(
            f"The formula {shortened(formula)!r} has no random part: add one, such as (time | id), to say who the "
            f"persons are."
        )
    text = formula[fixed[0].start : fixed[-1].end] if fixed else "1"
    terms = formula_of(fixed or tokenize("1"), text)
    candidates = candidates_of(parts) or _time_of_residual(residual, terms)
    if time is None and len(candidates) == 1:
        time = candidates[0]
    several = tuple(groups) if len(groups) > 1 else ()
    return ParsedFormula(less(left, offsets), groups[-1], time, candidates, terms, parts, residual, several)


def _one_residual(structures: list[Token], formula: str) -> ResidualTerm | None:
    if len(structures) > 1:
        raise FormulaError(
            f"The formula {shortened(formula)!r} has two residual structures, {structures[0].text} and "
            f"{structures[1].text}: residuals have one."
        )
    return read_residual_term(structures[0], _group, _group_column) if structures else None


def _time_of_residual(residual: ResidualTerm | None, fixed: Formula) -> tuple[str, ...]:
    """The column that a residual structure says to be the time: that of a planned occasion where the curve has it."""
    if residual is None or (not residual.counts_time and residual.occasion not in fixed.columns):
        return ()
    return (residual.occasion,)


def candidates_of(parts: tuple[RandomTerm, ...]) -> tuple[str, ...]:
    """Columns that a random part holds as a curve in time; without any, the columns of its factors."""
    factors = [factor for part in parts for factor in part.varying.factors]
    curves = [column for factor in factors for column in factor.written if curve_of(factor, column) is not None]
    written = [column for factor in factors for column in factor.written]
    return tuple(dict.fromkeys(curves or written))


# ------------------------------------------------------------------ tokens into parts


def _sides(tokens: list[Token], formula: str) -> tuple[LeftSide, list[Token]]:
    """The outcome, and the tokens of the right side."""
    places = [i for i, token in enumerate(tokens) if _is(token, "~")]
    if len(places) != 1 or not places[0] or places[0] == len(tokens) - 1:
        raise FormulaError(f"The formula {shortened(formula)!r} is not of the form 'outcome ~ terms + (terms | id)'.")
    return left_side(tokens[: places[0]], formula), tokens[places[0] + 1 :]


def _is(token: Token, *signs: str) -> bool:
    return token.kind == "sign" and token.text in signs


def _group(tokens: list[Token], formula: str) -> tuple[str, ...]:
    """The columns of a grouping: `id`, `factor(id)`, or `a:b`, which are one together."""
    if any(token.kind == "expression" and _MEMBERS.match(token.text) for token in tokens):
        raise NotAvailableError(
            f"{_written(tokens, formula)!r} is of multiple membership (a row that belongs to several units by shares), "
            f"which this version does not fit: give the unit in which most of the row was, or (1 | a) + (1 | b) where "
            f"units of two columns add up."
        )
    names: list[str | None] = []
    for place, token in enumerate(tokens):
        if place % 2:
            names += [] if _is(token, ":") else [None]
            continue
        names.append(_group_column(token))
    if None in names or len(tokens) % 2 == 0:
        raise FormulaError(
            f"In {shortened(formula)!r} a column's name stands where {_written(tokens, formula)!r} is: make a column "
            f"of it in the table first, and put a name with spaces or signs in backticks."
        )
    return tuple(dict.fromkeys(str(name) for name in names))


def _group_column(token: Token) -> str | None:
    """The column that one token of a grouping is, also inside factor(); None for anything else."""
    if token.kind == "name" and token.text != ".":
        return token.text
    if token.kind != "expression":
        return None
    factor = read_expression(token)
    node = factor.node if isinstance(factor, Expression) else None
    alone = isinstance(node, Call) and node.function in AS_CATEGORIES and len(node.arguments) == 1 and not node.options
    inside = node.arguments[0] if alone and isinstance(node, Call) else None
    return inside.column if isinstance(inside, Name) else None


def _written(tokens: list[Token], formula: str) -> str:
    return formula[tokens[0].start : tokens[-1].end] if tokens else ""


def _is_offset(token: Token) -> bool:
    return token.kind == "expression" and _OFFSET.match(token.text) is not None


def _split_terms(
    tokens: list[Token], taken: Callable[[Token], bool], formula: str
) -> tuple[list[Token], list[Token]]:
    """The tokens of the fixed part without terms of a kind, such as `offset(x)`, and those terms."""
    kept: list[Token] = []
    found: list[Token] = []
    for place, token in enumerate(tokens):
        if not taken(token):
            kept.append(token)
            continue
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if (kept and not _is(kept[-1], "+")) or (after is not None and not _is(after, "+", "-")):
            raise FormulaError(f"In {shortened(formula)!r} {shortened(token.text)!r} is a term of its own, behind a +.")
        found.append(token)
        _drop_sign(kept, formula)
    return (kept[1:] if found and kept and _is(kept[0], "+") else kept), found


def _split_random(tokens: list[Token], formula: str) -> tuple[list[Token], list[list[Token]]]:
    """The tokens of the fixed part, and those inside each parentheses that hold a bar."""
    fixed: list[Token] = []
    random: list[list[Token]] = []
    place = 0
    while place < len(tokens):
        if _is(tokens[place], "|", "||"):
            raise FormulaError(f"In {shortened(formula)!r} the random part needs parentheses, such as (time | id).")
        end = _closing(tokens, place, formula) if _is(tokens[place], "(") else place
        inside = tokens[place + 1 : end]
        if any(_is(token, "|", "||") for token in inside):
            random.append(inside)
            _drop_sign(fixed, formula)
        else:
            fixed += tokens[place : end + 1]
        place = end + 1
    return (fixed[1:] if random and fixed and _is(fixed[0], "+") else fixed), random


def _drop_sign(fixed: list[Token], formula: str) -> None:
    """Take away the + before a random part."""
    if fixed and _is(fixed[-1], "-"):
        raise FormulaError(f"In {shortened(formula)!r} a random part is taken away with '-': leave it out instead.")
    if fixed and _is(fixed[-1], "+"):
        fixed.pop()


def _closing(tokens: list[Token], place: int, formula: str) -> int:
    """Where the parenthesis at `place` closes."""
    deep = 0
    for i in range(place, len(tokens)):
        deep += _is(tokens[i], "(") - _is(tokens[i], ")")
        if deep == 0:
            return i
    raise FormulaError(f"The formula {shortened(formula)!r} has a parenthesis that is not closed.")


def _random_terms(tokens: list[Token], formula: str) -> list[RandomTerm]:
    """What `terms | group` says; `a/b` is `a` and `a:b`."""
    bar = next(i for i, token in enumerate(tokens) if _is(token, "|", "||"))
    left, group = tokens[:bar], tokens[bar + 1 :]
    shown = _written(tokens, formula)
    if any(_is(token, "+", "*", "|", "||") for token in group):
        raise FormulaError(
            f"The grouping {_written(group, formula)!r} in ({shown}) is several: write a term for each, as in "
            f"(1 | a) + (1 | b), or a/b where those of b lie in those of a."
        )
    if not left:
        raise FormulaError(f"The random part ({shown}) says nothing: write (1 | id) or (time | id).")
    varying = formula_of(left, _written(left, formula))
    if not varying.intercept and not varying.terms:
        raise FormulaError(f"The random part ({shown}) says that nothing varies: leave 0 out, or add a column.")
    scaled = [str(term) for term in varying.terms if term.scale is not None]
    if scaled:
        raise FormulaError(f"The random part ({shown}) may not hold a number times a column, such as {scaled[0]!r}.")
    slashes = [i for i, token in enumerate(group) if _is(token, "/")]
    nested: list[tuple[str, ...]] = []
    for first, last in zip([0, *(i + 1 for i in slashes)], [*slashes, len(group)], strict=True):
        columns = _group(group[first:last], formula)
        nested.append(tuple(dict.fromkeys([*(nested[-1] if nested else ()), *columns])))
    return [RandomTerm(columns, varying, _is(tokens[bar], "|")) for columns in nested]
