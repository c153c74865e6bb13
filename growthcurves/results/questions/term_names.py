"""Names of fixed effects in a text: term names, the formula's wording, where they stand among signs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel

SIGNS = "+-*/(),="
R_TRUTHS = {"True": ("TRUE",), "False": ("FALSE",)}
NUMBER = r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def term_weights(fit: FittedModel, name: str) -> np.ndarray:
    """The row (p,) that picks one fixed effect by its name or by the formula's own wording."""
    if not isinstance(name, str):
        raise ModelError(unknown("fixed effect", name, fit.recipe.terms))
    known = vocabulary(fit)
    found = known.get(plain(name), ())
    if not found:
        whole = {effect: effect for term in fit.recipe.terms if (effect := _without_levels(term)) != term}
        raise ModelError(unknown("fixed effect", name.replace("`", "").strip(), fit.recipe.terms, whole))
    if len(found) > 1:
        raise ModelError(f"{name!r} can mean {' or '.join(found)}: write the one that is meant.")
    if found[0] in fit.aliased:
        raise ModelError(
            f"{found[0]!r} was left out as a linear combination of other terms: nothing can be said of it alone."
        )
    row = np.zeros(len(fit.terms))
    row[fit.terms.index(found[0])] = 1.0
    return row


def vocabulary(fit: FittedModel) -> dict[str, tuple[str, ...]]:
    """What each plain name may mean: a term's own name, or else the formula's wording."""
    known: dict[str, tuple[str, ...]] = {}
    for name in fit.recipe.terms:
        for wording in {plain(wording) for wording in _wordings(fit, name)}:
            known[wording] = (*known.get(wording, ()), name)
    return known | {plain(name): (name,) for name in fit.recipe.terms}


def effect_terms(fit: FittedModel, name: str) -> tuple[str, ...]:
    """The fixed effects of a whole effect named without levels, as ``slope:arm``; none where a term has that name."""
    known, wanted = vocabulary(fit), plain(name)
    if wanted in known:
        return ()
    found = {term for wording, terms in known.items() if _without_levels(wording) == wanted for term in terms}
    return tuple(term for term in fit.terms if term in found)


def _without_levels(term: str) -> str:
    """A term as a whole effect: "slope:arm" of "slope:arm[drug]"."""
    return re.sub(r"\[[^\]]*\]", "", term)


def without_zero(text: str) -> str:
    """What is said to be zero in ``week:arm = 0``; the text itself where nothing is."""
    return re.sub(r"\s*=\s*0(\.0*)?$", "", text.strip())


def number_of(token: str) -> float | None:
    """A token as a number; None for a name."""
    return float(token) if re.fullmatch(NUMBER, token) else None


def plain(name: str) -> str:
    """A name without what may be written in several ways: backticks, spaces, the sign of a power."""
    return name.replace("`", "").replace(" ", "").replace("**", "^")


def _wordings(fit: FittedModel, name: str) -> Iterator[str]:
    """Ways to write a term: any order of factors, R's names of levels, time in the place of the growth parameter."""
    owner = next((p for p in fit.model.parameters if name == p or name.startswith(f"{p}:")), None)
    pieces = [] if name == owner else _pieces(fit, name if owner is None else name[len(owner) + 1 :])
    heads = [[]] if owner is None else [[word] if word else [] for word in (owner, *_parameter_words(fit, owner))]
    for head in heads:
        for chosen in itertools.product(*(_piece_words(piece) for piece in pieces)):
            for order in _orders([*head, *chosen]):
                yield ":".join(order)
    if name == "intercept":
        yield from ("(Intercept)", "Intercept")


def _orders(pieces: list[str]) -> Iterator[tuple[str, ...]]:
    if pieces:
        yield from itertools.permutations(pieces) if len(pieces) <= 4 else [tuple(pieces)]


def _parameter_words(fit: FittedModel, parameter: str) -> list[str]:
    """How a formula writes the basis of a growth parameter; empty for the constant."""
    time = str(fit.model.time)
    text = fit.recipe.shape.level_one(time)[fit.model.parameters.index(parameter)]
    words = [text, f"I({text})"] if text else [""]
    return [*words, time] if re.fullmatch(rf"\(?{re.escape(time)}( [+-] [\d.e+-]+\))?", text) else words


def _piece_words(piece: str) -> list[str]:
    """`arm[low]`, `arm[T.low]` and R's `armlow`; whole numbers and truths as either language has them."""
    found = re.fullmatch(r"(\w.*?\)|\w[^\[\]()]*)\[(?![SDP]\.)(.*)\]", piece)
    if not found:
        return [piece]
    head, level = found.groups()
    levels = [level, *([f"{level}.0"] if level.lstrip("-").isdigit() else []), *R_TRUTHS.get(level, ())]
    return [form.format(head, one) for one in levels for form in ("{}[{}]", "{}[T.{}]", "{}{}")]


def _pieces(fit: FittedModel, text: str) -> list[str]:
    """A product of columns at its colons, leaving those in brackets and parentheses alone."""
    pieces, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == ":" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += sign
    return pieces


def tokens(text: str, known: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Signs, numbers and names with where they stand; the longest known name first, so that a name may hold signs."""
    if text.count("`") % 2:
        raise ModelError(f"The hypothesis {text!r} has a backtick that is not closed.")
    names = sorted(known, key=len, reverse=True)
    i = 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        end = next((end for name in names if (end := _name_end(text, i, name))), 0)
        number = None if end else re.compile(NUMBER + r"(?![\w:\[])").match(text, i)
        if not end and number:
            end = number.end()
        elif not end:
            end = i + 1 if text[i] in SIGNS else _word_end(text, i)
        yield text[i:end].replace("`", ""), i, end
        i = end


def _name_end(text: str, start: int, name: str) -> int:
    """Where a name that stands at `start` ends, backticks left aside; 0 where it does not stand there."""
    i = start
    for sign in name:
        while i < len(text) and text[i] in "` ":
            i += 1
        if i == len(text) or (text[i] != sign and not (sign == "^" and text.startswith("**", i))):
            return 0
        i += 2 if sign == "^" and text[i] == "*" else 1
    inside = text[start:i].count("`") % 2
    if inside and (i == len(text) or text[i] != "`"):
        return 0
    i += inside
    return 0 if i < len(text) and (text[i] in ":[.`" or text[i].isalnum() or text[i] == "_") else i


def _word_end(text: str, start: int) -> int:
    """The end of an unknown name: at the next sign outside backticks and brackets."""
    i, ticked, depth = start, False, 0
    while i < len(text):
        ticked ^= text[i] == "`"
        depth += (text[i] == "[") - (text[i] == "]") if not ticked else 0
        if not ticked and depth <= 0 and (text[i] in SIGNS or text[i].isspace()):
            break
        i += 1
    return max(i, start + 1)
