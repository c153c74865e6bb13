"""R: lme4 for independent residuals, nlme for structured ones and for models without random effects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from growthcurves.model.survey.design import ROWS
from growthcurves.programs.spec import Spec, Upper, Variable, counts_waves, free_name, independent, number_text, refused
from growthcurves.programs.weights import SCALED, Weights, require, told

_PLAIN = re.compile(r"[A-Za-z.][A-Za-z0-9._]*\Z")


def r_code(spec: Spec) -> str:
    """The model in R, reading data.csv."""
    if spec.weights is not None:
        return wemix_code(spec, "", [])
    package = "lme4" if independent(spec) and (spec.random or spec.above) else "nlme"
    renamed: dict[str, str] = {}
    if package == "nlme":  # which takes plain names alone in form= and in groups
        spec, renamed = _renamed(spec)
    lines = [f"library({package})", *prepared(spec, renamed)]
    call = _lmer(spec) if package == "lme4" else _nlme(spec)
    return "\n".join([*lines, call, "summary(fit)", "-2 * as.numeric(logLik(fit))"])


def wemix_code(spec: Spec, outcome: str, more: Sequence[str]) -> str:
    """A weighted model in WeMix; `more` are further options, of outcomes of a family."""
    found = require(spec, "R's WeMix")
    if found.psu not in (None, found.highest):
        raise refused("R's WeMix takes the units of the highest level as sampling units", "leave psu= out to compare")
    formula = f"{outcome or name_in_r(spec.outcome)} ~ {' + '.join([fixed_part(spec), *random_parts(spec)])}"
    units = [ROWS, spec.id, *(one.column for one in spec.above)]
    lines = ["library(WeMix)", *prepared(spec), f"# {told(found)}", "data$weight_of_one <- 1"]
    lines += _scaling(found)
    names = ", ".join(f'"{found.name(unit) or "weight_of_one"}"' for unit in units)
    options = ["data = data", f"weights = c({names})", "cWeights = TRUE", *more]
    return "\n".join([*lines, f"fit <- mix({', '.join([formula, *options])})", "summary(fit)", "-2 * fit$lnl"])


def _scaling(found: Weights) -> list[str]:
    """Conditional weights scaled within the unit that holds them, each unit counted once."""
    if not found.scaled:
        return []
    power = "" if found.scale == "size" else "^2"
    factor = "of / sums" if found.scale == "size" else "sums / of"
    lines = [
        "scaled <- function(w, unit, within) {",
        "  one <- !duplicated(unit)",
        "  within <- as.character(within)",
        "  sums <- tapply(w[one], within[one], sum)[within]",
        f"  of <- tapply({'0 * w[one] + 1' if not power else 'w[one]^2'}, within[one], sum)[within]",
        f"  as.vector(w * {factor})",
        "}",
    ]
    for unit, (column, holder) in found.scaled.items():
        here, above = f"data${name_in_r(column)}", f"data${name_in_r(holder)}"
        rows = "seq_len(nrow(data))" if unit == ROWS else f"interaction(data${name_in_r(unit)}, {above})"
        lines.append(f"data${name_in_r(f'{column}{SCALED}')} <- scaled({here}, {rows}, {above})")
    return lines


def prepared(spec: Spec, renamed: Mapping[str, str] | None = None) -> list[str]:
    """The data as the model needs them."""
    lines = ['data <- read.csv("data.csv", check.names = FALSE)']
    lines += [f"data${new} <- data${name_in_r(old)}" for old, new in (renamed or {}).items()]
    lines += [_factor(column, levels) for column, levels in spec.levels.items()]
    lines += [f"data${name_in_r(one.name)} <- {_expression(one, spec)}" for one in spec.computed]
    lines += [
        f"data${name} <- as.numeric(data${name_in_r(str(spec.group))} == {_text(level)})"
        for name, level in zip(spec.indicators, spec.levels.get(str(spec.group), ()), strict=True)
    ]
    lines += _waves(spec)
    if spec.occasions:
        lines += [f"data$occasion <- factor(data${'wave_place' if spec.wave else name_in_r(str(spec.time))})"]
    return lines


def name_in_r(name: str) -> str:
    """A name as R reads it."""
    return name if _PLAIN.match(name) else "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def plain_in_r(name: str) -> str:
    """A name that R takes without backticks, made of another."""
    made = re.sub(r"[^A-Za-z0-9._]", "_", name)
    return made if _PLAIN.match(made) else f"x_{made}"


def _renamed(spec: Spec) -> tuple[Spec, dict[str, str]]:
    """The model with plain names of columns, and which name each had."""
    new: dict[str, str] = {}
    for name in spec.columns:
        if not _PLAIN.match(name):
            new[name] = free_name(plain_in_r(name), {*spec.columns, *new.values()})
    if not new:
        return spec, new

    def one(name: Any) -> Any:
        return new.get(name, name)

    effects = tuple(
        replace(effect, basis=one(effect.basis), factors=tuple((one(name), level) for name, level in effect.factors))
        for effect in spec.effects
    )
    of = {name: one(getattr(spec.residual, name)) for name in ("by", "of") if getattr(spec.residual, name, None)}
    named = {name: one(getattr(spec, name)) for name in ("outcome", "id", "time", "group", "wave")}
    random = tuple(tuple(map(one, block)) for block in spec.random)
    levels = {one(name): found for name, found in spec.levels.items()}
    residual = replace(spec.residual, **of) if of else spec.residual
    above = tuple(
        replace(unit, column=one(unit.column), within=tuple(map(one, unit.within)),
                random=tuple(tuple(map(one, block)) for block in unit.random))
        for unit in spec.above
    )  # fmt: skip
    return replace(spec, effects=effects, random=random, above=above, levels=levels, residual=residual, **named), new


def _text(value: Any) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _factor(column: str, levels: list[Any]) -> str:
    return f"data${name_in_r(column)} <- factor(data${name_in_r(column)}, levels = c({', '.join(map(_text, levels))}))"


def _expression(variable: Variable, spec: Spec) -> str:
    time, numbers = f"data${name_in_r(str(spec.time))}", [number_text(value) for value in variable.numbers]
    if variable.kind == "power":
        away = f"({time} - {numbers[0]})" if variable.numbers[0] else time
        return away if numbers[1] == "1" else f"{away}^{numbers[1]}"
    if variable.kind == "log":
        return f"log(({time} - {numbers[0]} + {numbers[1]}) / {numbers[1]})"
    if variable.kind == "jump":
        return f"({time} >= {numbers[0]}) - {numbers[1]}"
    low, high, start = variable.numbers
    inside = time if low == -float("inf") else f"pmax({time}, {number_text(low)})"
    inside = inside if high == float("inf") else f"pmin({inside}, {number_text(high)})"
    return f"{inside} - {number_text(start)}"


def fixed_part(spec: Spec) -> str:
    """The fixed part of the formula."""
    if spec.occasions:
        groups = [["occasion"] * own + [*map(name_in_r, columns)] for own, columns in spec.at_occasions]
        return " + ".join(["0", *map(":".join, groups)])
    products = [":".join(map(name_in_r, filter(None, [basis, *columns]))) for basis, columns in spec.products]
    constant = [] if "" in products else ["0"]
    return " + ".join([*constant, *(product or "1" for product in products)])


def _random(block: tuple[str, ...], indicator: str) -> str:
    """A block of random effects; those of a group are products with the variable that is 1 in it."""
    names = [name_in_r(name) for name in block if name]
    if indicator:
        return " + ".join(["0", *([indicator] if "" in block else []), *(f"{indicator}:{name}" for name in names)])
    return " + ".join((["1"] if "" in block else ["0"]) + names)


def _blocks(spec: Spec) -> list[str]:
    return [_random(block, "" if place is None else spec.indicators[place]) for place, block in spec.blocks]


def random_parts(spec: Spec) -> list[str]:
    """The random terms of the formula."""
    own = [f"({block} | {name_in_r(spec.id)})" for block in _blocks(spec)]
    return own + [f"({_random(block, '')} | {unit_in_r(one)})" for one in spec.above for block in one.random]


def unit_in_r(one: Upper) -> str:
    """The units of a level, told apart by those that hold them where they need to be."""
    return ":".join(map(name_in_r, (one.column, *one.within)))


def _lmer(spec: Spec) -> str:
    formula = f"{name_in_r(spec.outcome)} ~ {' + '.join([fixed_part(spec), *random_parts(spec)])}"
    return f"fit <- lmer({formula}, data, REML = {_true(spec.method == 'reml')})"


def _nlme(spec: Spec) -> str:
    """lme with random effects, gls without."""
    options = [f"{name_in_r(spec.outcome)} ~ {fixed_part(spec)}", "data = data"]
    groups = {one.column: [_random(block, "") for block in one.random] for one in reversed(spec.above)}
    groups |= {spec.id: _blocks(spec)} if spec.random else {}
    if groups:
        parts = ", ".join(f"{name_in_r(unit)} = {_matrices(blocks)}" for unit, blocks in groups.items())
        options.append(f"random = list({parts})")
    options += [f"{name} = {value}" for name, value in _residual(spec).items()]
    options.append(f'method = "{spec.method.upper()}"')
    control = "lmeControl" if groups else "glsControl"
    options.append(f"control = {control}(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10)")
    return f"fit <- {'lme' if groups else 'gls'}(" + ",\n           ".join(options) + ")"


def _matrices(blocks: list[str]) -> str:
    """The covariance matrices of a level's random effects, one for each block."""
    parts = ", ".join(f"pdSymm(~ {block})" for block in blocks)
    return parts if len(blocks) == 1 else f"pdBlocked(list({parts}))"


