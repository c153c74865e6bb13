"""Stata: mixed."""

from __future__ import annotations

import re
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from growthcurves.model.survey.design import ROWS
from growthcurves.programs.spec import Spec, Upper, counts_waves, expression, independent, number_text, refused
from growthcurves.programs.weights import SCALED, one_block, require, told

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}\Z")
#: residuals() of each structure, with the variable that it goes over.
_RESIDUALS = {
    "cs": "exchangeable", "ar1": "ar 1, t(wave_place)", "un": "unstructured, t(wave_place)",
    "exp": "exponential, t({time})", "het": "independent, by(wave_place)",
}  # fmt: skip


def stata_code(spec: Spec) -> str:
    """The model for mixed, reading data.csv."""
    lines = prepared(spec)
    constant = "" if ("", ()) in spec.products else ", noconstant"
    above = [_above(block, one, spec) for one in reversed(spec.above) for block in one.random]
    own = [random_part(place, block, spec) for place, block in spec.blocks]
    random = " ".join([*above, *own]) or f"|| {spec.id}:, noconstant"
    method = "reml dfmethod(satterthwaite)" if spec.method == "reml" else "mle"
    ends = f"{_residual(spec)} {method}".strip()
    joined = random if "," in random.rpartition("||")[2] else f"{random},"
    weights = weighted(spec) if spec.weights is not None else Weighted()
    lines += weights.before
    lines.append(f"mixed {spec.outcome} {fixed_part(spec)}{weights.rows}{constant} {joined} {ends}{weights.errors}")
    return "\n".join([*lines, "display -2 * e(ll)"])


class Weighted(NamedTuple):
    """What sampling weights put into a command: lines before it, weights of rows, options behind it."""

    before: tuple[str, ...] = ()
    rows: str = ""
    errors: str = ""


def weighted(spec: Spec) -> Weighted:
    """Weights are scaled by hand within units that hold units; those of rows within persons by pwscale()."""
    found = require(spec, "Stata's mixed")
    one_block(spec, "Stata")
    lines = [f"* {told(found)}"]
    by_option = not spec.above and ROWS in found.scaled
    for unit, (column, holder) in found.scaled.items():
        if unit != ROWS or not by_option:
            one = "1" if unit == ROWS else f"{column}_one"
            lines += [] if unit == ROWS else [f"egen byte {one} = tag({holder} {unit})"]
            lines.append(f"egen double {column}_sum = total({column} * {one}), by({holder})")
            of = f"{one}" if found.scale == "size" else f"{column}^2 * {one}"
            lines.append(f"egen double {column}_of = total({of}), by({holder})")
            factor = f"{column}_of / {column}_sum" if found.scale == "size" else f"{column}_sum / {column}_of"
            lines.append(f"generate double {column}{SCALED} = {column} * {factor}")
    rows = found.columns.get(ROWS) if by_option else found.name(ROWS)
    scale = f" pwscale({found.scale})" if by_option else ""
    return Weighted(tuple(lines), f" [pw={rows}]" if rows else "", f"{scale} vce(cluster {found.clusters})")


def refuse_name(column: str) -> None:
    """Refuse a name that Stata cannot have.

    Raises
    ------
    NotAvailableError
    """
    if not _PLAIN.match(column):
        raise refused(f"Stata cannot have a variable called {column!r}", "rename the column")


def prepared(spec: Spec) -> list[str]:
    """The data as the model needs them."""
    for column in spec.columns:
        refuse_name(column)
    lines = ['import delimited "data.csv", clear case(preserve)']
    lines += [line for column, levels in spec.levels.items() for line in _factor(column, levels)]
    lines += [f"generate double {one.name} = {expression(one, str(spec.time), '^', 'ln')}" for one in spec.computed]
    if counts_waves(spec):
        lines += _places(spec)
    lines += _groups(spec)
    if spec.occasions:
        lines.append(f"egen occasion = group({'wave_place' if spec.wave else spec.time})")
    return lines


