"""What each program calls our terms, as keys that have neither order nor spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from growthcurves.contracts.finding import Kind
from growthcurves.programs.lines import key_of
from growthcurves.programs.mplus import FACTORS, short_name
from growthcurves.programs.spec import Effect, Spec

Key = tuple[str, ...]
_CONSTANT = ("(intercept)", "intercept", "_cons", "const", "constant")


def effect_keys(effect: Effect, spec: Spec) -> set[Key]:
    """Every key that a fixed effect may have: ours, R's, SAS's, Stata's and Mplus's."""
    keys = {key_of(effect.term)} | _in_mplus(effect, spec)
    if not effect.basis and not effect.factors:
        return keys | {(name,) for name in _CONSTANT}
    choices = [_of_time(effect.basis, spec)] if effect.basis else []
    choices += [_of_factor(column, level, spec) for column, level in effect.factors]
    return keys | {tuple(sorted(part for chosen in parts for part in chosen)) for parts in product(*choices)}


def _of_time(basis: str, spec: Spec) -> list[Key]:
    """A variable of time: as the program makes it, as a power of time, or as an occasion."""
    time = str(spec.time).lower()
    if spec.occasions:
        place = [f"{one:g}" for one in spec.occasions].index(basis) + 1
        texts = [f"occasion{basis}", f"{time}{basis}", f"factor({time}){basis}", f"{place}.occasion"]
        return [(text,) for text in (*texts, f"{place}bn.occasion")]
    found: list[Key] = [(basis.lower(),)]
    for one in spec.computed:
        if one.name == basis and one.kind == "power":
            power = int(one.numbers[1])
            found += [(time,) * power, (f"{time}^{power}",), (f"{time}**{power}",)]
    return list(dict.fromkeys(found))


def _of_factor(column: str, level: Any, spec: Spec) -> list[Key]:
    name = re.sub(r"[\s`'\"]", "", column).lower()
    if level is None:
        return [(name,)]
    text = re.sub(r"[\s`'\"]", "", str(level)).lower()
    place = [str(one) for one in spec.levels[column]].index(str(level)) + 1 if column in spec.levels else 0
    texts = [f"{name}{text}", f"{name}[{text}]", f"{name}[t.{text}]", f"{place}.{name}_code", f"{text}.{name}"]
    return [(one,) for one in texts]


def _in_mplus(effect: Effect, spec: Spec) -> set[Key]:
    """A mean of a growth factor, or its regression on a predictor."""
    names = ["", *(one.name for one in spec.computed)] if spec.computed else ["", str(spec.time)]
    if effect.basis not in names or len(effect.factors) > 1 or names.index(effect.basis) >= len(FACTORS):
        return set()
    factor = FACTORS[names.index(effect.basis)]
    if not effect.factors:
        return {key_of(f"{kind}:{factor}") for kind in ("means", "intercepts")}
    return {key_of(f"{factor}.on:{short_name(*effect.factors[0])}")}


def component_keys(kind: Kind, whose: Sequence[str], term: str, random: Mapping[str, str]) -> set[Key]:
    """Every key of a component of the variance.

    Parameters
    ----------
    kind : Kind
    whose : sequence of str
        The random effects; none for the residual.
    term : str
        Our name of it.
    random : mapping of str to str
        The variable of each random effect, "" for the intercept, in the order of the model.
    """
    places = [list(random).index(name) + 1 for name in whose]
    stata = [random[name] or "_cons" for name in whose]
    found = [term, *_in_r(kind, [random[name] or "Intercept" for name in whose])]
    if kind is Kind.VARIANCE:
        found += ["residual", "var(residual)", "var(e)"] if not whose else [f"un({places[0]},{places[0]})"]
        found += [f"var({name})" for name in stata] + [random[name] or "intercept" for name in whose]
    elif kind is Kind.COVARIANCE:
        late, early = sorted(places, reverse=True)
        found += [f"un({late},{early})", f"cov({','.join(stata)})", f"cov({','.join(reversed(stata))})"]
    return {("component", text.lower()) for text in found}


def _in_r(kind: Kind, names: list[str]) -> list[str]:
    word = {Kind.SD: "sd", Kind.CORRELATION: "cor"}.get(kind)
    if word is None:
        return []
    return [f"{word}:{','.join(order)}" for order in (names, names[::-1])] if names else [f"{word}:residual"]
