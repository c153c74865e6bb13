"""Mplus: a latent growth curve over the waves of a wide table, by maximum likelihood."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from growthcurves.data.saved_panel import SavedPanel
from growthcurves.data.table_facts import MOST_TIMES
from growthcurves.fitted import FittedModel
from growthcurves.model.survey.design import ROWS
from growthcurves.programs.spec import Spec, independent, number_text, refused
from growthcurves.programs.weights import require

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,7}\Z")
#: What growth factors are called.
FACTORS = ("i", "s", "q", "cub")
_MOST_WAVES = 40


def mplus_code(spec: Spec, times: np.ndarray, origin: float, parameters: tuple[str, ...],
               family: tuple[str, list[str]] | None = None) -> str:  # fmt: skip
    """The model of a wide table wide.dat with one outcome for each time.

    Parameters
    ----------
    spec : Spec
    times : (w,) array
        The distinct observed times.
    origin : float
    parameters : tuple of str
        The growth parameters.
    family : (str, list of str), optional
        Of outcomes that are not normal: what the waves are, and further lines of the analysis.
    """
    kind, analysis = family or ("", [])
    _refuse(spec, times, parameters)
    waves = [f"y{place}" for place in range(1, len(times) + 1)]
    predictors, defined = _predictors(spec)
    factors = FACTORS[: len(parameters)]
    line = " ".join(f"{wave}@{number_text(float(time - origin))}" for wave, time in zip(waves, times, strict=True))
    told = ", ".join(f"{y} is {spec.outcome} at {spec.time} {time:g}" for y, time in zip(waves, times, strict=True))
    parts = [
        "! wide.dat has one row per person: the outcome at each time, then the predictors"
        f"{'' if spec.weights is None else ' and the design of the sample'}; -999 is missing.",
        f"! {told}",
        *defined,
        "DATA: FILE = wide.dat;",
        f"VARIABLE: NAMES = {' '.join([*waves, *predictors, *_sampled(spec)])};",
        *([f"  USEVARIABLES = {' '.join([*waves, *predictors])};"] if spec.weights is not None else []),
        "  MISSING = ALL (-999);",
        *([f"  {kind.format(waves=' '.join(waves))}"] if kind else []),
        *_sampling(spec),
        *(["ANALYSIS: ESTIMATOR = ML;"] if spec.weights is None else ["ANALYSIS: TYPE = COMPLEX;", *_estimator(spec)]),
        *analysis,
        "MODEL:",
        f"  {' '.join(factors)} | {line};",
        *_random(spec, parameters, factors),
        *([f"  {' '.join(waves)} (1);"] if independent(spec) and not kind else []),
        *(f"  {factor} ON {' '.join(names)};" for factor, names in _regressions(spec, parameters, factors) if names),
        "OUTPUT: CINTERVAL;",
    ]
    return "\n".join(parts)


def _sampled(spec: Spec) -> list[str]:
    """The columns of a design in the wide table."""
    if spec.weights is None:
        return []
    weights = spec.weights
    columns = [*weights.used, *([] if weights.psu or weights.replicates else [spec.id])]
    return list(dict.fromkeys(predictor_in_mplus(column, None) for column in columns))


def _sampling(spec: Spec) -> list[str]:
    """Weights, sampling units and strata; or replicate weights in the place of the last two."""
    if spec.weights is None:
        return []
    weights = require(spec, "Mplus", strata=True, replicates=True)
    if ROWS in weights.columns:
        raise refused("A wide table has no weights of rows", 'ask code("stata")')
    lines = [f"  WEIGHT = {weights.columns[spec.id]};"] if weights.columns else []
    if weights.replicates:
        return [*lines, f"  REPWEIGHTS = {' '.join(weights.replicates)};"]
    lines += [f"  STRATIFICATION = {weights.strata};"] if weights.strata else []
    return [*lines, f"  CLUSTER = {weights.psu or spec.id};"]


def _estimator(spec: Spec) -> list[str]:
    lines = ["  ESTIMATOR = MLR;"]
    if spec.weights.replicates:
        how = spec.weights.how
        kinds = {"brr": "BRR", "fay": f"FAY({how.fay or 0:g})", "jackknife": "JACKKNIFE1", "jk2": "JACKKNIFE2"}
        lines.append(f"  REPSE = {kinds[how.kind]};")
    return lines


def _refuse(spec: Spec, times: np.ndarray, parameters: tuple[str, ...]) -> None:
    if spec.group is not None:
        raise refused("Variances of their own in each group are a model of several groups in Mplus", "write it by hand")
    if spec.above:
        raise refused("Units above persons are clusters of a wide table in Mplus (TYPE=TWOLEVEL)", "write it by hand")
    if spec.method == "reml":
        raise refused("Mplus has no restricted likelihood", 'ask fit.refit(method="ml").code("mplus")')
    if spec.occasions or any(one.kind != "power" for one in spec.computed) or len(parameters) > len(FACTORS):
        raise refused("Growth that is no polynomial up to a cubic", "is not written for Mplus yet")
    if not parameters or spec.time is None:
        raise refused("A model without time is no growth curve of Mplus", "write it by hand")
    if len(times) > _MOST_WAVES:
        raise refused(f"{len(times)} different times are too many waves for a wide table", "round them to waves")
    if not independent(spec) and spec.residual.name != "het":
        raise refused(f"Residuals {spec.residual.name!r} have no short command in Mplus", 'ask code("sas")')
    if getattr(spec.residual, "of", None) or getattr(spec.residual, "by", None):
        raise refused("Residual variances by a column have no short command in Mplus", "they are by wave only")
    if any(not effect.basis and effect.factors and not effect.term.startswith("intercept") for effect in spec.effects):
        raise refused("Time-varying predictors", "are not written for Mplus yet")
    if any(len(effect.factors) > 1 for effect in spec.effects):
        raise refused("Products of predictors", "have to be made as columns for Mplus")


def _predictors(spec: Spec) -> tuple[list[str], list[str]]:
    """Names of the predictors, a 0/1 variable for each level but the reference, and what they are."""
    names: dict[tuple[str, Any], str] = {}
    for effect in spec.effects:
        for factor in effect.factors:
            names.setdefault(factor, predictor_in_mplus(*factor))
    if len(set(map(str.lower, names.values()))) < len(names):
        raise refused("Two predictors have the same first eight signs", "rename a column for Mplus")
    told = [f"! {name}: 1 where {column} is {level}" for (column, level), name in names.items() if level is not None]
    return list(names.values()), told


def predictor_in_mplus(column: str, level: Any) -> str:
    """The name of a predictor, of eight signs at most."""
    name = short_name(column, level)
    if not _PLAIN.match(name):
        raise refused(f"Mplus cannot have a variable called {name!r}", "rename the column (eight letters or digits)")
    return name


def short_name(column: str, level: Any) -> str:
    """A column, or the 0/1 variable of one of its levels."""
    return column if level is None else f"{column[:3]}_{re.sub('[^A-Za-z0-9]', '', str(level))[:4]}"


def _random(spec: Spec, parameters: tuple[str, ...], factors: tuple[str, ...]) -> list[str]:
    """Variances of growth factors that do not vary, and covariances between blocks, are zero."""
    names = ["", *(one.name for one in spec.computed)] if spec.computed else ["", str(spec.time)]
    block_of = {name: place for place, block in enumerate(spec.random) for name in block}
    lines = [f"  {factor}@0;" for factor, name in zip(factors, names, strict=False) if name not in block_of]
    pairs = list(zip(factors, names, strict=False))
    for place, (late, name) in enumerate(pairs):
        for early, other in pairs[:place]:
            if block_of.get(name, -1) != block_of.get(other, -2):
                lines.append(f"  {early} WITH {late}@0;")
    return lines


def _regressions(spec: Spec, parameters: tuple[str, ...], factors: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    names = ["", *(one.name for one in spec.computed)] if spec.computed else ["", str(spec.time)]
    owned = {name: [one.factors[0] for one in spec.effects if one.basis == name and one.factors] for name in names}
    return [
        (factor, [predictor_in_mplus(*predictor) for predictor in owned[name]])
        for factor, name in zip(factors, names, strict=False)
    ]


def wave_times(fit: FittedModel) -> np.ndarray:
    """The distinct times of the rows, which are the waves of a wide table."""
    if not isinstance(fit.panel, SavedPanel):
        return np.unique(fit.times)
    facts = fit.panel.facts
    known = fit.recipe.shape.only_at or (None if facts is None else facts.times)
    if known is None and facts is not None:
        what = f"More than {MOST_TIMES} different times are too many waves for a wide table"
        raise refused(what, "round them to waves")
    if known is None:
        raise refused("The waves of a wide table are the times of the rows", "save the fit anew by this version")
    return np.array(known)
