"""Residuals of outcomes that are not normal: Pearson's and deviance residuals, and randomised quantile residuals.

Pearson's and deviance residuals are about persons' own curves, at the modes of their random effects, as those of lme4
and glmmTMB are; their distribution is known of no few-valued outcome. Quantile residuals (Dunn and Smyth 1996) have a
known one: with A, B and C the probabilities of less than the outcome, of the same and of more, foretold from the
person's outcomes before it, u = A + v B with v uniform is uniform and independent of what was before (Rosenblatt 1952),
and so the residual, the normal quantile of u, is standard normal and independent of the others.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from growthcurves.contracts.family import Answers
from growthcurves.fitted import FittedModel
from growthcurves.results.persons.forecasts import FamilyRows, family_rows, foretold

#: Kinds of residuals of a family; the first two are about persons' own curves.
FAMILY_KINDS = ("pearson", "deviance", "quantile")


def family_residuals(fit: FittedModel, kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What is fitted to each row, of one trial, and its residual, each (n,)."""
    rows = family_rows(fit)
    if kind == "quantile":
        return quantile_residuals(fit, np.random.default_rng(seed))
    eta = rows.X @ fit.estimates.beta + rows.offset
    eta = eta + np.einsum("nq,qn->n", rows.Z, fit.estimates.modes[:, rows.codes])
    fitted = np.asarray(fit.family.mean(eta), dtype=float)
    made = pearson if kind == "pearson" else deviance
    return fitted, made(fit, rows, eta)


def pearson(fit: FittedModel, rows: FamilyRows, eta: np.ndarray) -> np.ndarray:
    """(y - mean) / SD of the outcome at linear predictors; of several trials of the share of successes."""
    trials = 1.0 if rows.answers.trials is None else rows.answers.trials
    spread = np.sqrt(np.asarray(fit.family.outcome_variance(eta)) / trials)
    return (rows.of_one - fit.family.mean(eta)) / spread


def deviance(fit: FittedModel, rows: FamilyRows, eta: np.ndarray) -> np.ndarray:
    """The root of twice what the log density falls short of the largest that any linear predictor gives, with the sign
    of y - mean; the family's own parameters as they are estimated.
    """
    short = fit.family.best(rows.answers) - fit.family.density(rows.answers, eta)
    return np.sign(rows.of_one - fit.family.mean(eta)) * np.sqrt(2.0 * np.maximum(short, 0.0))


def quantile_residuals(fit: FittedModel, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Means that were foretold, and randomised quantile residuals."""
    family, rows = fit.family, family_rows(fit)

    def parts(answers: Answers, eta: np.ndarray) -> list[np.ndarray]:
        return [*family.tails(answers, eta), np.asarray(family.mean(eta), dtype=float)]

    below, same, above, mean = foretold(fit, parts)
    share = rng.random(len(rows.codes))
    low, high = below + share * same, above + (1.0 - share) * same
    tiny = np.finfo(float).tiny
    found = np.where(low < 0.5, ndtri(np.maximum(low, tiny)), -ndtri(np.maximum(high, tiny)))
    return mean, found
