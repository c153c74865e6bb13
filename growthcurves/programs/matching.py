"""What each program calls our terms, as keys that have neither order nor spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from growthcurves.contracts.finding import Kind
from growthcurves.programs.lines import key_of
from growthcurves.programs.mplus import FACTORS, short_name
from growthcurves.programs.r import plain_in_r, unit_in_r
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
    names = dict.fromkeys([re.sub(r"[\s`'\"]", "", column).lower(), plain_in_r(column).lower()])
    return [key for name in names for key in _of_level(name, column, level, spec)]


def _of_level(name: str, column: str, level: Any, spec: Spec) -> list[Key]:
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


class Varying(NamedTuple):
    """A random effect as programs call it.

    Attributes
    ----------
    names : tuple of str
        Its variable in R and in Stata; "" for the intercept.
    base : str
        The variable without its group.
    place : int
        Among the random effects of its block, from 1.
    group : str
        Column and level, as SAS prints them, where covariances are those of a group; else "".
    unit : str, optional
        Whose it is, as R calls them, where there are units above persons.
    """

    names: tuple[str, ...]
    base: str
    place: int
    group: str
    unit: str | None = None


def varying(spec: Spec) -> list[Varying]:
    """The random effects in the order of the fit."""
    found: list[Varying] = []
    for place, block in spec.blocks:
        start = 0 if spec.group is not None else len(found)
        own, group = ("", "") if place is None else (spec.indicators[place], _group_text(spec, place))
        for k, name in enumerate(block, start=start + 1):
            names = (f"{own}:{name}", f"{own}_{name}") if own and name else (own or name,)
            found.append(Varying(names, name, k, group, plain_in_r(spec.id) if spec.above else None))
    for one in spec.above:
        own_names = [name for block in one.random for name in block]
        found += [Varying((name,), name, k, "", unit_in_r(one)) for k, name in enumerate(own_names, start=1)]
    return found


def _group_text(spec: Spec, place: int) -> str:
    return re.sub(r"[\s`]", "", f"{spec.group}{spec.levels[str(spec.group)][place]}").lower()


def component_keys(kind: Kind, whose: Sequence[Varying], term: str) -> set[Key]:
    """Every key of a component of the variance.

    Parameters
    ----------
    kind : Kind
    whose : sequence of Varying
        The random effects; none for the residual.
    term : str
        Our name of it.
    """
    found = [term]
    if whose and whose[0].unit is not None:  # R alone says whose a variance is
        in_r = _in_r(kind, [one.names[0] or "Intercept" for one in whose])
        found += [f"{text}|{whose[0].unit}" for text in in_r]
        return {("component", re.sub(r"[\s`]", "", text).lower()) for text in found}
    for names in product(*(one.names for one in whose)):
        stata = [name or "_cons" for name in names]
        found += _in_r(kind, [name or "Intercept" for name in names])
        if kind is Kind.VARIANCE:
            found += [f"var({name})" for name in stata]
        elif kind is Kind.COVARIANCE:
            found += [f"cov({','.join(stata)})", f"cov({','.join(reversed(stata))})"]
    places = sorted((one.place for one in whose), reverse=True)
    if kind is Kind.VARIANCE and not whose:
        found += ["residual", "var(residual)", "var(e)"]
    elif kind in (Kind.VARIANCE, Kind.COVARIANCE):
        found.append(f"un({places[0]},{places[-1]}){whose[0].group}")
        found += [f"{whose[0].base or 'intercept'}{whose[0].group}"] if kind is Kind.VARIANCE else []
    return {("component", text.lower()) for text in found}


def _in_r(kind: Kind, names: list[str]) -> list[str]:
    word = {Kind.SD: "sd", Kind.CORRELATION: "cor"}.get(kind)
    if word is None:
        return []
    return [f"{word}:{','.join(order)}" for order in (names, names[::-1])] if names else [f"{word}:residual"]
