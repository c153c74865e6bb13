"""Outcomes simulated from a fitted model at the rows that were used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import offset_of
from growthcurves.numerics.bounds import MOST_DRAWS, MOST_NUMBERS, whole_number
from growthcurves.numerics.seeds import seed_of
from growthcurves.results.questions.design_rows import own_rows


def simulate(fit: FittedModel, n: int = 1, rng: Any = None) -> pd.DataFrame:
    """Outcomes drawn from the fitted model at the rows that were used; see `GrowthFit.simulate`."""
    most = max(min(MOST_DRAWS, MOST_NUMBERS // fit.sums.rows), 1)
    whole_number(n, "n= is a number of simulated data sets", 1, most)
    seed = seed_of(rng)
    random = np.random.default_rng(seed)
    rows, codes = own_rows(fit), fit.panel.persons.codes
    values = fit.estimates.simulated(rows.X, rows.Z, codes, n, random)
    if fit.outcome_family is not None and fit.family is None:  # drawn on the scale of the logarithm
        values = fit.outcome_family.median(values)
    table = pd.DataFrame(values, index=rows.index, columns=[f"sim_{i + 1}" for i in range(n)])
    categories = getattr(fit.family, "categories", ())
    if categories:  # drawn as their places
        table = table.apply(lambda places: _categories(places.to_numpy(dtype=np.intp), categories, rows.index))
    if fit.model.offset is not None and fit.family is None:
        table = table.add(offset_of(fit.model.offset, fit.panel.frame), axis=0)
    table.attrs["seed"] = seed
    fit.made.draws.append((f"{n:,} simulated outcomes", seed))
    return table


def _categories(places: np.ndarray, categories: tuple[Any, ...], index: pd.Index) -> pd.Series:
    """Ordered categories by their places: numbers as they are, words as an ordered column."""
    if all(isinstance(one, (int, float, np.number)) for one in categories):
        return pd.Series(np.asarray(categories)[places], index=index)
    return pd.Series(pd.Categorical.from_codes(places, list(categories), ordered=True), index=index)
