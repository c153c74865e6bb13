"""The lme4 formula door: a formula in, a GrowthModel out.

`y ~ time * arm + age + (time | id)` says that the intercept depends on arm and age, that the slope depends on
arm, and that intercept and slope vary between persons with a covariance.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from growthcurves.errors import FormulaError, NotAvailableError
from growthcurves.model.curves import MIXED, Curve, curve_of, growth_names, shape_and_origin
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import Shape


@dataclass(frozen=True)
class ParsedTerm:
    """A term of the fixed part.

    Attributes
    ----------
    factors : tuple of str
        The factors as they are written, names that need it in backticks.
    names : tuple of str or None
        For each factor the column it is, or None for an expression.
    used : tuple of frozenset of str
        For each factor the columns that it uses.
    """

    factors: tuple[str, ...]
    names: tuple[str | None, ...]
    used: tuple[frozenset[str], ...]

    @property
    def columns(self) -> frozenset[str]:
        """All columns that the term uses."""
        return frozenset().union(*self.used)

    def __str__(self) -> str:
        return ":".join(self.factors) or "1"


@dataclass(frozen=True)
class ParsedFormula:
    """What a formula says before the data are known.

    Attributes
    ----------
    outcome, id : str
    time : str or None
        The column of the random part, where it names exactly one.
    terms : tuple of ParsedTerm
    intercept : bool
        Whether the fixed part has an intercept.
    random : tuple of (intercept, factors, correlated)
        One entry per random term; factors as they are written.
    """

    outcome: str
    id: str
    time: str | None
    terms: tuple[ParsedTerm, ...]
    intercept: bool
    random: tuple[tuple[bool, tuple[ParsedTerm, ...], bool], ...]

    @property
    def columns(self) -> list[str]:
        """Every column that the formula uses, roles first."""
        used = {self.outcome: None, self.id: None}
        used |= dict.fromkeys(column for term in self.terms for column in sorted(term.columns))
        random = [term for _, terms, _ in self.random for term in terms]
        used |= dict.fromkeys(column for term in random for column in sorted(term.columns))
        return list(used)

    def curve(self, term: ParsedTerm) -> Curve | None:
        """The curve in time that a term holds as one of its factors; None without one."""
        if self.time is None or self.time not in term.columns:
            return None
        texts = [text for text, columns in zip(term.factors, term.used, strict=True) if self.time in columns]
        return curve_of(texts[0], self.time) if len(texts) == 1 else None

    def without_time(self, term: ParsedTerm) -> str:
        """The term without its factor of time."""
        kept = [text for text, columns in zip(term.factors, term.used, strict=True) if self.time not in columns]
        return ":".join(kept) or "1"


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
    text, names = _masked(formula)
    left, right = _sides(text, formula)
    fixed, random_texts = _split_random(formula, right)
    fixed = _unmasked(fixed, names)
    if re.search(r"(?<![\w.)])\.(?![\w.])", fixed):
        raise FormulaError(f"In {formula!r} a dot does not stand for all columns: name the predictors.")
    parts = [_random_term(part, names) for part in random_texts]
    left = names.get(left, left)
    groups = sorted({group for group, *_ in parts})
    if not parts:
        raise FormulaError(
            f"The formula {formula!r} has no random part: add one, such as (time | id), to say who the persons are."
        )
    if len(groups) > 1:
        raise NotAvailableError(
            f"The formula {formula!r} has several grouping factors ({', '.join(groups)}); this version fits one."
        )
    varying = {column for _, _, terms, _ in parts for term in terms for column in term.columns}
    if time is None and len(varying) > 1:
        raise FormulaError(
            f"The random part names several columns ({', '.join(sorted(varying))}): say which is time with time=."
        )
    time = time if time is not None else next(iter(varying), None)
    terms, intercept = formula_terms(fixed)
    return ParsedFormula(left, groups[0], time, terms, intercept, tuple(part[1:] for part in parts))


def growth_model(parsed: ParsedFormula, varies: Callable[[str], bool], **options: Any) -> GrowthModel:
    """The growth model that a formula says, given which columns vary within persons.

    Terms with a column that varies within persons, and curves in time that no shape has, are time-varying
    covariates; the others predict the intercept, or the growth parameters of the curve in time that they hold.
    """
    shape, origin = shape_and_origin(_curves(parsed))
    covariates: list[str] = []
    predictors: dict[str, list[str]] = {name: [] for name in shape.parameters}
    for term in parsed.terms:
        curve = parsed.curve(term)
        other = (column for column in term.columns if column != parsed.time)
        if any(varies(column) for column in other) or (curve is None and parsed.time in term.columns):
            covariates.append(str(term))
        elif curve is None:
            predictors["intercept"].append(str(term))
        else:
            for name in growth_names(curve, shape):
                if name not in predictors:  # a straight line beside the spline that holds it
                    raise FormulaError(MIXED)
                predictors[name].append(parsed.without_time(term))
    if parsed.intercept:
        predictors["intercept"].insert(0, "1")
    formulas = {name: _join(texts) for name, texts in predictors.items()}
    if parsed.time is None:
        formulas = {"intercept": formulas["intercept"]}
    return GrowthModel(
        outcome=parsed.outcome,
        time=parsed.time,
        id=parsed.id,
        shape=shape,
        origin=origin if parsed.time is not None else None,
        predictors=formulas,
        covariates=" + ".join(covariates) or None,
        random=_random_part(parsed, shape),
        evaluated_over="rows",
        **options,
    )


def _curves(parsed: ParsedFormula) -> set[Curve]:
    """Every curve in time of the formula, fixed and random; the straight line too."""
    terms = [*parsed.terms, *(term for _, terms, _ in parsed.random for term in terms)]
    return {curve for curve in map(parsed.curve, terms) if curve is not None}


def _join(texts: list[str]) -> str:
    others = [text for text in texts if text != "1"]
    return " + ".join(["1" if "1" in texts else "0", *others])


def _random_part(parsed: ParsedFormula, shape: Shape) -> RandomPart:
    blocks: list[tuple[str, ...]] = []
    for intercept, terms, correlated in parsed.random:
        names = ["intercept"] if intercept else []
        for term in terms:
            curve = parsed.curve(term)
            names += [_covariate_name(term)] if curve is None else list(growth_names(curve, shape))
        blocks += [tuple(names)] if correlated else [(name,) for name in names]
    names = [name for block in blocks for name in block]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FormulaError(
            f"The random {sorted(twice)[0]} stands in two terms; write (0 + x | id) to leave the intercept out of one."
        )
    return RandomPart(tuple(block for block in blocks if block))


def _covariate_name(term: ParsedTerm) -> str:
    if len(term.factors) == 1 and term.names[0] is not None:
        return term.names[0]
    return str(term)


def _masked(formula: str) -> tuple[str, dict[str, str]]:
    """The formula with every name in backticks replaced by a plain one, and the names themselves."""
    if formula.count("`") % 2:
        raise FormulaError(f"The formula {formula!r} has a backtick that is not closed.")
    names: dict[str, str] = {}
    pieces = formula.split("`")
    for i in range(1, len(pieces), 2):
        mask = f"_name{i}_"
        names[mask] = pieces[i]
        if pieces[i] in ("0", "1"):
            raise FormulaError(f"Column {pieces[i]!r} is called like the constant of a formula: rename the column.")
        pieces[i] = mask
    return "".join(pieces), names


def _unmasked(text: str, names: dict[str, str]) -> str:
    for mask, name in names.items():
        text = text.replace(mask, f"`{name}`")
    return text


def _sides(text: str, formula: str) -> tuple[str, str]:
    parts = text.split("~")
    if len(parts) != 2 or not parts[0].strip() or not parts[1].strip():
        raise FormulaError(f"The formula {formula!r} is not of the form 'outcome ~ terms + (terms | id)'.")
    return _plain_name(parts[0], formula), parts[1].replace("^", "**")


def _plain_name(text: str, formula: str) -> str:
    text = text.strip()
    if re.fullmatch(r"[^\W\d][\w.]*", text):
        return text
    raise FormulaError(
        f"In {formula!r} a column's name stands where {text!r} is: transform the column in the table first, "
        f"and put a name with spaces or signs in backticks."
    )


def _split_random(formula: str, right: str) -> tuple[str, list[str]]:
    """The fixed part, and the texts inside parentheses that hold a bar."""
    fixed, random, depth, start = [], [], 0, 0
    for i, sign in enumerate(right):
        if sign == "(":
            start = i if depth == 0 else start
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth < 0:
                raise FormulaError(f"The formula {formula!r} has a ')' too many.")
            if depth == 0:
                inside = right[start + 1 : i]
                random += [inside] if "|" in inside else []
                fixed.append("\0" if "|" in inside else right[start : i + 1])
        elif depth == 0:
            if sign == "|":
                raise FormulaError(f"In {formula!r} the random part needs parentheses, such as (time | id).")
            fixed.append(sign)
    if depth:
        raise FormulaError(f"The formula {formula!r} has a parenthesis that is not closed.")
    text = re.sub(r"[+\-]?\s*\0", "", "".join(fixed)).strip()
    text = re.sub(r"^\+\s*", "", text)
    return text or "1", random


def _random_term(text: str, names: dict[str, str]) -> tuple[str, bool, tuple[ParsedTerm, ...], bool]:
    """Group, intercept, terms and whether they are correlated, of `terms | group`."""
    left, bars, group = re.split(r"(\|\|?)", text, maxsplit=1)
    shown = _unmasked(text.strip(), names)
    if re.search(r"[/:+*|]", group):
        raise NotAvailableError(
            f"The grouping {_unmasked(group.strip(), names)!r} in ({shown}) has more than one level; "
            f"this version fits persons only."
        )
    if not left.strip():
        raise FormulaError(f"The random part ({shown}) says nothing: write (1 | id) or (time | id).")
    terms, intercept = formula_terms(_unmasked(left, names))
    if not intercept and not terms:
        raise FormulaError(f"The random part ({shown}) says that nothing varies: leave 0 out, or add a column.")
    crossed = [str(term) for term in terms if len(term.factors) > 1]
    if crossed:
        raise NotAvailableError(f"The random part ({shown}) may not hold products such as {crossed[0]!r}.")
    group = _plain_name(group, f"({shown})")
    return names.get(group, group), intercept, terms, bars == "|"


def formula_terms(text: str) -> tuple[tuple[ParsedTerm, ...], bool]:
    """The terms of a formula without left side, and whether it has an intercept.

    Raises
    ------
    FormulaError
        When it cannot be read.
    """
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    try:
        found = list(DefaultFormulaParser(include_intercept=True).get_terms(text))
        terms = [_term(term) for term in found if not _is_constant(term)]
    except (FormulaicError, SyntaxError) as error:
        raise FormulaError(f"The formula part {text!r} cannot be read: {str(error).splitlines()[0]}") from error
    except (AttributeError, KeyError, NotImplementedError) as error:
        raise FormulaError(f"The formula part {text!r} cannot be read: write terms as a + b, a:b or a * b.") from error
    return tuple(terms), len(terms) < len(found)


def _is_constant(term: Any) -> bool:
    factors = getattr(term, "factors", None)
    if factors is None:
        raise FormulaError(f"{str(term)!r} is no term of a formula.")
    return len(factors) == 1 and factors[0].expr == "1" and factors[0].eval_method.value == "literal"


def _term(term: Any) -> ParsedTerm:
    from formulaic.parser.types import Factor

    texts, names, used = [], [], []
    for factor in term.factors:
        column = factor.eval_method is Factor.EvalMethod.LOOKUP
        literal = factor.eval_method is Factor.EvalMethod.LITERAL
        texts.append(quoted(factor.expr) if column else factor.expr)
        names.append(factor.expr if column else None)
        columns = {factor.expr} if column else set() if literal else expression_columns(factor.expr)
        used.append(frozenset(columns))
    return ParsedTerm(tuple(texts), tuple(names), tuple(used))


def expression_columns(expression: str) -> set[str]:
    """The columns that a formula's expression uses: the names in it that are not called as functions.

    Examples
    --------
    >>> sorted(expression_columns("np.log(age + `body weight`)"))
    ['age', 'body weight']
    >>> sorted(expression_columns("C(arm, contr.sum)"))
    ['arm']
    """
    ticked = re.findall(r"`([^`]*)`", expression)
    plain = expression
    for i, name in enumerate(ticked):
        plain = plain.replace(f"`{name}`", f"_ticked_{i}")
    tree = ast.parse(plain, mode="eval")
    called = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Call) for inner in ast.walk(node.func)}
    codings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_coding(node)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called | codings}
    stand_ins = {f"_ticked_{i}": name for i, name in enumerate(ticked)}
    return {stand_ins.get(name, name) for name in names}


def _is_coding(node: ast.Attribute) -> bool:
    """Whether an attribute is one of formulaic's codings of factors, such as contr.sum."""
    return isinstance(node.value, ast.Name) and node.value.id == "contr"


def quoted(name: str) -> str:
    """A column's name as a formula needs it: in backticks where it is not a plain identifier."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f"`{name}`"
