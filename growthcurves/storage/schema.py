"""What a saved fit holds, field by field, and what must hold between its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from growthcurves.contracts.note import NoteKind
from growthcurves.data.reasons import STANDINGS
from growthcurves.engine.build import Terms
from growthcurves.errors import DataError
from growthcurves.model.formula.left import computed_side
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.recipe import model_columns
from growthcurves.model.survey.design import ROWS
from growthcurves.storage.columns import COLUMNS
from growthcurves.storage.designs import DESIGN, laws_of
from growthcurves.storage.kept import NOT_ALWAYS
from growthcurves.storage.kinds import (
    array,
    count,
    distance,
    each,
    either,
    flag,
    mapping,
    maybe,
    number,
    one_of,
    option,
    place,
    plain,
    record,
    row,
    scalar,
    table,
    text,
)
from growthcurves.storage.models import PLAIN
from growthcurves.version import DISTRIBUTION

Laws = Iterator[tuple[str, Any]]

_COLUMNS = record(
    names=each(text),
    used=each(text),
    levels=mapping(each(scalar, list)),
    formula=text,
    terms=each(place),
    parts=each(each(row(text, scalar))),
    categorical=each(count),
    states=each(plain),
)
#: The units above persons (or cells), by level, and what the units are called.
_UNITS = (each(array(1, "iu")), each(each(scalar)))
_NESTING = either(row(*_UNITS), row(*_UNITS, maybe(each(array(1)))))
_PEOPLE = record(
    gram=array(2), weights=array(2), row_centre=array(1), weight_centre=array(1), nesting=maybe(_NESTING),
    stands=maybe(array(1)),
)  # fmt: skip
#: A shape, a residual structure or a family: the name of its class, and its options.
_PART = row(text, mapping(option), holder=list)
_FACE = {"rotation": array(2), "free": each(row(count, count)), "theta": array(1)}
#: What a likelihood that is fitted from rows is saved as.
_GENERAL = record(
    likelihood=text,
    own=mapping(option),
    beta=array(1),
    **_FACE,
    log_scale=number,
    others=array(1),
    scaled=flag,
    lowest=number,
    verdict=row(flag, flag, flag, distance, array(2)),
)
_ROLES = {"id": text, "time": maybe(text), "outcome": text, "wave": maybe(text)}

#: First, last and middle time, and the waves; later versions say beside them how long enough persons were followed.
_TIMES = (number, number, number, each(number))

FIT = record(
    model=record(
        **{
            **dict.fromkeys(PLAIN, scalar),
            **_ROLES,
            "time_varying": maybe(text),
            "offset": maybe(text),
            "trials": maybe(text),
            "exposure": maybe(text),
            "computed": flag,
            "shape": _PART,
            "predictors": either(text, mapping(text)),
            "reference": mapping(scalar),
            "random": each(each(text)),
            "levels": mapping(row(each(each(text)), flag)),
            "residual": either(text, _PART),
            "family": maybe(_PART),
        }
    ),
    method=one_of("reml", "ml"),
    made=row(text, each(row(text, text)), text, each(row(text, count))),
    notes=each(row(one_of(*(kind.value for kind in NoteKind)), text)),
    panel=record(
        **_ROLES,
        time_unit=maybe(text),
        outcome_unit=maybe(text),
        since=scalar,
        where=maybe(text),
        limits=maybe(row(maybe(number), maybe(number))),
        entry=maybe(text),
        status=maybe(mapping(maybe(either(text, mapping(maybe(text)))))),
        ranges=mapping(row(number, number)),
        columns=maybe(COLUMNS),
        rows=count,
        sizes=array(1, "iu"),
        labels=maybe(table),
        facts=maybe(either(row(*_TIMES), row(*_TIMES, maybe(number), maybe(count), maybe(number)))),
        reasons=each(row(text, count)),
        clock=maybe(record(derived=flag, firsts=maybe(table))),
        table=maybe(table),
        person_table=maybe(table),
        last=maybe(array(1, "f")),
        kept=maybe(
            record(
                summary=record(
                    persons=count, occasions=count, occasions_min=count, occasions_median=number, occasions_max=count,
                    single_occasion=count, schedules=maybe(count), time_min=maybe(number), time_max=maybe(number),
                    spacing=maybe(number), repeated=maybe(count), outcome_mean=number,
                    **dict.fromkeys(NOT_ALWAYS, maybe(number)), counted=text, weights=text, ways=mapping(count),
                ),
                seen=maybe(
                    record(
                        name=text, waves=each(scalar), times=maybe(array(1, "f")),
                        standing=array(2, "iu"), persons=array(1, "iu"), rows=array(1, "iu"), columns=table,
                        left_out=each(row(text, count, count)), no_waves=maybe(row(text, text)), explained=flag,
                        notes=each(text),
                    )
                ),
            )
        ),
    ),
    bound=record(
        predictors=mapping(_COLUMNS),
        covariates=_COLUMNS,
        covariate_means=each(number),
        random=each(each(text)),
        random_units=each(row(text, count)),
        varying=each(_COLUMNS),
        moved=each(each(number)),
        middle=number,
        growth_rows=each(count),
        names=each(text),
        growth_terms=mapping(each(row(count, count), list)),
        held=each(count),
        weights=maybe(each(array(1))),
        shape_values=maybe(array(2)),
        random_weights=maybe(array(2)),
    ),
    moments=record(
        terms=row(
            each(row(count, count)), each(count), each(each(count)), each(each(row(count, number))), each(number), flag,
            each(row(text, count)),
        ),
        total=array(2),
        rows=number,
        persons=number,
        row_centre=array(1),
        weight_centre=array(1),
        counted=maybe(row(count, count)),
        shared=maybe(row(array(1), array(1), array(3), array(5))),
        cells=maybe(row(array(1, "iu"), array(1), array(3), _NESTING)),
        own=maybe(_PEOPLE),
        one_by_one=flag,
    ),
    people=maybe(_PEOPLE),
    design=maybe(DESIGN),
    optimum=either(record(**_FACE, evaluations=count), _GENERAL),
)


def completed(values: Any) -> Any:
    """Values of a file of an earlier version with the fields that it did not know."""
    if not isinstance(values, dict) or not isinstance(values.get("moments"), dict):
        return values
    inside = {"counted": None, **values["moments"], "own": _with_stands(values["moments"].get("own"))}
    panel, people = _with(values.get("panel"), columns=None, kept=None, last=None), _with_stands(values.get("people"))
    return {"design": None, **values, "moments": inside, "people": people, "panel": panel}


def _with_stands(people: Any) -> Any:
    return _with(people, stands=None)


def _with(values: Any, **fields: Any) -> Any:
    return {**fields, **values} if isinstance(values, dict) else values


def refuse_other_kinds(values: Any) -> None:
    """Refuse values of which one is not of its kind.

    Raises
    ------
    DataError
        The field is named.
    """
    wrong = FIT(values, "")
    if wrong or not isinstance(values, dict):
        raise DataError(f"the field {wrong!r} is not what it must be")


def refuse_contradictions(values: dict[str, Any], model: GrowthModel, terms: Terms) -> None:
    """Refuse values that do not fit together.

    Raises
    ------
    DataError
        What does not hold is said.
    """
    if DISTRIBUTION not in dict(values["made"][1]):
        raise DataError("it does not say which version made it")
    of_design = () if values["design"] is None else laws_of(values, *_seen(values))
    parts = (_positions(values, terms), _of_rows(values, terms), _sums(values, terms), _names(values, model, terms))
    for laws in (*parts, of_design, _persons(values), _columns_of_rows(values["panel"]["table"], model)):
        for law, holds in laws:
            if not holds:
                raise DataError(f"its values do not fit together: {law}")


def _positions(values: dict[str, Any], terms: Terms) -> Laws:
    """Every position lies within what it points into."""
    sums, found = values["moments"], values["optimum"]
    stored, weights, q = len(sums["row_centre"]) - 2, len(sums["weight_centre"]) - 1, len(terms.z)
    rows = len(terms.made)
    yield "centres of columns", stored >= 0 and weights >= 0
    yield "columns of the fixed part", terms.x and all(k < rows and w <= weights for k, w in terms.x)
    yield "columns of the fixed part", len(set(terms.x)) == len(terms.x)
    yield "columns of the random part", all(k < rows for k in terms.z)
    yield "columns of the random part", all(_different(terms.z[here]) for here in terms.places.values())
    yield "columns of the random part", sum(count for _, count in terms.levels) in (q, 0)
    yield "row columns", terms.made and all(made and all(g <= stored for g, _ in made) for made in terms.made)
    yield "units of columns", len(terms.units) == stored and all(0 < unit < np.inf for unit in terms.units)
    yield "blocks of random effects", sorted(i for block in terms.blocks for i in block) == list(range(q))
    block_of = {i: number for number, block in enumerate(terms.blocks) for i in block}
    free = found["free"]
    yield "free parameters", all(i < q and j <= i and block_of[i] == block_of[j] for i, j in free)
    yield "free parameters", len(set(free)) == len(free) == len(found["theta"])
    yield "rotation", found["rotation"].shape == (q, q)
    yield "rotation", np.allclose(found["rotation"] @ found["rotation"].T, np.eye(q), atol=1e-6)


def _different(columns: tuple[int, ...]) -> bool:
    return len(set(columns)) == len(columns)


def _of_rows(values: dict[str, Any], terms: Terms) -> Laws:
    """A likelihood that is fitted from rows has them, and parameters for its columns."""
    found = values["optimum"]
    if "likelihood" in found:
        yield "rows that its likelihood needs", values["panel"]["table"] is not None
        yield "fixed effects", len(found["beta"]) <= len(terms.x)
        yield "directions without variance", len(found["verdict"][-1]) == len(terms.z)


def _seen(values: dict[str, Any]) -> tuple[int, int]:
    """How many persons and rows were seen, whatever they stand for."""
    sums = values["moments"]
    rows, persons = sums["counted"] or (sums["rows"], sums["persons"])
    return persons, rows


def _same(one: Any, other: Any) -> bool:
    """Whether two counts are the same; sums of weights but for rounding."""
    return bool(np.isclose(one, other, rtol=1e-9, atol=0.0))


def _mass(stands: np.ndarray | None, nesting: Any) -> Any:
    """How many of the population each person or cell stands for; 1 where each counts once."""
    units, _, *above = nesting or ((), ())
    mass: Any = 1.0 if stands is None else stands
    for codes, weights in zip(units, (above[0] if above else None) or (), strict=False):
        mass = mass * weights[codes]
    return mass


def _sums(values: dict[str, Any], terms: Terms) -> Laws:
    """Sums have the shapes that the terms ask for, are positive, and count the same rows and persons."""
    sums = values["moments"]
    width, q = len(terms.x_closed) + 1, len(terms.z_closed)
    persons, rows = _seen(values)
    yield "rows and persons", isinstance(rows, int) and isinstance(persons, int) and rows >= persons >= 1
    yield "rows and persons", min(sums["rows"], sums["persons"]) > 0
    yield "sampling weights", (sums["counted"] is None) == (values["design"] is None)
    yield "sums of squares", sums["total"].shape == (width, width) and positive(sums["total"])
    yield "sums of squares and rows", np.isclose(sums["total"][0, 0], sums["rows"])
    if sums["shared"] is not None:
        counts, lengths, G, T = sums["shared"]
        yield "schedules", len(counts) and lengths.shape == counts.shape and G.shape == (len(counts), q, q)
        yield "schedules", T.shape == (len(counts), q, width, q, width)
        yield "schedules", (counts > 0).all() and (lengths > 0).all() and _same(counts.sum(), sums["persons"])
        yield "schedules and rows", _same((counts * lengths).sum(), sums["rows"]) and all(map(positive, G))
        yield "schedules", all(positive(part.reshape(q * width, q * width)) for part in T)
    yield from _nested(values, terms)
    yield "schedules and persons", (sums["shared"] is None) == sums["one_by_one"]
    for people in (values["people"], sums["own"]):
        if people is not None:
            yield from _person_sums(people, sums, persons, _of_whole_rows(values))
    yield "persons kept one by one", not sums["one_by_one"] or (values["people"] or sums["own"]) is not None


def _nested(values: dict[str, Any], terms: Terms) -> Laws:
    """Units above persons are there where the model has them, and every person and cell lies in one."""
    sums, levels = values["moments"], max(len(terms.levels) - 1, 0)
    if any(crossed for _, crossed in values["model"]["levels"].values()):
        yield "rows of crossed units", values["panel"]["table"] is not None
        levels = 0
    if sums["cells"] is not None:
        schedule, counts, C, nesting = sums["cells"]
        there = sums["shared"] is not None and len(schedule) == len(counts) == len(C) > 0
        yield "cells", there and C.shape[1:] == (len(terms.z_closed), len(terms.x_closed) + 1)
        yield "cells", (schedule >= 0).all() and (counts > 0).all() and schedule.max() < len(sums["shared"][0])
        per = np.bincount(schedule, weights=counts * _mass(None, nesting), minlength=len(sums["shared"][0]))
        yield "cells and schedules", np.allclose(per, sums["shared"][0], rtol=1e-9, atol=0.0)
        yield from _units(nesting, levels, len(schedule))
    yield "cells", (sums["cells"] is not None) == (levels > 0 and sums["shared"] is not None)
    for people in (values["people"], sums["own"]):
        if people is not None:
            yield "units of persons", (people["nesting"] is not None) == (levels > 0)
            if people["nesting"] is not None:
                yield from _units(people["nesting"], levels, people["gram"].shape[1])


def _units(nesting: Any, levels: int, count: int) -> Laws:
    units, labels, *above = nesting
    yield "units above persons", len(units) == len(labels) == levels
    for codes, names in zip(units, labels, strict=True):
        yield "units above persons", len(codes) == count and set(codes.tolist()) == set(range(len(names)))
    for weights, names in zip(above[0], labels, strict=False) if any(above) else ():
        yield "weights of units above persons", len(weights) == len(names) and (weights > 0).all()


def _of_whole_rows(values: dict[str, Any]) -> bool:
    """Whether rows count once each."""
    design = values["design"]
    return design is None or all(unit != ROWS for unit, *_ in design["columns"])


def _person_sums(people: dict[str, Any], sums: dict[str, Any], persons: int, whole: bool) -> Laws:
    wide = len(sums["row_centre"])
    yield "persons' sums", people["gram"].shape == (wide * (wide + 1) // 2, persons)
    yield "persons' weights", people["weights"].shape == (len(sums["weight_centre"]) - 1, persons)
    for name in ("row_centre", "weight_centre"):
        yield "persons' centres", np.array_equal(people[name], sums[name])
    stands = people["stands"]
    yield "weights of persons", (stands is None) == (sums["counted"] is None)
    yield "weights of persons", stands is None or (len(stands) == persons and (stands > 0).all())
    mass = np.broadcast_to(_mass(stands, people["nesting"]), persons)
    yield "persons' occasions", (people["gram"][0] >= (1 if whole else 0)).all()
    yield "persons' occasions", _same(people["gram"][0] @ mass, sums["rows"])


def _names(values: dict[str, Any], model: GrowthModel, terms: Terms) -> Laws:
    """Every column has its name, and every growth parameter its columns."""
    bound, panel = values["bound"], values["panel"]
    parameters = list(model.parameters)
    yield "roles of columns", all(getattr(model, name) == panel[name] for name in ("id", "time", "outcome"))
    yield "names of fixed effects", len(set(bound["names"])) == len(bound["names"]) == len(terms.x)
    part = RandomPart(bound["random"], units=bound["random_units"])
    yield "units above persons", part.units == terms.levels and tuple(model.above) == tuple(
        unit for unit, _ in part.units[1:]
    )
    yield "random effects", part.positions == terms.blocks and len(set(part.names)) == len(terms.z)
    yield "random effects", part == model.random.stacked(model.above) or bool(bound["varying"])
    yield "growth parameters", list(bound["predictors"]) == list(bound["growth_terms"]) == parameters
    yield "growth parameters", len(bound["growth_rows"]) == len(parameters)
    for name, k in zip(parameters, bound["growth_rows"], strict=True):
        columns, made = bound["predictors"][name], bound["growth_terms"][name]
        yield f"terms of the {name}", len(made) == len(columns["names"])
        yield f"terms of the {name}", all(j < len(terms.x) and terms.x[j] == (k, w) for j, w in made)
    yield "levels of predictors", len(bound["held"]) == len({w for _, w in terms.x} - {0})
    yield "levels of predictors", all(level <= len(model.above) for level in bound["held"])
    for columns in (*bound["predictors"].values(), bound["covariates"], *bound["varying"]):
        sizes = {len(columns[name]) for name in ("names", "terms", "parts")}
        yield "columns of a formula", len(sizes) == 1
        yield "levels of predictors", set(columns["levels"]) <= set(columns["used"]) and all(columns["levels"].values())
    yield "random effects", len(bound["moved"]) == sum(len(columns["names"]) for columns in bound["varying"])
    yield "random effects", all(len(moves) in (0, len(parameters)) for moves in bound["moved"])
    yield "covariates", len(bound["covariate_means"]) == len(bound["covariates"]["names"])
    yield "time", (panel["facts"] is None) == (panel["clock"] is None) == (model.time is None)


def _persons(values: dict[str, Any]) -> Laws:
    """As many persons, weights and rows as were counted."""
    sums, panel, bound, people = (values[name] for name in ("moments", "panel", "bound", "people"))
    (persons, rows), sizes = _seen(values), panel["sizes"]
    yield "rows", panel["rows"] == rows == sizes.sum() and (sizes >= 1).all() and len(sizes) == persons
    yield from _remembered(panel)
    if panel["facts"] is not None:
        first, last, middle, waves, *others = panel["facts"]
        reached, reaching, mean = others or (None, None, None)
        yield "times", first <= bound["middle"] <= last
        yield "times", first <= middle <= last and waves and list(waves) == sorted(set(waves))
        yield "times", first <= waves[0] and waves[-1] <= last
        yield "times", all(time is None or first <= time <= last for time in (reached, mean))
        yield "times", reaching is None or 0 < reaching <= persons
    kept = {part is not None for part in (panel["labels"], panel["person_table"], bound["weights"], people)}
    yield "persons that were kept", len(kept) == 1
    if panel["table"] is not None:
        yield "rows that were kept", len(panel["table"]) == rows
    yield from _kept(panel)
    yield "last times", panel["last"] is None or len(panel["last"]) == persons
    if people is None:
        return
    yield "persons", "id" in panel["labels"] and len(panel["labels"]) == persons and panel["labels"]["id"].is_unique
    yield "persons", panel["labels"]["id"].notna().all()
    yield "occasions of persons", not _of_whole_rows(values) or np.array_equal(sizes, people["gram"][0])
    yield "predictors of persons", not len(panel["person_table"].columns) or len(panel["person_table"]) == persons
    yield "weights", len(bound["weights"]) == len(people["weights"])
    for weight, row_, centre in zip(bound["weights"], people["weights"], people["weight_centre"][1:], strict=True):
        yield "weights", weight.shape == row_.shape and np.allclose(weight, row_ + centre, rtol=1e-9, atol=1e-9)
    if bound["shape_values"] is not None:
        yield "person-level columns of the shape", len(bound["shape_values"]) == persons
    if bound["random_weights"] is not None:
        shape = (persons, sum(map(bool, bound["moved"])))
        yield "person-level columns of random effects", bound["random_weights"].shape == shape


def _remembered(panel: dict[str, Any]) -> Laws:
    """Means lie between the ends of their column, and columns of persons are those that are kept."""
    columns, table = panel["columns"], panel["person_table"]
    if columns is None:
        return
    for low, high, *means in columns["numbers"].values():
        yield "means of columns", all(mean is None or low <= mean <= high or _same(low, high) for mean in means)
    yield "means of columns", all(
        (one[-1] is not None) == (name in columns["of_persons"]) for name, one in columns["numbers"].items()
    )
    yield "columns of persons", table is None or set(columns["of_persons"]) == set(table)
    times = columns["times"]
    yield "times", times is None or list(times) == sorted(set(times))


def _kept(panel: dict[str, Any]) -> Laws:
    """What was counted of rows that are not kept is of as many persons and rows."""
    if panel["kept"] is None:
        return
    summary, seen = panel["kept"]["summary"], panel["kept"]["seen"]
    persons = len(panel["sizes"])
    yield "description", (summary["persons"], summary["occasions"]) == (persons, panel["rows"])
    if seen is None:
        return
    kinds, waves = len(seen["persons"]), len(seen["waves"])
    yield "who was seen when", seen["standing"].shape == (kinds, waves) and len(seen["rows"]) == kinds
    yield "who was seen when", not len(seen["columns"].columns) or len(seen["columns"]) == kinds
    yield "who was seen when", bool(((seen["standing"] >= 0) & (seen["standing"] < len(STANDINGS))).all())
    yield "who was seen when", seen["times"] is None or len(seen["times"]) == waves
    yield "who was seen when", bool((seen["persons"] > 0).all() and (seen["rows"] >= 0).all())
    there = seen["rows"] > 0
    yield "who was seen when", (seen["persons"][there].sum(), seen["rows"].sum()) == (persons, panel["rows"])


def _columns_of_rows(table: Any, model: GrowthModel) -> Laws:
    """Rows that were kept have every column that the model reads."""
    if table is not None:
        beside = computed_side(model.outcome).columns[1:] if model.computed else ()
        yield "columns of its rows", set(model_columns(model)).union(beside) <= set(table)


def positive(matrix: np.ndarray) -> bool:
    """Whether a matrix is symmetric and, but for rounding, has no negative eigenvalue."""
    scale = max(float(np.abs(np.diag(matrix)).max(initial=0.0)), 1e-300)
    if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-8 * scale):
        return False
    root = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scaled = matrix / np.outer(np.where(root > 0, root, np.sqrt(scale)), np.where(root > 0, root, np.sqrt(scale)))
    return not matrix.size or float(np.linalg.eigvalsh(scaled).min()) > -1e-6
