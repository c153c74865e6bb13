"""The models of a ladder, from the model at its top."""

from __future__ import annotations

import string
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError, recorded
from growthcurves.estimate import estimate
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.growth import RENAMED, GrowthModel, predictor_words, refuse_options
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.random import RandomPart
from growthcurves.model.recipe import model_columns
from growthcurves.numerics.bounds import several


@dataclass(frozen=True)
class Rung:
    """A model of the ladder: its letter, what it is called, and its fit."""

    name: str
    title: str
    fit: FittedModel


def climb(
    model: GrowthModel,
    panel: Panel,
    steps: Sequence[Any],
    method: str,
    kind: type[FittedModel],
    top: FittedModel | None = None,
) -> tuple[Rung, ...]:
    """Fit the models of the ladder, each to the rows that all of them can use.

    `top` is the model at the top where it is fitted already, by this method and to these rows.
    Warnings that several models share are given once.

    Raises
    ------
    ModelError
        For a model without time, or a step that is no model of the same outcome, time and persons.
    """
    if model.time is None:
        raise ModelError("A ladder is about change: its model needs time.")
    between = [_step(model, step) for step in several(steps)]
    panel = panel.drop_missing(column for item in (model, *between) for column in model_columns(item))
    people = PersonLevel(panel)
    with recorded() as caught:
        maker = None if top is None else top.estimates.maker
        if top is None or top.panel is not panel:
            top = estimate(model, panel, method, kind, people, maker)
        means, growth = _means(top.model), _growth(top)
        said = top.vocabulary.said
        models = [("unconditional means", means), (said("unconditional growth"), growth)]
        models += [(predictor_words(item, said), item) for item in between]
        fits = [(title, estimate(item, panel, method, kind, people, maker)) for title, item in models]
        if _same(fits[1][1], top):
            fits[1] = (fits[1][0], top)
        else:
            fits.append((f"{said('conditional growth')}: {predictor_words(top.model, said)}", top))
    for warning in {str(warning.message): warning for warning in caught}.values():
        warnings.warn(warning.message, warning.category, stacklevel=4)
    return tuple(Rung(name, title, fit) for name, (title, fit) in zip(_letters(len(fits)), fits, strict=True))


def _letters(count: int) -> Iterable[str]:
    if count > len(string.ascii_uppercase):
        raise ModelError(f"A ladder has at most {len(string.ascii_uppercase)} models, not {count}.")
    return string.ascii_uppercase[:count]


def _means(model: GrowthModel) -> GrowthModel:
    """Persons differ in their level and nothing changes."""
    random = ("intercept",) if model.random.names else ()
    of_outcomes = ("computed", "family", "trials", "exposure", "offset")
    options = {name: getattr(model, name) for name in of_outcomes}
    level = RandomPart((("intercept",),))
    levels = {unit: replace(level, crossed=part.crossed) for unit, part in model.above.items()}
    return GrowthModel(
        model.outcome, None, model.id, random=random, residual=model.residual, levels=levels, **options
    )


def _growth(top: FittedModel) -> GrowthModel:
    """The shape of the model at the top without anything that predicts it."""
    covariates = set(top.recipe.covariates.names)
    return top.model.replace(
        predictors=None,
        time_varying=None,
        reference=None,
        random=_without(top.model.random, covariates),
        levels=_levels_without(top.model, covariates),
    )


def _levels_without(model: GrowthModel, names: set[str]) -> dict[str, RandomPart]:
    """The units above persons without random effects of covariates; those that are left without any are left out."""
    parts = {unit: _without(part, names) for unit, part in model.above.items()}
    return {unit: part for unit, part in parts.items() if part.names}


def _without(part: RandomPart, names: set[str]) -> RandomPart:
    blocks = (tuple(name for name in block if name not in names) for block in part.blocks)
    return replace(part, blocks=tuple(block for block in blocks if block))


def _step(model: GrowthModel, step: Any) -> GrowthModel:
    """A model between growth and the top: a model of its own, or other predictors."""
    if isinstance(step, GrowthModel):
        roles = ("outcome", "time", "id")
        for role in roles:
            if getattr(step, role) != getattr(model, role):
                raise ModelError(
                    f"The step's {role} is {getattr(step, role)!r} but the model's is {getattr(model, role)!r}: "
                    f"the models of a ladder share it."
                )
        return step
    if not isinstance(step, (str, Mapping)):
        raise ModelError(
            f"A step is a dict of predictors such as {{'slope': 'arm'}} (key 'time_varying' besides), a formula of "
            f"predictors, or a GrowthModel; not {type(step).__name__}."
        )
    predictors, time_varying = (step, None) if isinstance(step, str) else _parts(step)
    kept = read_terms(time_varying).columns if isinstance(time_varying, str) else ()
    names = {name for part in (model.random, *model.above.values()) for name in part.names}
    lost = names & (set(model.covariate_tree.columns) - set(kept))
    bare = model.replace(
        predictors=predictors,
        time_varying=time_varying,
        reference=None,
        random=_without(model.random, lost),
        levels=_levels_without(model, lost),
    )
    used = model_columns(bare)
    return bare.replace(reference={name: level for name, level in (model.reference or {}).items() if name in used})


def _parts(step: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """The predictors of a step by growth parameter, and its time-varying ones."""
    refuse_options(RENAMED.keys() & step.keys(), ())
    return {name: text for name, text in step.items() if name != "time_varying"}, step.get("time_varying")


def _same(left: FittedModel, right: FittedModel) -> bool:
    return left.recipe.terms == right.recipe.terms and left.recipe.random == right.recipe.random
