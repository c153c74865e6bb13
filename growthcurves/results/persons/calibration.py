"""Observed outcomes against those that a model expects, in groups of rows that are expected alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.contracts.family import Answers
from growthcurves.data.source import show_level
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import normal_quantile, wilson
from growthcurves.results.intervals.of_outcomes import averaged
from growthcurves.results.persons.forecasts import family_rows, foretold

#: From what outcomes are expected: a person's outcomes before each, or nothing but the predictors.
PEOPLE = ("seen", "average")


def calibration_table(fit: FittedModel, people: str, groups: int, level: float) -> pd.DataFrame:
    """Columns event, predicted, observed, low, high, rows: of each group of rows, the lowest predictions first.

    "seen" foretells each outcome from the person's outcomes before it, integrated over the random effects: what is
    foretold of a row depends on no outcome of that row or later, so that differences of rows are uncorrelated where the
    model holds, and the interval of a group is that of independent rows. "average" is the population's mean, of which
    rows of one person differ together: its interval is by persons as clusters (of shares Wilson's with as many rows as
    the variance is worth).

    Of ordered categories there is one part for each threshold: the probability of a higher category.
    """
    parts = []
    for event, predicted, observed in _events(fit, people):
        trials = family_rows(fit).answers.trials if fit.model.trials is not None else 1.0
        weights = fit.row_weights * trials
        codes = _groups(predicted, groups)
        for code in np.unique(codes):
            own = codes == code
            parts.append({"event": event} | _group(fit, people, level, own, predicted, observed, weights))
    return pd.DataFrame(parts)


def _events(fit: FittedModel, people: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """What is predicted and observed of each row: the mean outcome, or of categories whether they are above each."""
    rows, family = family_rows(fit), fit.family
    if family.name != "ordinal":
        if people == "seen":
            predicted = foretold(fit, lambda answers, eta: [np.asarray(family.mean(eta), dtype=float)])[0]
        else:
            predicted = averaged(fit.point, *_linear(fit))
        return [("", predicted, rows.of_one)]
    names = [f"above {show_level(category)}" for category in family.categories[:-1]]
    places = [Answers(np.array(float(place))) for place in range(len(names))]
    if people == "seen":
        found = foretold(fit, lambda answers, eta: [family.tails(place, eta).above for place in places])
    else:
        cells = family.marginal_probabilities(*_linear(fit))
        found = np.cumsum(cells[::-1], axis=0)[::-1][1:]
    return [(name, found[place], (rows.of_one > place).astype(float)) for place, name in enumerate(names)]


def _linear(fit: FittedModel) -> tuple[np.ndarray, np.ndarray]:
    rows = family_rows(fit)
    variance = fit.point.variances(rows.Z) if rows.Z.shape[1] else np.zeros(len(rows.X))
    return rows.X @ fit.estimates.beta + rows.offset, np.maximum(variance, 0.0)


def _groups(predicted: np.ndarray, groups: int) -> np.ndarray:
    """Equally many rows in each, rows that are expected alike together."""
    if len(np.unique(predicted)) <= groups:
        return np.unique(predicted, return_inverse=True)[1].reshape(-1)
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, groups + 1)[1:-1]))
    return np.searchsorted(edges, predicted, side="left")


def _apart(fit: FittedModel, people: str) -> np.ndarray:
    """Which rows differ from what is expected together, (n,): none where each is foretold from those before it, those
    of a person; under a design those of a sampling unit.
    """
    codes = family_rows(fit).codes
    if fit.weighing is not None:
        return np.asarray(fit.weighing.sampled[codes])
    return np.arange(len(codes)) if people == "seen" else codes


def _group(
    fit: FittedModel,
    people: str,
    level: float,
    own: np.ndarray,
    predicted: np.ndarray,
    observed: np.ndarray,
    weights: np.ndarray,
) -> dict[str, float]:
    share = fit.family.name in ("binomial", "ordinal")
    total = weights[own].sum()
    mean, expected = (float((weights * one)[own].sum() / total) for one in (observed, predicted))
    off = (weights * (observed - predicted))[own] if people == "seen" else (weights * (observed - mean))[own]
    codes = _apart(fit, people)[own]
    sums = np.bincount(np.unique(codes, return_inverse=True)[1].reshape(-1), weights=off)
    variance, z = float((sums**2).sum()) / total**2, normal_quantile(0.5 + level / 2.0)
    if share:
        worth = float(total)
        if people == "average" or fit.weighing is not None:
            worth = min(mean * (1.0 - mean) / variance, worth) if variance > 0 else float(len(sums))
        low, high = wilson(mean, worth, level)
    else:
        low, high = max(mean - z * np.sqrt(variance), 0.0), mean + z * np.sqrt(variance)
    return {"predicted": expected, "observed": mean, "low": low, "high": high, "rows": int(own.sum())}
