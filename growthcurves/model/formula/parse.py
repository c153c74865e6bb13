"""The right side of a formula: sums, products and powers of terms, expanded into a tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from growthcurves.errors import FormulaError
from growthcurves.model.formula.expressions import read_expression
from growthcurves.model.formula.tokens import MOST_DEEP, Token, shortened, tokenize
from growthcurves.model.formula.tree import CONSTANT, NOTHING, Column, Formula, Number, Term

#: Bounds of what a formula expands to, and of the exponent of a sum.
MOST_TERMS = 1_000
HIGHEST_POWER = 20

Terms = dict[Term, None]


@lru_cache(maxsize=1024)
def read_terms(text: str) -> Formula:
    """The tree of a formula without left side and random part; remembered by its text.

    Raises
    ------
    FormulaError
        When it cannot be read.

    Examples
    --------
    >>> str(read_terms("age * arm - 1")), read_terms("age * arm").columns
    ('0 + age + arm + age:arm', ('age', 'arm'))
    """
    tokens = tokenize(text)
    return formula_of(tokens, text) if tokens else NOTHING


def formula_of(tokens: Sequence[Token], text: str) -> Formula:
    """The tree of tokens; `text` is named in sentences."""
    terms = _Parser(tokens, text).whole()
    intercept = CONSTANT in terms
    written = tuple(term for term in terms if term != CONSTANT)
    _refuse_rescaled(written, text)
    return Formula(written, intercept)


def _refuse_rescaled(terms: Iterable[Term], text: str) -> None:
    seen: dict[frozenset, Term] = {}
    for term in terms:
        if not term.factors:
            raise FormulaError(
                f"The formula part {shortened(text)!r} cannot be read: the number {term} is no term; 0 and 1 stand for "
                f"the intercept, and 2:x for twice x."
            )
        other = seen.setdefault(frozenset(term.factors), term)
        if other is not term:
            raise FormulaError(f"The formula part {shortened(text)!r} holds {other} and {term}: name one of them.")


class _Parser:
    """Reads tokens from left to right; a sum begins with the intercept."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self.tokens, self.text = tokens, text
        self.place = self.deep = 0

    def whole(self) -> Terms:
        if any(token.kind == "other" and token.text in "<>=!&%" for token in self.tokens):
            self._fail("comparisons, !, & and %% stand inside I(), as in I(x > 0)")
        terms = self._sum({CONSTANT: None})
        if self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token.text == ")":
                self._fail("it has a ')' too many")
            if token.text in ("~", "|", "||"):
                self._fail(f"{token.text!r} does not belong into it")
            self._fail(f"before {shortened(token.text, 30)!r} stands no sign, such as +")
        return terms

    def _fail(self, why: str) -> None:
        raise FormulaError(f"The formula part {shortened(self.text)!r} cannot be read: {why}.")

    def _next(self, *signs: str) -> str | None:
        """The sign that comes next, taken, if it is one of these."""
        if self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token.kind == "sign" and token.text in signs:
                self.place += 1
                return token.text
        return None

    def _sum(self, terms: Terms) -> Terms:
        """Terms added and taken away; a sign before the first is allowed."""
        sign = self._signs() or "+"
        while True:
            if self._zero():
                terms = self._added(terms, {CONSTANT: None}, "-" if sign == "+" else "+")
            else:
                terms = self._added(terms, self._product(), sign)
            if (found := self._signs()) is None:
                return terms
            sign = found

    def _signs(self) -> str | None:
        """One sign out of + and - as they follow each other; None where none stands."""
        found = self._next("+", "-")
        while found is not None and (other := self._next("+", "-")) is not None:
            found = "+" if found == other else "-"
        return found

    def _zero(self) -> bool:
        """Whether a lone 0 comes next, which takes the intercept away."""
        if self.place >= len(self.tokens) or self.tokens[self.place].kind != "number":
            return False
        after = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else None
        lone = after is None or (after.kind == "sign" and after.text in ("+", "-", ")"))
        zero = lone and float(self.tokens[self.place].text) == 0.0
        self.place += zero
        return zero

    def _added(self, terms: Terms, more: Terms, sign: str) -> Terms:
        if sign == "-":
            return {term: None for term in terms if term not in more}
        return self._bounded(terms | {term: None for term in more if term not in terms})

    def _bounded(self, terms: Terms) -> Terms:
        if len(terms) > MOST_TERMS:
            self._fail(f"it has more than {MOST_TERMS:,} different terms")
        return terms

    def _product(self) -> Terms:
        left = self._nested()
        while (sign := self._next("*", "/")) is not None:
            right = self._nested()
            if sign == "*":
                left = self._bounded(left | right | self._times(left, right))
            else:
                together: Terms = {CONSTANT: None}
                for parent in left:
                    together = self._times(together, {parent: None})
                left = self._bounded(left | self._times(together, right))
        return left

    def _nested(self) -> Terms:
        """R's `b %in% a`, which adds no more than `a:b`."""
        left = self._interaction()
        while self._next("%in%") is not None:
            right = self._interaction()
            if not all(term.factors for term in (*left, *right)):
                self._fail("between terms %in% takes columns; what holds for rows stands in I(), as in I(x %in% 1:3)")
            left = self._times(left, right)
        return left

    def _interaction(self) -> Terms:
        left = self._power()
        while self._next(":") is not None:
            left = self._times(left, self._power())
        return left

    def _times(self, left: Terms, right: Terms) -> Terms:
        if len(left) * len(right) > 20 * MOST_TERMS:
            self._fail(f"it has more than {MOST_TERMS:,} different terms")
        return self._bounded({self._multiplied(one, other): None for one in left for other in right})

    def _multiplied(self, one: Term, other: Term) -> Term:
        if one.scale is not None and other.scale is not None and one.scale != other.scale:
            self._fail(f"{one} and {other} are multiplied, and a term takes one number")
        return Term(tuple(dict.fromkeys([*one.factors, *other.factors])), one.scale or other.scale)

    def _power(self) -> Terms:
        base = self._atom()
        if self._next("**") is None:
            return base
        exponent = self._exponent()
        made = base
        for _ in range(exponent - 1):
            made = self._times(made, base)
        return made

    def _exponent(self) -> int:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.kind != "number" or not token.text.isdigit() or int(token.text[:9]) == 0:
            self._fail("the exponent of terms is a whole number, as in (a + b)^2; a power of a column is I(a^2)")
        assert token is not None
        self.place += 1
        if int(token.text[:9]) > HIGHEST_POWER:
            self._fail(f"the exponent {shortened(token.text, 20)} is above {HIGHEST_POWER}")
        return int(token.text)

    def _atom(self) -> Terms:
        if self._next("(") is not None:
            return self._parentheses()
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.kind == "sign":
            self._fail("it ends where a term is due" if token is None else f"{token.text!r} stands where a term is due")
        assert token is not None
        self.place += 1
        return {self._term(token): None}

    def _parentheses(self) -> Terms:
        self.deep += 1
        if self.deep > MOST_DEEP:
            self._fail(f"it nests more than {MOST_DEEP} parentheses")
        terms = self._sum({})
        if self._next(")") is None:
            self._fail("it has a parenthesis that is not closed")
        self.deep -= 1
        return terms

    def _term(self, token: Token) -> Term:
        if token.kind == "number":
            value = float(token.text)
            if value == 0.0:
                self._fail("0 stands for no intercept, and so between + and - only")
            return CONSTANT if value == 1.0 else Term((), Number(value, token.text))
        if token.kind == "expression":
            return Term((read_expression(token),))
        if token.kind == "text":
            self._fail(f"the text {shortened(token.text, 30)} is no term; names with spaces stand in backticks")
        if token.kind == "other":
            self._fail(f"{token.text!r} is no sign of formulas; names that hold it stand in backticks")
        if token.text == ".":
            self._fail("a dot does not stand for all columns: name the predictors")
        return Term((Column(token.text),))
