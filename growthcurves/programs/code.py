"""The program of a fit in another language."""

from __future__ import annotations

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.programs.mplus import mplus_code
from growthcurves.programs.r import r_code
from growthcurves.programs.sas import sas_code
from growthcurves.programs.spec import Spec, refused, spec_of
from growthcurves.programs.stata import stata_code

PROGRAMS = {"sas": sas_code, "r": r_code, "stata": stata_code, "mplus": None}


def code(fit: FittedModel, program: str) -> str:
    """The same model as a program of SAS, R, Stata or Mplus.

    The program reads ``data.csv``, the rows that were used, which ``gc.write_table(fit.panel.frame, "data.csv")``
    writes: there rows are chosen already and dates are elapsed times. R's programs (lme4, and nlme for structured
    residuals) were run, and their results are those of the tests; those of SAS, Stata and Mplus are made of the same
    description of the model and were not run. Degrees of freedom are Satterthwaite's where the program has them.

    Parameters
    ----------
    fit : FittedModel
    program : {"sas", "r", "stata", "mplus"}

    Returns
    -------
    str

    Raises
    ------
    ModelError
        For another program.
    NotAvailableError
        For what the program has no words for, such as a spline, a predictor that the formula computes, REML in Mplus.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> print(fit.code("r"))
    library(lme4)
    data <- read.csv("data.csv", check.names = FALSE)
    fit <- lmer(reaction ~ 1 + day + (1 + day | subject), data, REML = TRUE)
    summary(fit)
    -2 * as.numeric(logLik(fit))
    """
    if not isinstance(program, str) or program.lower() not in PROGRAMS:
        raise ModelError(unknown("program", program, PROGRAMS))
    spec, write = spec_of(fit), PROGRAMS[program.lower()]
    return write(spec) if write is not None else _mplus(fit, spec)


def _mplus(fit: FittedModel, spec: Spec) -> str:
    """The wide table's waves are the distinct times of the rows."""
    if not fit.recipe.shape.changes:
        raise refused("A model without time is no growth curve of Mplus", "write it by hand")
    return mplus_code(spec, np.unique(fit.times), fit.recipe.shape.origin, fit.model.parameters)
