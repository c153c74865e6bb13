"""Weights that cannot be: refused with the unit and the column; and who has none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.data.checks import holds_numbers
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array, require_columns
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, brief, unknown
from growthcurves.model.covariance import residual_of
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.random import crosses
from growthcurves.model.survey.design import ROWS, SurveyDesign, by_unit
from growthcurves.numerics.distinct import numbered_within


def refuse_unweighable(model: GrowthModel, design: SurveyDesign) -> None:
    """Refuse models that have no weighted pseudo-likelihood here.

    Raises
    ------
    ModelError
    """
    if crosses(model.above):
        raise ModelError(
            "design= has no answer for crossed units: a pseudo-likelihood needs units that lie in one another."
        )
    if not isinstance(residual_of(model.residual), Independent):
        raise ModelError(
            f"design= takes independent residuals: residual={residual_of(model.residual).name!r} has no weighted "
            f"pseudo-likelihood here. Errors by the design do not rest on independence."
        )
    if design.replicates is not None:
        _refuse_whose(design.replicates.of, model)
    if model.likelihood_family is not None and ROWS in by_unit(design, model):
        raise ModelError("Weights of rows are of normal outcomes; those of a family take weights of persons.")


def _refuse_whose(of: str | None, model: GrowthModel) -> None:
    """Replicate weights of what is no unit, and of a model with several kinds of units where it is not said."""
    known = [model.id, *model.above]
    if of is not None and of not in known:
        raise ModelError(unknown("unit with replicate weights", of, known))
    if of is None and model.above:
        raise ModelError(
            f"With units above persons say whose weights the replicates are, gc.ReplicateWeights(..., "
            f"of={known[-1]!r}): a replicate of the product of weights does not say which part of it is whose."
        )


def without_zeros(design: SurveyDesign, model: GrowthModel, panel: Panel) -> Panel:
    """The panel without rows of weight zero, and persons whose own weight, or that of a unit that holds them, is zero.

    The design counts these persons.

    Raises
    ------
    ModelError
        For weights that are missing, negative, no numbers, or all zero, and for weights that vary within a unit.
    """
    columns = by_unit(design, model)
    require_columns(panel.data, list(design.columns))
    for unit, column in columns.items():
        checked(panel, model, unit, column)
    zero = np.zeros(len(panel.data), dtype=bool)
    for column in columns.values():
        zero |= raw_array(panel.data, column) == 0
    return panel.leave_out(zero, "weight of zero") if zero.any() else panel


def checked(panel: Panel, model: GrowthModel, unit: str, column: str) -> None:
    raw = panel.column(column)
    if not holds_numbers(raw):
        cell = _no_number(raw)
        raise ModelError(
            f"The weight {column!r} of {named_unit(panel, model, unit, cell)} is {brief(raw[cell])}: weights are "
            f"numbers."
        )
    values = pd.Series(raw).to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(values).all() and values.min() >= 0):
        for bad, what in ((np.isnan(values), "missing"), (values < 0, "negative"), (np.isinf(values), "infinite")):
            if bad.any():
                who = named_unit(panel, model, unit, int(bad.argmax()))
                raise ModelError(f"The weight {column!r} of {who} is {what}.")
    if not values.max() > 0:
        raise ModelError(f"All weights {column!r} of {_whose(model, unit)} are zero.")
    if unit == ROWS:
        persons = panel.persons
        empty = np.bincount(persons.codes, weights=values, minlength=persons.count) == 0
        if empty.any():
            raise ModelError(
                f"All rows of {model.id} {show_id(persons.labels[int(empty.argmax())])} have weights {column!r} of "
                f"zero: give the person a weight of zero, or leave the rows out with where=."
            )
        return
    row = varying_row(panel, column) if unit == model.id else _other_row(values, *_codes(panel, model, unit))
    if row is not None:
        codes, first = _codes(panel, model, unit)
        raise ModelError(
            f"The weight {column!r} varies within {named_unit(panel, model, unit, row)} "
            f"({values[first[codes[row]]]:g}, then {values[row]:g}): a weight of {_whose(model, unit)} is one number "
            f"for each."
        )


def _no_number(raw: np.ndarray) -> int:
    """The first cell that cannot be read as a number; the first where all can, as texts do."""
    cells = pd.Series(np.asarray(raw, dtype=object))
    unread = pd.to_numeric(cells, errors="coerce").isna() & cells.notna()
    return int(unread.to_numpy().argmax())


def refuse_replicates(names: Sequence[str], values: np.ndarray, weights: Mapping[str, str], panel: Panel) -> None:
    """Refuse replicate weights (R, N) of which one is the weight of the estimate itself, or that are all the same.

    Raises
    ------
    ModelError
    """
    first = panel.persons.first_rows
    for column in weights.values():
        own = panel.numbers(column)[first]
        zeroth = [name for name, row in zip(names, values, strict=True) if _is_zeroth(name) and (row == own).all()]
        found = [name for name in names if name == column] or zeroth
        if found:
            raise ModelError(
                f"The replicate weight {found[0]!r} is the weight of the estimate itself: name the columns of the "
                f"replicates in a list without it ({len(names)} were found, {names[0]!r} to {names[-1]!r})."
            )
    if (values == values[0]).all():
        raise ModelError(
            f"All {len(names)} replicate weights ({names[0]!r} to {names[-1]!r}) are the same for everybody in the "
            f"fit: they tell no variance."
        )


def _is_zeroth(name: str) -> bool:
    """Whether the number at the end of a name is zero."""
    number = re.search(r"\d+$", name)
    return number is not None and int(number.group()) == 0


def varying_row(panel: Panel, column: str) -> int | None:
    """A row in which a column differs from the first row of the same person."""
    person = PersonLevel(panel).varies_for(column)
    if person is None:
        return None
    rows, values = np.flatnonzero(panel.persons.codes == person), panel.column(column)
    return int(next(row for row in rows if values[row] != values[rows[0]]))


def _other_row(values: np.ndarray, codes: np.ndarray, first: np.ndarray) -> int | None:
    """The same within units above persons."""
    return first_difference(values, codes, first)


def _whose(model: GrowthModel, unit: str) -> str:
    return "rows" if unit == ROWS else f"{unit!r}"


def named_unit(panel: Panel, model: GrowthModel, unit: str, row: int) -> str:
    if unit == ROWS:
        person = show_id(panel.persons.labels[panel.persons.codes[row]])
        at = "" if panel.time is None else f" at {panel.time} {panel.times[row]:g}"
        return f"{model.id} {person}{at}"
    return f"{unit} {show_id(panel.column(unit)[row])}"


def _codes(panel: Panel, model: GrowthModel, unit: str) -> tuple[np.ndarray, np.ndarray]:
    """The unit of each row, units of one name in two units above being two, and each unit's first row."""
    persons = panel.persons
    if unit == model.id:
        return persons.codes, persons.first_rows
    above = list(model.above)
    labels = [np.asarray(panel.column(name)) for name in above]
    first, codes = numbered_within([pd.factorize(label)[0] for label in labels])[above.index(unit)]
    return codes, first
