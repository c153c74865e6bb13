"""The program of a fit in another language."""

from __future__ import annotations

from typing import Any

from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.programs.mplus import mplus_code, wave_times
from growthcurves.programs.of_families import program_of
from growthcurves.programs.r import r_code
from growthcurves.programs.sas import sas_code
from growthcurves.programs.spec import Spec, refused, spec_of
from growthcurves.programs.stata import stata_code
from growthcurves.programs.weights import with_weights

PROGRAMS = {"sas": sas_code, "r": r_code, "stata": stata_code, "mplus": None}


def code(fit: FittedModel, program: str, ddf: Any = None) -> str:
    """The same model as a program of SAS, R, Stata or Mplus; see `GrowthFit.code`; `ddf` a method, for SAS."""
    if not isinstance(program, str) or program.lower() not in PROGRAMS:
        raise ModelError(unknown("program", program, PROGRAMS))
    spec, write = with_weights(spec_of(fit), fit), PROGRAMS[program.lower()]
    if fit.family is not None:
        if program.lower() == "mplus":
            refuse_no_time(fit)
        return program_of(fit, spec, program.lower())
    if write is sas_code:
        return sas_code(spec, ddf)
    return write(spec) if write is not None else _mplus(fit, spec)


def refuse_no_time(fit: FittedModel) -> None:
    """Mplus has growth curves alone."""
    if not fit.recipe.shape.changes:
        raise refused("A model without time is no growth curve of Mplus", "write it by hand")


def _mplus(fit: FittedModel, spec: Spec) -> str:
    """The wide table's waves are the distinct times of the rows."""
    refuse_no_time(fit)
    return mplus_code(spec, wave_times(fit), fit.recipe.shape.origin, fit.model.parameters)
