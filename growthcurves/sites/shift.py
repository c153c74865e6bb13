"""What leaving persons and occasions out does to a site's own estimates: for its own eyes, and in no file.

The estimates of all rows less those of the sums are made of the outcomes of those who were left out.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import GrowthCurvesError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.tables.answer import Answer
from growthcurves.sites.pooling import fit_of_sites
from growthcurves.sites.summing import sums_of
from growthcurves.sites.sums import SiteSums


@dataclass(frozen=True, eq=False, repr=False)
class SiteShift(Answer):
    """The estimates of one site by all its rows, and by the sums that it sends; see `SiteSums.shift`.

    Attributes
    ----------
    table : DataFrame
        A row per fixed effect: estimate and standard error by all rows, estimate by the sums, their difference in
        standard errors, and the standard deviation that it has by chance where those left out are like others (missing
        where the standard error by the sums is the smaller).
    site : str
    """

    site: str

    def __str__(self) -> str:
        largest = self.table.loc[self.table["shift"].abs().idxmax()]
        head = (
            f"What was left out moves estimates of {self.site}, fitted alone, by {abs(largest['shift']):.2f} standard "
            f"errors at most ({largest['term']}; this is not in the file)."
        )
        lines = [head, "", self.table.round(4).to_string(index=False, na_rep="-")]
        if self.table["by_chance"].isna().any():
            lines += ["", "by_chance is - where the standard error by the sums is the smaller: chance is not known."]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        return {"site": self.site, **super().to_dict()}


def shift_of(sums: SiteSums, data: Any) -> SiteShift:
    """See `growthcurves.sites.sums.SiteSums.shift`."""
    everybody = sums_of(sums.shared, data, 1, "refuse", sums.site)
    try:
        whole, told = _effects(everybody), _effects(sums)
    except GrowthCurvesError as error:
        text = f"{sums.site} alone does not say what was lost in the model of all sites: {error}"
        raise NotEstimableError(text) from error
    both = whole.merge(told, on="term", suffixes=("", "_of_sums"))
    variance = both["std_error_of_sums"] ** 2 - both["std_error"] ** 2
    table = pd.DataFrame(
        {
            "term": both["term"],
            "estimate": both["estimate"],
            "std_error": both["std_error"],
            "by_sums": both["estimate_of_sums"],
            "shift": (both["estimate_of_sums"] - both["estimate"]) / both["std_error"],
            "by_chance": np.sqrt(variance.where(variance >= 0.0)) / both["std_error"],
        }
    )
    return SiteShift(table, sums.site)


def _effects(sums: SiteSums) -> pd.DataFrame:
    """The fixed effects of a fit of one site's sums."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_of_sites(sums.shared, [sums], None, FittedModel)
        return fixed_effects(fit, ddf="normal")[["term", "estimate", "std_error"]]
