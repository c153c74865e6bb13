"""The lme4 formula door: a formula in, a GrowthModel out.

`y ~ time * arm + age + (time | id)` says that the intercept depends on arm and age, that the slope depends on
arm, and that intercept and slope vary between persons with a covariance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from growthcurves.errors import FormulaError, NotAvailableError
from growthcurves.model.curves import MIXED, Curve, curve_of, growth_names, shape_and_origin
from growthcurves.model.formula.parse import formula_of
from growthcurves.model.formula.tokens import Token, shortened, tokenize
from growthcurves.model.formula.tree import Formula, Term
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import Shape


@dataclass(frozen=True)
class RandomTerm:
    """`(terms | group)`: who the group is, what varies, and whether it is correlated."""

    group: str
    varying: Formula
    correlated: bool


@dataclass(frozen=True)
class ParsedFormula:
    """What a formula says before the data are known.

    Attributes
    ----------
    outcome, id : str
    time : str or None
        The column of the random part, where it names exactly one.
    fixed : Formula
    random : tuple of RandomTerm
    """

    outcome: str
    id: str
    time: str | None
    fixed: Formula
    random: tuple[RandomTerm, ...]

    @cached_property
    def columns(self) -> list[str]:
        """Every column that the formula uses, roles first."""
        formulas = [self.fixed, *(part.varying for part in self.random)]
        used = [self.outcome, self.id, *(column for formula in formulas for column in formula.columns)]
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
    """Read an lme4 formula with one grouping factor.

    Parameters
    ----------
    formula : str
        Such as ``"bdi ~ week * arm + (week | subject)"``; names with spaces in backticks.
    time : str, optional
        The time column, where the random part does not name exactly one column.

    Raises
    ------
    FormulaError
        When the formula cannot be read, or has no or several grouping factors.
    NotAvailableError
        For what this version does not fit: nested groups.
    """
    left, right = _sides(tokenize(formula), formula)
    fixed, random_parts = _split_random(right, formula)
    parts = tuple(_random_term(part, formula) for part in random_parts)
    groups = sorted({part.group for part in parts})
    if not parts:
        raise FormulaError(
            f"The formula {shortened(formula)!r} has no random part: add one, such as (time | id), to say who the "
            f"persons are."
        )
    if len(groups) > 1:
        raise NotAvailableError(
            f"The formula {shortened(formula)!r} has several grouping factors ({', '.join(groups)}); this version fits "
            f"one."
        )
    varying = {column for part in parts for column in part.varying.columns}
    if time is None and len(varying) > 1:
        raise FormulaError(
            f"The random part names several columns ({', '.join(sorted(varying))}): say which is time with time=."
        )
    time = time if time is not None else next(iter(varying), None)
    text = formula[fixed[0].start : fixed[-1].end] if fixed else "1"
    return ParsedFormula(left, groups[0], time, formula_of(fixed or tokenize("1"), text), parts)


def growth_model(parsed: ParsedFormula, varies: Callable[[str], bool], **options: Any) -> GrowthModel:
    """The growth model that a formula says, given which columns vary within persons.

    Terms with a column that varies within persons, and curves in time that no shape has, are time-varying
    covariates; the others predict the intercept, or the growth parameters of the curve in time that they hold.
    """
    varying = frozenset(name for name in parsed.fixed.columns if name != parsed.time and varies(name))
    return _model(parsed, varying, **options) if options else _plain_model(parsed, varying)


@lru_cache(maxsize=256)
def _plain_model(parsed: ParsedFormula, varying: frozenset[str]) -> GrowthModel:
    """The model without options, made once."""
    return _model(parsed, varying)


def _model(parsed: ParsedFormula, varying: frozenset[str], **options: Any) -> GrowthModel:
    shape, origin = shape_and_origin(_curves(parsed))
    covariates: list[Term] = []
    predictors: dict[str, list[Term]] = {name: [] for name in shape.parameters}
    for term in parsed.fixed.terms:
        curve = parsed.curve(term)
        if not varying.isdisjoint(term.columns) or (curve is None and parsed.time in term.columns):
            covariates.append(term)
        elif curve is None:
            predictors["intercept"].append(term)
        else:
            for name in growth_names(curve, shape):
                if name not in predictors:  # a straight line beside the spline that holds it
                    raise FormulaError(MIXED)
                predictors[name].append(parsed.without_time(term))
    means = {name for name, terms in predictors.items() if any(not term.factors for term in terms)}
    means |= {"intercept"} if parsed.fixed.intercept else set()
    formulas = {
        name: Formula(tuple(dict.fromkeys(term for term in terms if term.factors)), name in means)
        for name, terms in predictors.items()
    }
    if parsed.time is None:
        formulas = {"intercept": formulas["intercept"]}
    return GrowthModel(
        outcome=parsed.outcome,
        time=parsed.time,
        id=parsed.id,
        shape=shape,
        origin=origin if parsed.time is not None else None,
        predictors={name: str(formula) for name, formula in formulas.items()},
        time_varying=" + ".join(map(str, covariates)) or None,
        random=_random_part(parsed, shape),
        evaluated_over="rows",
        **options,
    )


def _curves(parsed: ParsedFormula) -> set[Curve]:
    """Every curve in time of the formula, fixed and random; the straight line too."""
    terms = [*parsed.fixed.terms, *(term for part in parsed.random for term in part.varying.terms)]
    return {curve for curve in map(parsed.curve, terms) if curve is not None}


def _random_part(parsed: ParsedFormula, shape: Shape) -> RandomPart:
    blocks: list[tuple[str, ...]] = []
    for part in parsed.random:
        names = ["intercept"] if part.varying.intercept else []
        for term in part.varying.terms:
            curve = parsed.curve(term)
            names += [term.label] if curve is None else list(growth_names(curve, shape))
        blocks += [tuple(names)] if part.correlated else [(name,) for name in names]
    names = [name for block in blocks for name in block]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FormulaError(
            f"The random {sorted(twice)[0]} stands in two terms; write (0 + x | id) to leave the intercept out of one."
        )
    return RandomPart(tuple(block for block in blocks if block))


# ------------------------------------------------------------------ tokens into parts


def _sides(tokens: list[Token], formula: str) -> tuple[str, list[Token]]:
    """The outcome, and the tokens of the right side."""
    places = [i for i, token in enumerate(tokens) if _is(token, "~")]
    if len(places) != 1 or not places[0] or places[0] == len(tokens) - 1:
        raise FormulaError(f"The formula {shortened(formula)!r} is not of the form 'outcome ~ terms + (terms | id)'.")
    return _plain_name(tokens[: places[0]], formula), tokens[places[0] + 1 :]


def _is(token: Token, *signs: str) -> bool:
    return token.kind == "sign" and token.text in signs


def _plain_name(tokens: list[Token], formula: str) -> str:
    if len(tokens) == 1 and tokens[0].kind == "name" and tokens[0].text != ".":
        return tokens[0].text
    raise FormulaError(
        f"In {shortened(formula)!r} a column's name stands where {_written(tokens, formula)!r} is: transform the "
        f"column in the table first, and put a name with spaces or signs in backticks."
    )


def _written(tokens: list[Token], formula: str) -> str:
    return formula[tokens[0].start : tokens[-1].end] if tokens else ""


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


def _random_term(tokens: list[Token], formula: str) -> RandomTerm:
    """What `terms | group` says."""
    bar = next(i for i, token in enumerate(tokens) if _is(token, "|", "||"))
    left, group = tokens[:bar], tokens[bar + 1 :]
    shown = _written(tokens, formula)
    if any(_is(token, "/", ":", "+", "*", "|", "||") for token in group):
        raise NotAvailableError(
            f"The grouping {_written(group, formula)!r} in ({shown}) has more than one level; this version fits "
            f"persons only."
        )
    if not left:
        raise FormulaError(f"The random part ({shown}) says nothing: write (1 | id) or (time | id).")
    varying = formula_of(left, _written(left, formula))
    if not varying.intercept and not varying.terms:
        raise FormulaError(f"The random part ({shown}) says that nothing varies: leave 0 out, or add a column.")
    crossed = [str(term) for term in varying.terms if len(term.factors) > 1 or term.scale is not None]
    if crossed:
        raise NotAvailableError(f"The random part ({shown}) may not hold products such as {crossed[0]!r}.")
    return RandomTerm(_plain_name(group, formula), varying, _is(tokens[bar], "|"))
