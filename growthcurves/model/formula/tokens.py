"""Formulas as tokens: names, numbers, signs, and expressions (calls and braces) that are kept whole.

A name in backticks becomes an opaque identifier here: whatever signs it holds, nothing later sees them.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from growthcurves.data.backticks import TICKED, unquoted
from growthcurves.errors import FormulaError
from growthcurves.model.formula.pieces import PACKAGE, piece_of_r

#: Bounds of a formula: its signs, its tokens, how deep parentheses go.
MOST_CHARACTERS = 50_000
MOST_TOKENS = 5_000
MOST_DEEP = 50

_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(?![\w.])")
_WORD = re.compile(r"[\w.]+")
_SIGN = re.compile(r"\*\*|\|\||%in%|[-+*/:^~|()]")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_TICKED = re.compile(TICKED)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Token(NamedTuple):
    """A piece of a formula.

    Attributes
    ----------
    kind : {"name", "number", "text", "expression", "sign", "other"}
    text : str
        A name without its backticks; a sign (`^` is `**`); an expression as it is written.
    start, end : int
        Where it stands in the formula.
    source : Source or None
        Of an expression what Python's own grammar can read.
    """

    kind: str
    text: str
    start: int
    end: int
    source: Source | None = None


@dataclass
class Source:
    """An expression in which every name that is not plain is replaced by an identifier that stands for it.

    Attributes
    ----------
    text : str
    names : dict of identifier to (name, whether it stood in backticks)
    """

    text: str = ""
    names: dict[str, tuple[str, bool]] = field(default_factory=dict)


def shortened(text: str, most: int = 60) -> str:
    """A text for a sentence."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def tokenize(formula: str) -> list[Token]:
    """The tokens of a formula.

    Raises
    ------
    FormulaError
        For a formula that is too long, a sign that formulas do not have, a quote that is not closed.

    Examples
    --------
    >>> [token.text for token in tokenize("`body weight` + log(x+1):arm ^ 2")]
    ['body weight', '+', 'log(x+1)', ':', 'arm', '**', '2']
    """
    if len(formula) > MOST_CHARACTERS:
        raise FormulaError(
            f"The formula {shortened(formula)!r} has {len(formula):,} characters; at most {MOST_CHARACTERS:,} are read."
        )
    tokens: list[Token] = []
    place = _after_space(formula, 0)
    while place < len(formula):
        token = _token(formula, place)
        tokens.append(token)
        if len(tokens) > MOST_TOKENS:
            raise FormulaError(
                f"The formula {shortened(formula)!r} has more than {MOST_TOKENS:,} names and signs: name fewer terms."
            )
        place = _after_space(formula, token.end)
    return tokens


def _after_space(formula: str, start: int) -> int:
    space = _SPACE.match(formula, start)
    assert space is not None  # which may be empty
    return space.end()


def _token(formula: str, start: int) -> Token:
    sign = formula[start]
    if sign == "`":
        end = _closing_tick(formula, start)
        return Token("name", unquoted(formula[start:end]), start, end)
    if sign == "{":
        return _expression(formula, start)
    if sign in "'\"":
        end = _end_of_text(formula, start)
        return Token("text", formula[start:end], start, end)
    number = _NUMBER.match(formula, start)
    if number and formula[number.end() : number.end() + 1] not in ("(", "["):
        return Token("number", number[0], start, number.end())
    package = PACKAGE.match(formula, start)
    if package:
        return _expression(formula, package.end())
    word = _WORD.match(formula, start)
    if word:
        follows = formula[word.end() : word.end() + 1]
        if follows in ("(", "["):
            return _expression(formula, start)
        if follows in ("'", '"'):
            raise FormulaError(f"In {shortened(formula)!r} a text stands behind {word[0]!r}, which says nothing.")
        return Token("name", word[0], start, word.end())
    found = _SIGN.match(formula, start)
    if found is None:
        return Token("other", sign, start, start + 1)
    return Token("sign", "**" if found[0] == "^" else found[0], start, found.end())