def _waves(spec: Spec) -> list[str]:
    """The place of each planned occasion, where residuals count them."""
    if not counts_waves(spec):
        return []
    column = f"data${name_in_r(str(spec.wave or spec.time))}"
    order = f"c({', '.join(map(_text, spec.waves))})" if spec.waves else f"sort(unique({column}))"
    return [f"data$wave_place <- match({column}, {order})"]


def _residual(spec: Spec) -> dict[str, str]:
    """nlme's correlation= and weights=."""
    if independent(spec):
        return {}
    one = spec.residual
    person = "/".join(name_in_r(name) for name in (*(unit.column for unit in reversed(spec.above)), spec.id))
    if one.by is not None:
        raise refused("nlme has no residual structure with parameters by group", 'code("sas") has GROUP=')
    by_wave, place, when = "varIdent(form = ~ 1 | wave_place)", f"~ wave_place | {person}", f"~ {spec.time} | {person}"
    when = when.replace(str(spec.time), name_in_r(str(spec.time)), 1)
    nugget = ", nugget = TRUE" if getattr(one, "nugget", False) else ""
    of = name_in_r(str(getattr(one, "of", None) or spec.time))
    known: dict[str, dict[str, str]] = {
        "het": {"weights": by_wave if not getattr(one, "of", None) else f"varIdent(form = ~ 1 | {of})"},
        "cs": {"correlation": f"corCompSymm(form = ~ 1 | {person})"},
        "csh": {"correlation": f"corCompSymm(form = ~ 1 | {person})", "weights": by_wave},
        "ar1": {"correlation": f"corAR1(form = {place})"},
        "arh1": {"correlation": f"corAR1(form = {place})", "weights": by_wave},
        "arma11": {"correlation": f"corARMA(form = {place}, p = 1, q = 1)"},
        "un": {"correlation": f"corSymm(form = {place})", "weights": by_wave},
        "car1": {"correlation": f"corCAR1(form = {when})"},
        "exp": {"correlation": f"corExp(form = {when}{nugget})"},
        "gau": {"correlation": f"corGaus(form = {when}{nugget})"},
        "exp-variance": {"weights": f"varExp(form = ~ {of})"},
        "power-variance": {"weights": f"varPower(form = ~ {of})"},
    }
    if one.name not in known or (one.name == "car1" and nugget):
        raise refused(f"nlme has no residual structure {one.name!r}", 'code("sas") may have it')
    return known[one.name]


def _true(value: bool) -> str:
    return "TRUE" if value else "FALSE"
