"""Tables of estimates of several fits as one, by Rubin's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.results.effects.estimated import RATIO
from growthcurves.results.effects.means import Marginal
from growthcurves.results.pooled.rules import rubin
from growthcurves.results.tables.answer import TIDY, Answer, text_table
from growthcurves.results.tables.printing import rows_text

#: What a pooled table has beside tidy columns: what is missing adds to the variance, and takes of the information.
MISSING = ["riv", "fmi"]
RULES = "Rubin (1987); degrees of freedom: Barnard and Rubin (1999), of complete data by {}"


@dataclass(frozen=True, eq=False, repr=False)
class PooledEstimates(Answer):
    """Means, rates or combinations of fixed effects, pooled by Rubin's rules.

    Attributes
    ----------
    table : DataFrame
        Tidy, with riv (relative increase in variance) and fmi (fraction of missing information).
    title, note, ddf : str
        What is shown, how it is averaged, how degrees of freedom were found.
    answers : tuple
        The answer of each fit.
    """

    title: str
    note: str
    ddf: str
    answers: tuple[Any, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        one_unit = all(isinstance(answer, Marginal) for answer in self.answers)
        shown = rows_text(self.table[[*TIDY, *MISSING]], one_unit)
        return "\n".join([*filter(None, [self.title]), shown, *self._notes()])

    def _notes(self) -> list[str]:
        return [*filter(None, [self.note]), f"{len(self.answers)} fits pooled: {self.ddf}."]

    def _blocks(self) -> tuple[Block, ...]:
        return (self.title, text_table(self.table), *self._notes())

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "title": self.title, "note": self.note, "ddf": self.ddf}


def pooled_table(tables: Sequence[pd.DataFrame], level: float) -> pd.DataFrame:
    """Tidy tables of the same rows as one: what is no number of an estimate is that of the first."""
    first = tables[0]
    for place, table in enumerate(tables[1:], 2):
        if not table["term"].reset_index(drop=True).equals(first["term"].reset_index(drop=True)):
            raise ModelError(
                f"The answer has other rows in fit {place} than in fit 1: give at= and by= so that all agree."
            )
    values, errors, df = (
        np.array([table[name].to_numpy(dtype=float) for table in tables]) for name in ("estimate", "std_error", "df")
    )
    found = rubin(values, errors, df.mean(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = found.estimate / found.std_error
    half = found.std_error * t_quantile(0.5 + level / 2.0, found.df)
    numbers = [found.estimate, found.std_error, found.df, t, two_sided(t, found.df)]
    numbers += [found.estimate - half, found.estimate + half]
    made = first.assign(**dict(zip(TIDY[1:], numbers, strict=True)))
    made = made[[*TIDY, *(name for name in first if name not in (*TIDY, "label", *RATIO))]]
    if RATIO[0] in first:
        with np.errstate(over="ignore"):
            made = made.assign(
                **{r: np.exp(made[e]) for r, e in zip(RATIO, ("estimate", "conf_low", "conf_high"), strict=True)}
            )
    made = made.assign(riv=found.riv, fmi=found.fmi)
    return made.assign(label=first["label"]) if "label" in first else made
