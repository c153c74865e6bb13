"""A model as level equations: rows within persons, persons, and the units above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from growthcurves.data.unit_words import UnitWords, level_words, unit_words
from growthcurves.errors import FormulaError
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.random import RandomPart, crosses

if TYPE_CHECKING:
    from growthcurves.model.growth import GrowthModel


@dataclass(frozen=True)
class Predictor:
    """A term of a growth parameter: its words ("1" for the parameter's own mean), and where it stands.

    Attributes
    ----------
    words : str
    level : int
        0 where it differs between persons of one unit, l where it is the same within each unit of the l-th level
        above persons; -1 for the own mean, which stands at the highest.
    """

    words: str
    level: int = 0


def equations(
    model: GrowthModel,
    parameters: tuple[str, ...],
    terms: Mapping[str, Sequence[Predictor]],
    basis: list[str],
    family: Any = None,
    owned: Mapping[str, tuple[str, str]] | None = None,
    part: RandomPart | None = None,
    who: UnitWords | None = None,
) -> str:
    """Level equations from the terms of each growth parameter.

    Parameters
    ----------
    owned : dict, optional
        Random effects of products: of which growth parameter each is, and with what; read from the names where the
        data have not been seen.
    family : family, optional
        That of outcomes without a residual, in the place of the model's residual structure.
    part : RandomPart, optional
        The random effects of all levels, where the data have been seen.
    who : UnitWords, optional
        What persons are called; as the column of ids says by default.
    """
    if not getattr(family, "constant_in_x", True):  # thresholds stand in the place of the first constant
        terms = {**terms, parameters[0]: [one for one in terms[parameters[0]] if one.words != "1"]}
    part = model.random.stacked(model.above) if part is None else part
    own = tuple(dict.fromkeys(part.own_names.values()))
    products = _products(own, parameters) if owned is None else owned
    owner = {name: (name, "") for name in parameters} | dict(products)
    rows = [*_first(model, parameters, basis, family, part, owner), *_between(model, parameters, terms, part, owner)]
    labels = _labels(model, unit_words(model.id) if who is None else who)
    width = max(map(len, labels.values())) + 3
    lines, before = [], None
    for level, text in rows:
        lines.append(f"{labels[level] if level != before else '':{width}}{text}")
        before = level
    spread = [residual_of(model.residual).words] if family is None else []
    inside, *above = _random_words(part)
    lines += [" " * width + text for text in (";  ".join([*spread, *inside]), *map(";  ".join, above))]
    return "\n".join(lines)


def _labels(model: GrowthModel, who: UnitWords) -> dict[int, str]:
    """What each level is called; where there are two, their numbers say it."""
    if not model.above or crosses(model.above):
        return {1: "Level 1", 2: "Level 2"}
    several = [who.several, *(level_words(unit).several for unit in model.above)]
    return {1: "Level 1"} | {level: f"Level {level}, {name}" for level, name in enumerate(several, start=2)}


def _first(
    model: GrowthModel,
    parameters: tuple[str, ...],
    basis: list[str],
    family: Any,
    part: RandomPart,
    owner: Mapping[str, tuple[str, str]],
) -> list[tuple[int, str]]:
    """The equation of the rows, with the effects of units that cross persons."""
    terms = [f"{name}_i" + (f" * {word}" if word else "") for name, word in zip(parameters, basis, strict=False)]
    terms += [model.time_varying] if model.time_varying else []
    bases, units = dict(zip(parameters, basis, strict=False)), part.unit_of
    here = crosses(model.above)
    for name, own in part.own_names.items():
        if own not in owner:
            terms.append(_extra(model, part, name))
        elif here and units[name] != "person":
            parameter, product = owner[own]
            terms.append(" * ".join(filter(None, [_effect(parameter, product, _mark(units[name])), bases[parameter]])))
    left = model.outcome if family is None else family.words.format(outcome=model.outcome)
    return [(1, f"{left} = {' + '.join([*terms, *(['e'] if family is None else [])])}")]


def _between(
    model: GrowthModel,
    parameters: tuple[str, ...],
    terms: Mapping[str, Sequence[Predictor]],
    part: RandomPart,
    owner: Mapping[str, tuple[str, str]],
) -> list[tuple[int, str]]:
    """The equations of persons, then those of the units above them, with their levels."""
    units = ("person", *({} if crosses(model.above) else model.above))
    found = []
    for name in parameters:
        words = [
            [one.words for one in terms[name] if one.level == level] + _effects(part, owner, name, unit)
            for level, unit in enumerate(units)
        ]
        there = [0, *(level for level in range(1, len(units)) if words[level])]
        mean = [name] if any(one.words == "1" for one in terms[name]) else []
        for level, after in zip(there, [*there[1:], None], strict=True):
            first = mean if after is None else [f"{name}_{units[after]}"]
            mark = "i" if level == 0 else units[level]
            found.append((level + 2, f"{name}_{mark} = {' + '.join([*first, *words[level]]) or '0'}"))
    return sorted(found, key=lambda row: row[0])


def _effects(part: RandomPart, owner: Mapping[str, tuple[str, str]], parameter: str, unit: str) -> list[str]:
    """The random effects of a growth parameter between the units of a level."""
    units, own = part.unit_of, part.own_names
    names = [name for name in part.names if units[name] == unit and owner.get(own[name], ("",))[0] == parameter]
    return [_effect(*owner[own[name]], _mark(unit)) for name in names]


def _mark(unit: str) -> str:
    """What the names of a level carry."""
    return "" if unit == "person" else f"|{unit}"


def _effect(owner: str, product: str, mark: str) -> str:
    """A random effect in the equation of its growth parameter."""
    return f"u_{owner}[{product}]{mark} * {product}" if product else f"u_{owner}{mark}"


def _products(names: Iterable[str], parameters: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Random effects such as slope:arm before the data are seen: whose they are, and what else is in the product."""
    found = {}
    for name in names:
        try:
            terms = read_terms(name).terms if name not in parameters else ()
        except FormulaError:
            continue
        curves = [factor for term in terms for factor in term.factors if factor.label in parameters]
        if len(terms) == 1 and len(curves) == 1:
            others = [factor.label for factor in terms[0].factors if factor not in curves]
            found[name] = (curves[0].label, ":".join(others))
    return found


def _extra(model: GrowthModel, part: RandomPart, name: str) -> str:
    """A random effect that is no growth parameter: of the level, of a straight line, or of a covariate."""
    own = part.own_names[name]
    if own == "intercept":
        return f"u_{name}"
    return f"u_{name} * {model.time if own == 'slope' else own}"


def _random_words(part: RandomPart) -> list[list[str]]:
    """What is said of the covariance matrices of each level, persons first."""
    units = part.unit_of
    words: dict[str, list[str]] = {unit: [] for unit in ("person", *(unit for unit, _ in part.units))}
    for block in part.blocks:
        unit, names = units[block[0]], ", ".join(f"u_{name}" for name in block)
        matrix = f"G{_mark(unit)}"
        if len(block) == 1:
            words[unit].append(f"{names} ~ N(0, G_{block[0]})")
        else:
            words[unit].append(f"({names}) ~ N(0, {matrix}), {matrix} unstructured")
    return list(words.values())
