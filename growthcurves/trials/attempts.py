"""Covariance structures tried one after the other, until a fit holds."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from growthcurves.errors import ModelError, NotEstimableError, among, brief, recorded
from growthcurves.fit import GrowthFit, fit
from growthcurves.model.covariance import RESIDUALS, residual_of
from growthcurves.numerics.bounds import several
from growthcurves.trials.design import Design

#: What is tried where nothing else is said, from the most to the least general.
FALLBACK = ("un", "toeph", "arh1", "csh")


class Attempt(NamedTuple):
    """A structure that was tried; why_not is empty for the one that holds."""

    structure: str
    why_not: str


def structures_of(residual: Any, fallback: Sequence[Any] | None) -> list[Any]:
    """The structure that is asked for and those to follow: of the usual ones those that are simpler.

    Raises
    ------
    ModelError
        For an unknown structure.
    """
    asked = residual_of(residual)
    if isinstance(fallback, str):
        named = [part.strip() for part in brief(fallback).strip("'\"").split(",")]
        raise ModelError(f"fallback= is a list of structures, such as {named}; [] for none.")
    if fallback is not None:
        return [asked, *map(residual_of, several(fallback))]
    if asked.name in FALLBACK:
        simpler = FALLBACK[FALLBACK.index(asked.name) + (getattr(asked, "by", None) is None) :]
    else:
        simpler = tuple(name for name in FALLBACK if name in getattr(asked, "contains", ()))
    return [asked, *map(residual_of, simpler)]


def short(structure: Any) -> Any:
    """The short name of a structure, where it says all of it."""
    known = among(structure.name, RESIDUALS) and residual_of(structure.name) == structure
    return structure.name if known else structure


def first_that_holds(design: Design, structures: Sequence[Any]) -> tuple[GrowthFit, tuple[Attempt, ...]]:
    """The fit with the first structure that has converged with a positive definite information.

    That a fit is singular is no reason against it.

    Raises
    ------
    NotEstimableError
        When none does: each is told.
    """
    attempts: list[Attempt] = []
    for structure in structures:
        found, why_not = _tried(design, structure)
        attempts.append(Attempt(_name(structure), why_not))
        if found is not None and not why_not:
            for note in found.notes:
                warnings.warn(note.warning, stacklevel=4)
            return found, tuple(attempts)
    reasons = {one.why_not for one in attempts}
    if found is None and len(reasons) == 1:  # the data's own, whatever the structure
        raise NotEstimableError(why_not)
    told = "; ".join(f"{one.structure}: {one.why_not.rstrip('.')}" for one in attempts)
    raise NotEstimableError(f"No covariance structure holds ({told}): give a simpler one with residual=.")


def _tried(design: Design, structure: Any) -> tuple[GrowthFit | None, str]:
    try:
        with recorded():
            found = fit(design.model.replace(residual=structure), design.panel)
    except NotEstimableError as error:
        return None, str(error)
    return found, _shortcoming(found)


def _shortcoming(found: GrowthFit) -> str:
    """Why a fit does not hold; nothing where it does."""
    if not found.certificate.converged:
        return "has not converged"
    if not found.identified:
        return "the data do not tell its parameters apart"
    if found.estimates.uncertainty("observed") is None:
        return "its information is not positive definite"
    return ""


def _name(structure: Any) -> str:
    by = getattr(structure, "by", None)
    return structure.name + (f" by {by}" if by is not None else "")
