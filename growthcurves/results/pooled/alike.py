"""Whether fits are the same model of the same persons and occasions, as fits of imputed data sets are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id, source_of
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.covariance import residual_of
from growthcurves.model.recipe import model_columns
from growthcurves.results.pooled.designs import refuse_repeated, require_one_design, require_same_weights


def require_alike(fits: Sequence[FittedModel]) -> None:
    """Refuse fits that are not of one model, coding and set of rows.

    Raises
    ------
    ModelError
        With the first thing that differs, and in which fits.
    """
    for place, fit in enumerate(fits[1:], 2):
        require_one_design(fits[0], fit, place)
        _one_model(fits[0], fit, place)
        _one_coding(fits[0], fit, place)
        _same_rows(fits[0], fit, place)
        require_same_weights(fits[0], fit, place)
    refuse_repeated(fits)


def _one_model(first: FittedModel, fit: FittedModel, place: int) -> None:
    pairs = zip(_model_of(first), _model_of(fit), strict=True)
    for (word, one), (_, other) in pairs:
        if one != other:
            raise ModelError(
                f"pool() takes fits of one model: {word} {_said(one)} in {_which(first, 1)} and {_said(other)} in "
                f"{_which(fit, place)}."
            )


def _model_of(fit: FittedModel) -> Iterator[tuple[str, Any]]:
    """What makes a model, each with its words; the outcome may be another plausible value."""
    model = fit.model
    yield "the id is", model.id
    yield "time is", model.time
    yield "the shape is", model.growth_shape.name
    yield "the random effects are", fit.recipe.random.blocks
    yield "the levels above are", tuple(model.above)
    yield "the residual structure is", _name(residual_of(model.residual))
    yield "the family is", "normal" if model.family is None else _name(model.family)
    yield "the method is", fit.method


def _name(part: Any) -> str:
    by = getattr(part, "by", None) or getattr(part, "link", None)
    return f"{part.name} ({by})" if by else str(part.name)


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_said(one) if isinstance(one, tuple) else str(one) for one in value) or "none"
    return repr(value) if isinstance(value, str) else str(value)


def _one_coding(first: FittedModel, fit: FittedModel, place: int) -> None:
    for one, other in zip(_records(first), _records(fit), strict=False):
        for column in one.levels.keys() & other.levels.keys():
            if one.levels[column] != other.levels[column]:
                raise ModelError(
                    f"pool() takes fits of one coding: {column!r} has the levels {_said(tuple(one.levels[column]))} in "
                    f"{_which(first, 1)} and {_said(tuple(other.levels[column]))} in {_which(fit, place)}, in this "
                    f"order."
                )
        _same_learned(one, other, _which(fit, place))
    only = [term for term in (*first.terms, *fit.terms) if (term in first.terms) != (term in fit.terms)]
    if only:
        there = [_which(first, 1), _which(fit, place)]
        there = there if only[0] in first.terms else there[::-1]
        raise ModelError(
            f"pool() takes fits of one model and coding: {only[0]!r} is a fixed effect of {there[0]} and not of "
            f"{there[1]}."
        )
    if first.terms != fit.terms:
        raise ModelError(
            f"pool() takes fits of one model: the fixed effects of {_which(fit, place)} are in another order."
        )
    if _learned(first.recipe.shape) != _learned(fit.recipe.shape):
        raise ModelError(
            f"pool() takes fits of one coding: the shape of {_which(fit, place)} took another origin or other knots "
            f"from its times than that of fit 1; give origin= and knots= as numbers."
        )


def _records(fit: FittedModel) -> list[Columns]:
    return [*fit.recipe.predictors.values(), *fit.recipe.level_one]


def _same_learned(one: Columns, other: Columns, which: str) -> None:
    """Functions such as center() learn from the data: of imputed columns each time something else."""
    for factor, states in one.states.items():
        if _plain(states) != _plain(other.states.get(factor, {})):
            raise ModelError(
                f"pool() takes fits of one coding: {factor} took other numbers from the data in {which} than in "
                f"fit 1, as its column is imputed; write the number itself, such as I(x - 40)."
            )


def _plain(value: Any) -> Any:
    """States of functions as texts that are equal where they are, to twelve digits."""
    if isinstance(value, dict):
        return sorted((str(name), _plain(one)) for name, one in value.items())
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(one) for one in value]
    return f"{float(value):.12g}" if isinstance(value, (int, float, np.number)) else str(value)


def _learned(shape: Any) -> Any:
    return _plain(getattr(shape, "__dict__", {}))


def _same_rows(first: FittedModel, fit: FittedModel, place: int) -> None:
    if fit.panel is first.panel:
        return
    if not (first.panel.has_rows and fit.panel.has_rows):  # what is left of them are counts
        counts = [(one.sums.rows, one.sums.persons) for one in (first, fit)]
        if counts[0] != counts[1]:
            raise ModelError(
                f"pool() takes fits of the same persons and occasions: fit 1 has {counts[0][0]:,} rows of "
                f"{counts[0][1]:,} persons and fit {place} {counts[1][0]:,} of {counts[1][1]:,}."
            )
        return
    mine, theirs = _occasions(first), _occasions(fit)
    keys = mine.index.union(theirs.index, sort=False)
    differ = [key for key in keys if mine.get(key) != theirs.get(key)]
    if not differ:
        return
    person = differ[0]
    seen = [_seen(one, place_of.get(person), person) for one, place_of in ((first, mine), (fit, theirs))]
    others = f" ({len(differ) - 1:,} others differ too)" if len(differ) > 1 else ""
    raise ModelError(
        f"pool() takes fits of the same persons and occasions: {first.model.id} {show_id(person)} {seen[0]} in "
        f"{_which(first, 1)} and {seen[1]} in {_which(fit, place)}{others}."
    )


def _occasions(fit: FittedModel) -> pd.Series:
    """The times of each person, in their order: by id."""
    panel = fit.panel
    labels = np.asarray(panel.persons.labels)[panel.persons.codes]
    times = panel.times if panel.time is not None else np.zeros(len(panel))
    order = np.lexsort((times, panel.persons.codes))
    grouped = pd.Series(times[order]).groupby(labels[order], sort=False)
    return grouped.agg(tuple)


def _seen(fit: FittedModel, times: Any, person: Any) -> str:
    """At which times a person was seen, and which columns are missing in rows that were left out."""
    lost = _missing(fit, person)
    where = f" ({', '.join(map(repr, lost))} missing)" if lost else ""
    if times is None:
        return f"is not there{where}"
    if fit.model.time is None:
        return f"has {len(times)} rows{where}"
    shown = ", ".join(f"{time:g}" for time in times[:6]) + (", ..." if len(times) > 6 else "")
    return f"has {len(times)} row{'s' * (len(times) != 1)}{where}, at {fit.model.time} {shown},"


def _missing(fit: FittedModel, person: Any) -> list[str]:
    """The columns of the model that are missing somewhere in a person's rows of the table."""
    data, id = fit.panel.data, str(fit.panel.id)
    rows = data[data[id].to_numpy() == person] if id in data else data.iloc[:0]
    names = [name for name in dict.fromkeys([fit.panel.outcome, *model_columns(fit.model)]) if name in rows]
    return [str(name) for name in names if rows[name].isna().any()]


def _which(fit: FittedModel, place: int) -> str:
    """A fit by its place, and the file of its rows."""
    file = source_of(fit.panel.data).get("file") if fit.panel.has_rows else None
    return f"fit {place}" if file is None else f"fit {place} ({file})"
