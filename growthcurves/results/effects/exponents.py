"""Coefficients of a log or logit link to the power of e: odds ratios, rate ratios, ratios of means."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.results.tables.outcome_words import base_of


def ratio_words(fit: FittedModel) -> str:
    """What e to the power of a coefficient is: "odds ratio", "rate ratio".

    Raises
    ------
    ModelError
        Where it is nothing: normal outcomes, the probit link.
    """
    family = fit.outcome_family
    if family is None:
        raise ModelError(
            "exponentiate= is of outcomes with odds or rates: coefficients of normal outcomes are differences in the "
            "outcome's own unit, and e to their power means nothing."
        )
    if family.effect is None:
        raise ModelError(
            f"exponentiate= is of logit and log links: with the {family.link} link e to the power of a coefficient is "
            f"no ratio of anything; ask for probabilities, fit.means(scale='response')."
        )
    return str(family.effect)


def exponentiated(fit: FittedModel, table: pd.DataFrame) -> pd.DataFrame:
    """A table of coefficients as ratios: ends of intervals carried over, standard errors by the delta method.

    Statistic and p are those of the coefficient, whose distribution is nearer to the normal.
    """
    effect = ratio_words(fit)
    with np.errstate(over="ignore"):
        made = {name: np.exp(table[name]) for name in ("estimate", "conf_low", "conf_high")}
    made["std_error"] = made["estimate"] * table["std_error"]
    base = base_of(effect)
    kinds = [base if part == ("intercept", "") else effect for part in fit.term_parts]
    labels = [f"{kind}: {label}" for kind, label in zip(kinds, table["label"], strict=True)]
    out = table.assign(**made, label=labels)
    out.attrs["exponentiated"] = effect
    return out


def is_ratio(fit: FittedModel) -> list[bool]:
    """Whether each fixed effect is a ratio to the power of e, and no level of all persons."""
    return [part != ("intercept", "") for part in fit.term_parts]
