"""Robust (sandwich) standard errors of the fixed effects, clustered by person."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.data.unit_words import level_words
from growthcurves.fitted import FittedModel
from growthcurves.results.ddf import ddf_of
from growthcurves.results.ddf.robust import Robust
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.tables.about import said, units_counted
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.printing import number, p_text


@dataclass(frozen=True, eq=False, repr=False)
class RobustEffects(Answer):
    """Robust inference beside the model's own: a tidy table, with columns of the model after those of the sandwich.

    Attributes
    ----------
    kind : str
    persons : int
    units : str
        How many persons, or what the data have in their place: "60 schools".
    ddf, model_ddf : str
        How degrees of freedom were found, by the sandwich and by the model.
    """

    kind: str
    persons: int
    units: str
    ddf: str
    model_ddf: str

    def __str__(self) -> str:
        width = max(len(str(term)) for term in self.table["term"])
        lines = [
            f"Fixed effects with robust standard errors ({self.ddf}; {self.units})",
            f"beside the model's own ({self.model_ddf})",
            f"  {'':{width}}  {'':>10} {'robust':^26}   {'model':^26}",
            f"  {'':{width}}  {'estimate':>10} {'std. error':>10} {'df':>7} {'p':>6}    {'std. error':>10} "
            f"{'df':>7} {'p':>6}",
        ]
        for row in self.table.itertuples():
            lines.append(
                f"  {row.term:{width}}  {number(row.estimate):>10} {number(row.std_error):>10} {row.df:>7.1f} "
                f"{p_text(row.p_value):>6}    {number(row.model_std_error):>10} {row.model_df:>7.1f} "
                f"{p_text(row.model_p_value):>6}"
            )
        return "\n".join(lines)

    def _blocks(self) -> tuple[Block, ...]:
        title, beside = str(self).splitlines()[:2]
        return (title, beside, text_table(self.table))


def robust(fit: FittedModel, kind: str | None = None, level: float = 0.95) -> RobustEffects:
    """Fixed effects with robust standard errors by person, beside the model-based ones; see `GrowthFit.robust`."""
    method, own = ddf_of(Robust(kind), fit), ddf_of(None, fit)
    table, model = fixed_effects(fit, method, level), fixed_effects(fit, own, level)
    columns = {f"model_{name}": model[name] for name in ("std_error", "df", "p_value")}
    wide = pd.DataFrame(table.assign(**columns))
    wide.attrs["ddf"], wide.attrs["model_ddf"] = method.label, own.label
    units = _taken_whole(fit)
    return RobustEffects(said(wide, fit, level), method.kind, fit.sums.persons, units, method.label, own.label)


def _taken_whole(fit: FittedModel) -> str:
    """What is independent of each other, and how many of them: persons, or the units of the highest level."""
    if not fit.model.above:
        return units_counted(fit)
    words, count = level_words(list(fit.model.above)[-1]), fit.estimates.unit_counts[-1]
    return f"{count:,} {words.one if count == 1 else words.several}, each with all its {fit.vocabulary.who.several}"
