"""Information criteria, each with the n and the number of parameters that it uses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel


class Criteria(NamedTuple):
    """Criteria of a fit on its deviance.

    Attributes
    ----------
    deviance : float
        -2 log (restricted) likelihood.
    parameters, rows, persons : int
        Fixed effects, variances and covariances, and the residual variance; rows and persons used.
    aic : float
        deviance + 2 k (Akaike 1973).
    aicc : float
        AIC + 2 k (k + 1) / (n - k - 1) with n the rows (Hurvich and Tsai 1989); NaN where n <= k + 1.
    bic, bic_persons : float
        deviance + k log(n) (Schwarz 1978), n the rows (lme4) or the persons (SAS).
    """

    deviance: float
    parameters: int
    rows: int
    persons: int
    aic: float
    aicc: float
    bic: float
    bic_persons: float


def criteria(fit: FittedModel, deviance: float | None = None) -> Criteria:
    """AIC, AICc and BIC of a fit, or of another value of its deviance; every parameter counts, by REML as by ML."""
    if fit.weighing is not None:
        raise NotAvailableError(
            "A fit with design= has no AIC, no BIC and no likelihood ratio: it maximises a pseudo-likelihood, whose "
            "differences have no known distribution. Fixed effects are tested with test()."
        )
    deviance, k = fit.estimates.deviance + fit.jacobian if deviance is None else deviance, fit.parameter_count
    n, persons = fit.sums.rows, fit.sums.persons
    aic = deviance + 2.0 * k
    small = 2.0 * k * (k + 1) / (n - k - 1) if n > k + 1 else float("nan")
    by_rows, by_persons = (deviance + k * float(np.log(size)) for size in (n, persons))
    return Criteria(deviance, k, n, persons, aic, aic + small, by_rows, by_persons)
