"""The sampling design of a saved fit: what was said, what it came to, and what it must hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, replace
from typing import Any

import numpy as np

from growthcurves.data.absent import PEOPLE, Absent
from growthcurves.data.frame import as_frame
from growthcurves.fitted import FittedModel
from growthcurves.model.survey.design import SCALES, SINGLE, SurveyDesign
from growthcurves.model.survey.replicates import REPLICATED, ReplicateWeights
from growthcurves.model.survey.weighing import Weighing, WeightColumn
from growthcurves.storage.kinds import (
    array,
    count,
    each,
    either,
    mapping,
    maybe,
    number,
    one_of,
    record,
    row,
    table,
    text,
)

#: What single persons of a sample are.
_BY_PERSON = ("persons", "units", "sampled", "strata", "replicates", "whole")

DESIGN = record(
    said=record(
        weights=maybe(either(text, mapping(text))),
        strata=maybe(text),
        psu=maybe(text),
        replicates=maybe(
            row(either(text, each(text)), one_of(*REPLICATED), maybe(number), maybe(each(number)), maybe(text))
        ),
        scale=one_of(*SCALES),
        single=one_of(*SINGLE),
    ),
    columns=each(row(text, text, number, number, number, text)),
    unit=number,
    sizes=array(1, "iu"),
    factors=maybe(array(1)),
    rank=maybe(count),
    empty=count,
    of=count,
    spread=maybe(array(2)),
    rows=maybe(array(1)),
    people=maybe(
        record(
            persons=array(1),
            units=each(array(1)),
            sampled=array(1, "iu"),
            strata=array(1, "iu"),
            replicates=maybe(array(2)),
            whole=table,
        )
    ),
)


def design_values(fit: FittedModel, rows: bool, people: bool) -> dict[str, Any] | None:
    """What a fit's design came to as plain values; None without a design."""
    one = fit.weighing
    if one is None:
        return None
    return {
        "said": said_values(one.design),
        "columns": tuple(astuple(column) for column in one.columns),
        "unit": one.unit,
        "sizes": np.asarray(one.stratum_sizes),
        "factors": one.factors,
        "rank": one.rank,
        "empty": one.empty,
        "of": one.of,
        "spread": None if people else getattr(fit.estimates, "spread", None),
        "rows": one.rows if rows else None,
        "people": _people_values(fit, one) if people or rows else None,
    }


def _people_values(fit: FittedModel, one: Weighing) -> dict[str, Any]:
    highest = list(fit.model.above)[-1] if fit.model.above else fit.model.id
    named = dict.fromkeys(name for name in (one.design.psu or highest, one.design.strata) if name is not None)
    whole = as_frame(one.whole)[list(named)].drop_duplicates().reset_index(drop=True)
    return {**{name: getattr(one, name) for name in _BY_PERSON}, "whole": whole}


def design_columns(design: SurveyDesign, known: Sequence[str]) -> tuple[str, ...]:
    """All columns of a table that a design reads."""
    of_replicates = () if design.replicates is None else design.replicates.among(list(known))
    return (*design.columns, *of_replicates)


def said_values(design: SurveyDesign) -> dict[str, Any]:
    """A design as plain values."""
    weights, found = design.weights, design.replicates
    columns = None if found is None else found.columns if isinstance(found.columns, str) else tuple(found.columns)
    factors = None if found is None or found.factors is None else tuple(float(value) for value in found.factors)
    return {
        "weights": weights if weights is None or isinstance(weights, str) else dict(weights),
        "strata": design.strata,
        "psu": design.psu,
        "replicates": None if found is None else (columns, found.kind, found.fay, factors, found.of),
        "scale": design.scale,
        "single": design.single,
    }


def said_from(values: dict[str, Any]) -> SurveyDesign:
    """A design from such values."""
    replicates = values["replicates"]
    return SurveyDesign(**{**values, "replicates": None if replicates is None else ReplicateWeights(*replicates)})


def weighing_from(values: dict[str, Any] | None) -> Weighing | None:
    """What a design came to; None without one."""
    if values is None:
        return None
    nobody: Any = Absent.unsaved("its persons", PEOPLE)
    strata = np.repeat(np.arange(len(values["sizes"])), values["sizes"])
    people = values["people"] or {**dict.fromkeys(_BY_PERSON, nobody), "strata": strata}
    columns = tuple(WeightColumn(*column) for column in values["columns"])
    return Weighing(
        said_from(values["said"]), values["rows"], people["persons"], people["units"], nobody, values["unit"],
        people["sampled"], people["strata"], columns, people["whole"], people["replicates"], values["factors"],
        values["rank"], values["of"], True, values["empty"],
    )  # fmt: skip


def with_mass(weighing: Weighing, units: tuple[np.ndarray, ...]) -> Weighing:
    """The same with how many persons of the population each stands for; `units` are those of persons, by level."""
    if isinstance(weighing.persons, Absent):
        return weighing
    mass = weighing.persons
    for codes, weights in zip(units, weighing.units, strict=True):
        mass = mass * weights[codes]
    return replace(weighing, mass=mass)


def laws_of(values: dict[str, Any], persons: int, rows: int) -> Iterator[tuple[str, Any]]:
    """A design counts as many persons, rows and sampling units as there are."""
    one, people = values["design"], values["design"]["people"]
    yield "strata of its design", len(one["sizes"]) and (one["sizes"] > 0).all() and one["unit"] > 0
    yield "sampling units", 0 <= one["empty"] <= int(np.sum(one["sizes"])) - len(one["sizes"])
    yield "replicate weights", (one["factors"] is None) == (one["said"]["replicates"] is None)
    yield "errors by its design", people is not None or one["spread"] is not None
    if one["rows"] is not None:
        yield "weights of rows", len(one["rows"]) == rows and (one["rows"] >= 0).all()
    if people is None:
        return
    count = len(people["strata"])
    yield "weights of persons", len(people["persons"]) == persons and (people["persons"] > 0).all()
    yield "weights of units", all((weights > 0).all() for weights in people["units"])
    yield "sampling units", len(people["sampled"]) == persons and people["sampled"].min() >= 0
    yield "sampling units", people["sampled"].max() < count
    yield "strata of its design", np.array_equal(np.bincount(people["strata"]), one["sizes"])
    if people["replicates"] is not None:
        sizes = (persons, *map(len, people["units"]))
        yield "replicate weights", one["of"] < len(sizes)
        yield "replicate weights", people["replicates"].shape == (len(one["factors"]), sizes[one["of"]])