def _closing_tick(formula: str, start: int) -> int:
    found = _TICKED.match(formula, start)
    if found is None:
        raise FormulaError(f"The formula {shortened(formula)!r} has a backtick that is not closed.")
    return found.end()


def _end_of_text(formula: str, start: int) -> int:
    """The end of a text in quotes; what a backslash stands before is part of it."""
    quote, place = formula[start], start + 1
    if formula.startswith(quote * 3, start):
        raise FormulaError(f"In {shortened(formula)!r} texts stand in single quotes or in double ones, not in three.")
    while place < len(formula) and formula[place] != quote:
        place += 2 if formula[place] == "\\" else 1
    if place >= len(formula):
        raise FormulaError(f"The formula {shortened(formula)!r} has a quote that is not closed.")
    return place + 1


def _expression(formula: str, start: int) -> Token:
    """A call, with all that hangs on it, or braces: everything up to the bracket that closes the first."""
    prefix = _free_prefix(formula)
    source, place = Source(), start
    open_brackets: list[str] = []
    while place < len(formula):
        sign = formula[place]
        if not open_brackets and place > start and not _hangs_on(formula, place, start):
            break
        written = piece_of_r(formula, place)
        if written is not None:
            place, source.text = written.end, source.text + written.python
            continue
        end = _end_of_piece(formula, place)
        piece = formula[place:end]
        if sign in _CLOSING:
            open_brackets.append(_CLOSING[sign])
            if len(open_brackets) > MOST_DEEP:
                raise FormulaError(f"The formula {shortened(formula)!r} nests more than {MOST_DEEP} parentheses.")
        elif sign in ")]}" and (not open_brackets or open_brackets.pop() != sign):
            raise FormulaError(f"The formula {shortened(formula)!r} has a {sign!r} that closes nothing.")
        source.text += _piece(piece, source, prefix, formula[end : end + 1])
        place = end
    if open_brackets:
        raise FormulaError(f"The formula {shortened(formula)!r} has a parenthesis that is not closed.")
    return Token("expression", formula[start:place], start, place, source)


def _hangs_on(formula: str, place: int, start: int) -> bool:
    """Whether what stands behind a closed bracket, or inside a name, is part of the same expression."""
    if formula[place - 1] in ")]}":
        return formula[start] != "{" and formula[place] in "([."
    return formula[place] in "([" or formula[place] == "." or formula[place].isalnum() or formula[place] == "_"


def _end_of_piece(formula: str, place: int) -> int:
    sign = formula[place]
    if sign == "`":
        return _closing_tick(formula, place)
    if sign in "'\"":
        return _end_of_text(formula, place)
    if sign in "#;\\@":
        raise FormulaError(f"The formula {shortened(formula)!r} cannot be read: {sign!r} is no sign of formulas.")
    word = _IDENTIFIER.match(formula, place)
    return word.end() if word else place + 1


def _piece(piece: str, source: Source, prefix: str, after: str) -> str:
    """A piece as Python reads it: names in backticks, and names that Python would change, as stand-ins.

    `as` in as.factor() is no word of Python's.
    """
    ticked = piece[0] == "`"
    word = keyword.iskeyword(piece) and after == "."
    if not ticked and not word and (piece.isascii() or not _IDENTIFIER.fullmatch(piece)):
        return "**" if piece == "^" else " " if piece.isspace() else piece
    stand_in = f"{prefix}{len(source.names)}"
    source.names[stand_in] = (unquoted(piece), True) if ticked else (piece, False)
    return stand_in if word else f" {stand_in} "


def _free_prefix(formula: str) -> str:
    """The beginning of an identifier that the formula does not hold, also after Python has normalised it."""
    prefix, text = "name_", unicodedata.normalize("NFKC", formula)
    while prefix in text:
        prefix += "_"
    return prefix
