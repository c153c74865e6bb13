"""Answers that lean less on the model, beside the model's own."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import GrowthCurvesError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.seeds import seed_of
from growthcurves.results.compare.heavy_tails import heavy_tailed
from growthcurves.results.effects.robust import robust
from growthcurves.results.intervals.draws import replicate_fits
from growthcurves.results.tables.answer import Answer, text_table

TITLE = "Fixed effects beside answers that lean less on the model"
#: What each column is, in the order in which they stand.
COLUMNS = {
    "estimate": "the fit", "std_error": "SE of the model", "robust_std_error": "SE by the sandwich of persons",
    "bootstrap_std_error": "SE by drawing persons", "heavy_tailed": "with multivariate t outcomes",
    "heavy_tailed_std_error": "SE of that",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Beside(Answer):
    """Fixed effects by the model, and by what leans less on it.

    Attributes
    ----------
    table : DataFrame
        term, estimate, std_error, robust_std_error, bootstrap_std_error (persons drawn with replacement),
        heavy_tailed and heavy_tailed_std_error (multivariate t outcomes, by ML); NaN where there is none.
    notes : tuple of str
        Why something is missing, and the seed.
    """

    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = self.table.dropna(axis=1, how="all")
        lines = [TITLE, shown.to_string(index=False, float_format=lambda value: f"{value:.4g}")]
        return "\n".join([*lines, *(line for note in self.notes for line in textwrap.wrap(note, 100))])

    def _blocks(self) -> tuple[Block, ...]:
        return (TITLE, text_table(self.table.dropna(axis=1, how="all")), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "notes": list(self.notes)}


def beside(fit: FittedModel, n: int, rng: Any) -> Beside:
    """The fixed effects of a fit by what leans less on its model; see `FitChecks.beside`."""
    seed = seed_of(rng)
    notes: list[str] = []
    errors = np.sqrt(np.diag(fit.estimates.cov_beta))
    table = pd.DataFrame({"term": fit.terms, "estimate": fit.estimates.beta, "std_error": errors}).set_index("term")

    def put(what: str, make: Callable[[], dict[str, Any]]) -> None:
        try:
            columns = make()
        except GrowthCurvesError as error:
            notes.append(f"Without {what}: {error}")
        else:
            for name, values in columns.items():
                table[name] = values

    put("robust errors", lambda: {"robust_std_error": robust(fit).table.set_index("term")["std_error"]})
    put("the bootstrap", lambda: {"bootstrap_std_error": _bootstrapped(fit, n, seed)})
    put("heavy tails", lambda: _heavy(fit))
    if "bootstrap_std_error" in table:
        notes.append(f"The bootstrap draws persons {n:,} times, seed {seed}.")
    return Beside(table.reindex(columns=list(COLUMNS)).reset_index(), tuple(notes))


def _bootstrapped(fit: FittedModel, n: int, seed: int) -> np.ndarray:
    """SDs of fixed effects over persons drawn with replacement."""
    return np.nanstd(replicate_fits(fit, "case", n, seed).beta, axis=0, ddof=1)


def _heavy(fit: FittedModel) -> dict[str, Any]:
    found = heavy_tailed(fit, None, 0.95).table.set_index("term")
    return {"heavy_tailed": found["estimate"], "heavy_tailed_std_error": found["std_error"]}