def _places(spec: Spec) -> list[str]:
    """The place of each planned occasion, or of each level whose residuals have a variance of their own."""
    if not spec.waves:
        return [f"egen wave_place = group({getattr(spec.residual, 'of', None) or spec.wave or spec.time})"]
    lines = [f"replace wave_place = {k} if {spec.wave} == {_value(wave, True)}" for k, wave in enumerate(spec.waves, 1)]
    return ["generate wave_place = .", *lines]


def _code(column: str) -> str:
    return f"{column}_code"


def _factor(column: str, levels: list[Any]) -> list[str]:
    """Numbers 1, 2, ... in the order of our levels, the reference first, whatever the column holds."""
    lines = [f"generate {_code(column)} = ."]
    text = not isinstance(levels[0], (int, float, np.number))
    return lines + [
        f"replace {_code(column)} = {place} if {column} == {_value(level, text)}"
        for place, level in enumerate(levels, start=1)
    ]


def _value(level: Any, text: bool) -> str:
    return f'`"{level}"\'' if text else number_text(float(level))


def fixed_part(spec: Spec) -> str:
    """Each level of a factor is asked for by itself, so that no other is left out in its place."""
    if spec.occasions:
        groups = [(["ibn.occasion"] * own, columns) for own, columns in spec.at_occasions]
        return " ".join(text for start, columns in groups for text in _product(start, columns, spec))
    terms = [([f"c.{basis}"] if basis else [], columns) for basis, columns in spec.products if basis or columns]
    return " ".join(text for start, columns in terms for text in _product(start, columns, spec))


def _product(start: list[str], columns: tuple[str, ...], spec: Spec) -> list[str]:
    options = [_levels(column, spec) for column in columns]
    return ["#".join([*start, *chosen]) for chosen in product(*options)]


def _levels(column: str, spec: Spec) -> list[str]:
    if column not in spec.levels:
        return [f"c.{column}"]
    return [f"{place}.{_code(column)}" for place in range(2, len(spec.levels[column]) + 1)]


def _groups(spec: Spec) -> list[str]:
    """Variables that are 1 in a group of persons, and their products with what varies between persons there."""
    lines, moved = [], dict.fromkeys(name for block in spec.random for name in block if name)
    for place, indicator in enumerate(spec.indicators, start=1):
        lines.append(f"generate double {indicator} = {_code(str(spec.group))} == {place}")
        lines += [f"generate double {_product_name(indicator, name)} = {indicator} * {name}" for name in moved]
    return lines


def _product_name(indicator: str, name: str) -> str:
    return f"{indicator}_{name}"[:32]


def random_part(place: int | None, block: tuple[str, ...], spec: Spec) -> str:
    """A block of random effects; for a group those of its own variables, without a constant."""
    own = "" if place is None else spec.indicators[place]
    weight = None if spec.weights is None else spec.weights.name(spec.id)
    named = [(_product_name(own, name) if name else own) if own else name for name in block]
    return _part(spec.id, tuple(named), weight)


def _above(block: tuple[str, ...], one: Upper, spec: Spec) -> str:
    """What varies between units above persons; units that cross persons are levels of a factor in one whole."""
    if not one.crossed:
        return _part(one.column, block, None if spec.weights is None else spec.weights.name(one.column))
    if block != ("",):
        raise refused("Stata's mixed has crossed random intercepts alone (R.)", 'code("r") writes the slopes too')
    return f"|| _all: R.{one.column}"


def _part(unit: str, block: tuple[str, ...], weight: str | None = None) -> str:
    options = ([] if "" in block else ["noconstant"]) + (["covariance(unstructured)"] if len(block) > 1 else [])
    options += [f"pweight({weight})"] if weight else []
    return f"|| {unit}: {' '.join(filter(None, block))}".rstrip() + (f", {' '.join(options)}" if options else "")


def _residual(spec: Spec) -> str:
    if independent(spec):
        return ""
    one = spec.residual
    if one.name not in _RESIDUALS or getattr(one, "nugget", False) or (one.name == "het" and one.by):
        raise refused(f"Stata's mixed has no residual structure {one.name!r}", 'code("sas") may have it')
    text = _RESIDUALS[one.name].format(time=spec.time)
    by = f"{', ' if ',' not in text else ' '}by({_code(one.by) if one.by in spec.levels else one.by})" if one.by else ""
    return f"residuals({text}{by})"
