"""SAS: PROC MIXED."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from growthcurves.model.survey.design import ROWS
from growthcurves.programs.spec import Spec, Upper, counts_waves, expression, independent, refused
from growthcurves.programs.weights import SCALED, Weights, one_block, require, told

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}\Z")
#: TYPE= of each structure; those over time name it.
_TYPES = {
    "cs": "cs", "csh": "csh", "ar1": "ar(1)", "arh1": "arh(1)", "arma11": "arma(1,1)", "toep": "toep", "toeph": "toeph",
    "adh": "ante(1)", "un": "un", "het": "un(1)", "exp": "sp(exp)", "car1": "sp(pow)", "gau": "sp(gau)",
}  # fmt: skip
#: DDFM= of each method that SAS has.
_DDFM = {
    "KenwardRoger": "kr", "ResidualDf": "residual", "BetweenWithin": "bw", "Containment": "contain", "NormalDf": "none",
}  # fmt: skip
_OVER_TIME = {"exp", "car1", "gau"}


def sas_code(spec: Spec, ddf: Any = None) -> str:
    """The model for PROC MIXED, reading data.csv; `ddf` is a method of degrees of freedom."""
    if spec.weights is not None:
        return glimmix_code(spec, name_in_sas(spec.outcome), "dist=normal", "laplace", noint(spec))
    ddfm = _DDFM.get(type(ddf).__name__, "satterthwaite")
    lines = [
        *prepared(spec),
        f"proc mixed data=data method={spec.method} covtest;",
        f"  class {' '.join(classes(spec))};",
        f"  model {name_in_sas(spec.outcome)} = {fixed_part(spec)} / solution ddfm={ddfm}{noint(spec)};",
        *(_random_above(block, one, spec) for one in reversed(spec.above) for block in one.random),
        *(random_part(block, spec) for block in spec.random),
        *_repeated(spec),
        "run;",
    ]
    return "\n".join(lines)


def glimmix_code(
    spec: Spec, outcome: str, family: str, method: str, options: str, more: Sequence[str] = ()
) -> str:
    """A weighted model for PROC GLIMMIX, whose integral is exact by Laplace where outcomes are normal."""
    found = require(spec, "PROC GLIMMIX")
    one_block(spec, "PROC GLIMMIX")
    if found.psu not in (None, found.highest):
        raise refused("PROC GLIMMIX takes the largest subjects as sampling units", "leave psu= out to compare")
    rows = name_in_sas(found.name(ROWS) or "weight_of_one")
    made = [*more, *([] if found.name(ROWS) else ["  weight_of_one = 1;"])]
    above = [_random_above(block, one, spec) for one in reversed(spec.above) for block in one.random]
    lines = [
        *prepared(spec, made),
        *_scaling(found),
        f"/* {told(found)}, without n / (n - 1) */",
        f"proc glimmix data=data method={method} empirical=classical;",
        f"  class {' '.join(classes(spec))};",
        f"  model {outcome} = {fixed_part(spec)} / {family} solution ddfm=none{options} obsweight={rows};",
        *(line.replace(" g;", ";") for line in above),
        *(random_part(block, spec, "") for block in spec.random),
        "run;",
    ]
    return "\n".join(lines)


def _scaling(found: Weights) -> list[str]:
    """Conditional weights scaled within the unit that holds them, each unit counted once."""
    lines = []
    for unit, (column, holder) in found.scaled.items():
        w, whom, one = name_in_sas(column), name_in_sas(holder), "1" if unit == ROWS else "weight_once"
        if unit != ROWS:
            lines += [
                f"proc sort data=data; by {whom} {name_in_sas(unit)}; run;",
                f"data data; set data; by {whom} {name_in_sas(unit)}; {one} = first.{name_in_sas(unit)}; run;",
            ]
        sums = f"sum({w} * {one})"
        factor = f"sum({one}) / {sums}" if found.scale == "size" else f"{sums} / sum({w}**2 * {one})"
        made = f"{w} * {factor} as {name_in_sas(f'{column}{SCALED}')}"
        lines.append(f"proc sql; create table data as select *, {made} from data group by {whom}; quit;")
    return lines


def _weight(spec: Spec, unit: str) -> str:
    name = None if spec.weights is None else spec.weights.name(unit)
    return "" if name is None else f" weight={name_in_sas(name)}"


def prepared(spec: Spec, more: Sequence[str] = ()) -> list[str]:
    """The data as the model needs them, with more lines of a data step."""
    lower = [column.lower() for column in spec.columns]
    for column in spec.columns:
        if lower.count(column.lower()) > 1:
            raise refused(f"SAS does not tell {column!r} from a column with other capitals", "rename one of them")
    time = name_in_sas(str(spec.time))
    prepare = [f"  {name_in_sas(one.name)} = {expression(one, time, '**', 'log')};" for one in spec.computed]
    if counts_waves(spec):
        prepare += _places(spec)
    if spec.occasions:
        prepare.append(f"  occasion = {'wave_place' if spec.wave else name_in_sas(str(spec.time))};")
    prepare += more
    return [
        "options validvarname=any;",
        'proc import datafile="data.csv" out=data dbms=csv replace; guessingrows=max; run;',
        *(["data data;", "  set data;", *prepare, "run;"] if prepare else []),
        f"proc sort data=data; by {name_in_sas(spec.id)} {name_in_sas(spec.time) if spec.time else ''}; run;",
    ]


def name_in_sas(name: str) -> str:
    """A name as SAS reads it."""
    return name if _PLAIN.match(name) else "'" + name.replace("'", "''") + "'n"


def classes(spec: Spec) -> list[str]:
    factors = [f"{name_in_sas(column)}(ref={_text(levels[0])})" for column, levels in spec.levels.items()]
    made = ["occasion"] * bool(spec.occasions) + ["wave_place"] * counts_waves(spec)
    group = getattr(spec.residual, "by", None)
    of = getattr(spec.residual, "of", None) if spec.residual.name == "het" else None
    more = [name for name in (group, of) if name and name not in spec.levels and name not in made]
    units = [name_in_sas(one.column) for one in reversed(spec.above)]
    return [*units, name_in_sas(spec.id), *factors, *made, *dict.fromkeys(name_in_sas(name) for name in more)]


def _text(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def fixed_part(spec: Spec) -> str:
    if spec.occasions:
        groups = [["occasion"] * own + [*map(name_in_sas, columns)] for own, columns in spec.at_occasions]
        return " ".join(map("*".join, groups))
    products = [[basis, *columns] if basis else [*columns] for basis, columns in spec.products]
    return " ".join("*".join(map(name_in_sas, product)) for product in products if product)


def noint(spec: Spec) -> str:
    return "" if ("", ()) in spec.products else " noint"


def random_part(block: tuple[str, ...], spec: Spec, shown: str = " g") -> str:
    group = "" if spec.group is None else f" group={name_in_sas(spec.group)}"
    subject = _subject(spec.id, [one for one in spec.above if not one.crossed])
    return _random(block, subject, f"{group}{_weight(spec, spec.id)}{shown}")


def _random_above(block: tuple[str, ...], one: Upper, spec: Spec) -> str:
    """What varies between units above persons."""
    subject = _subject(one.column, () if one.crossed else spec.above[spec.above.index(one) + 1 :])
    return _random(block, subject, f"{_weight(spec, one.column)} g")


def _subject(column: str, above: Sequence[Upper]) -> str:
    """Units within those that hold them, the largest first."""
    holding = " ".join(name_in_sas(one.column) for one in reversed(above))
    return name_in_sas(column) + (f"({holding})" if holding else "")


def _random(block: tuple[str, ...], subject: str, more: str) -> str:
    names = ["intercept" if not name else name_in_sas(name) for name in block]
    return f"  random {' '.join(names)} / subject={subject}{' type=un' if len(block) > 1 else ''}{more};"


def _places(spec: Spec) -> list[str]:
    """The planned occasion as a variable of its own: in the model time may be a number beside it."""
    column = name_in_sas(str(spec.wave or spec.time))
    if not spec.waves:
        return [f"  wave_place = {column};"]
    places = enumerate(spec.waves, start=1)
    return [f"  if {column} = {_text(wave)} then wave_place = {place};" for place, wave in places]


def _repeated(spec: Spec) -> list[str]:
    if independent(spec):
        return []
    one, subject = spec.residual, f"subject={name_in_sas(spec.id)}"
    group = f" group={name_in_sas(one.by)}" if one.by is not None else ""
    if one.name == "exp-variance":
        return [f"  repeated / {subject} local=exp({name_in_sas(one.of or str(spec.time))}){group};"]
    if one.name == "het" and one.of:
        if group:
            raise refused("SAS has one GROUP= only", "leave out by= of the residual structure")
        return [f"  repeated / {subject} group={name_in_sas(one.of)};"]
    if one.name not in _TYPES:
        raise refused(f"PROC MIXED has no residual structure {one.name!r}", "choose another one to compare")
    kind, local = _TYPES[one.name], " local" if getattr(one, "nugget", False) else ""
    if one.name in _OVER_TIME:
        return [f"  repeated / {subject} type={kind}({name_in_sas(str(spec.time))}){local}{group} r;"]
    return [f"  repeated {'wave_place ' * spec.residual.counts_waves}/ {subject} type={kind}{group} r;"]
