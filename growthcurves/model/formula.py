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
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart


@dataclass(frozen=True)
class ParsedTerm:
    """A term of the fixed part.

    Attributes
    ----------
    factors : tuple of str
        The factors as they are written, names that need it in backticks.
    names : tuple of str or None
        For each factor the column it is, or None for an expression.
    columns : frozenset of str
        All columns that the term uses.
    """

    factors: tuple[str, ...]
    names: tuple[str | None, ...]
    columns: frozenset[str]

    def without(self, column: str | None) -> str:
        kept = [text for text, name in zip(self.factors, self.names, strict=True) if name != column]
        return ":".join(kept) or "1"

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
    random : tuple of (intercept, columns, correlated)
        One entry per random term.
    """

    outcome: str
    id: str
    time: str | None
    terms: tuple[ParsedTerm, ...]
    intercept: bool
    random: tuple[tuple[bool, tuple[str, ...], bool], ...]

    @property
    def columns(self) -> list[str]:
        """Every column that the formula uses, roles first."""
        used = {self.outcome: None, self.id: None}
        used |= dict.fromkeys(column for term in self.terms for column in sorted(term.columns))
        used |= dict.fromkeys(column for _, columns, _ in self.random for column in columns)
        return list(used)


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
        For what this version does not fit: nested groups, curves in time.
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
    varying = {column for _, _, columns, _ in parts for column in columns}
    if time is None and len(varying) > 1:
        raise FormulaError(
            f"The random part names several columns ({', '.join(sorted(varying))}): say which is time with time=."
        )
    time = time if time is not None else next(iter(varying), None)
    terms, intercept = _fixed_terms(fixed, time)
    return ParsedFormula(left, groups[0], time, terms, intercept, tuple(part[1:] for part in parts))


def growth_model(parsed: ParsedFormula, varies: Callable[[str], bool], **options: Any) -> GrowthModel:
    """The growth model that a formula says, given which columns vary within persons.

    Terms with a column that varies within persons are time-varying covariates; the others predict the
    intercept, or the slope where they stand with time.
    """
    covariates: list[str] = []
    predictors: dict[str, list[str]] = {"intercept": [], "slope": []}
    changing = {column for term in parsed.terms for column in term.columns if column != parsed.time and varies(column)}
    for term in parsed.terms:
        if term.columns & changing:
            covariates.append(str(term))
        else:
            predictors["slope" if parsed.time in term.names else "intercept"].append(term.without(parsed.time))
    if parsed.intercept:
        predictors["intercept"].insert(0, "1")
    formulas = {name: _join(texts) for name, texts in predictors.items()}
    if parsed.time is None:
        del formulas["slope"]
    return GrowthModel(
        outcome=parsed.outcome,
        time=parsed.time,
        id=parsed.id,
        origin=0.0 if parsed.time is not None else None,
        predictors=formulas,
        covariates=" + ".join(covariates) or None,
        random=_random_part(parsed),
        evaluated_over="rows",
        **options,
    )


def _join(texts: list[str]) -> str:
    others = [text for text in texts if text != "1"]
    return " + ".join(["1" if "1" in texts else "0", *others])


def _random_part(parsed: ParsedFormula) -> RandomPart:
    blocks: list[tuple[str, ...]] = []
    for intercept, columns, correlated in parsed.random:
        names = (["intercept"] if intercept else []) + [
            "slope" if column == parsed.time else column for column in columns
        ]
        blocks += [tuple(names)] if correlated else [(name,) for name in names]
    names = [name for block in blocks for name in block]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FormulaError(
            f"The random {sorted(twice)[0]} stands in two terms; write (0 + x | id) to leave the intercept out of one."
        )
    return RandomPart(tuple(block for block in blocks if block))


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


def _random_term(text: str, names: dict[str, str]) -> tuple[str, bool, tuple[str, ...], bool]:
    """Group, intercept, columns and whether they are correlated, of `terms | group`."""
    left, bars, group = re.split(r"(\|\|?)", text, maxsplit=1)
    shown = _unmasked(text.strip(), names)
    if re.search(r"[/:+*|]", group):
        raise NotAvailableError(
            f"The grouping {_unmasked(group.strip(), names)!r} in ({shown}) has more than one level; "
            f"this version fits persons only."
        )
    if not left.strip():
        raise FormulaError(f"The random part ({shown}) says nothing: write (1 | id) or (time | id).")
    intercept, columns = True, []
    for part in re.sub(r"-\s*1\b", "+ 0", left).split("+"):
        part = part.strip()
        if part in ("0", "1"):
            intercept = part == "1"
        elif re.fullmatch(r"[^\W\d][\w.]*", part):
            columns.append(names.get(part, part))
        elif part:
            raise NotAvailableError(f"The random part ({shown}) may hold plain columns only, not {part!r}.")
    if not intercept and not columns:
        raise FormulaError(f"The random part ({shown}) says that nothing varies: leave 0 out, or add a column.")
    group = _plain_name(group, f"({shown})")
    return names.get(group, group), intercept, tuple(dict.fromkeys(columns)), bars == "|"


def _fixed_terms(fixed: str, time: str | None) -> tuple[tuple[ParsedTerm, ...], bool]:
    terms, intercept = formula_terms(fixed)
    for term in terms:
        if time in term.columns and (time not in term.names or term.names.count(time) > 1):
            raise NotAvailableError(
                f"The term {str(term)!r} is a curve in {time!r}; this version fits straight-line growth."
            )
    return terms, intercept


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

    texts, names, columns = [], [], set()
    for factor in term.factors:
        if factor.eval_method is Factor.EvalMethod.LOOKUP:
            texts.append(quoted(factor.expr))
            names.append(factor.expr)
            columns.add(factor.expr)
        elif factor.eval_method is Factor.EvalMethod.LITERAL:
            texts.append(factor.expr)
            names.append(None)
        else:
            texts.append(factor.expr)
            names.append(None)
            columns |= expression_columns(factor.expr)
    return ParsedTerm(tuple(texts), tuple(names), frozenset(columns))


def expression_columns(expression: str) -> set[str]:
    """The columns that a formula's expression uses: the names in it that are not called as functions.

    Examples
    --------
    >>> sorted(expression_columns("np.log(age + `body weight`)"))
    ['age', 'body weight']
    """
    ticked = re.findall(r"`([^`]*)`", expression)
    plain = expression
    for i, name in enumerate(ticked):
        plain = plain.replace(f"`{name}`", f"_ticked_{i}")
    tree = ast.parse(plain, mode="eval")
    called = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Call) for inner in ast.walk(node.func)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    stand_ins = {f"_ticked_{i}": name for i, name in enumerate(ticked)}
    return {stand_ins.get(name, name) for name in names}


def quoted(name: str) -> str:
    """A column's name as a formula needs it: in backticks where it is not a plain identifier."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f"`{name}`"
