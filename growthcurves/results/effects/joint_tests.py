"""Tests of whole effects, one per growth parameter and predictor term, the same under any coding of factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError, among
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import shown_value
from growthcurves.results.ddf import ddf_of
from growthcurves.results.ddf.design import too_many
from growthcurves.results.effects.coefficients import joint_test
from growthcurves.results.questions.estimable_functions import EstimableFunctions
from growthcurves.results.questions.model_effects import Effect
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import Answer, text_table, without_labels
from growthcurves.results.tables.labels import effect_label
from growthcurves.results.tables.printing import rows_text


@dataclass(frozen=True, eq=False, repr=False)
class JointTests(Answer):
    """F tests of effects: columns term, df_num, df_den, statistic, p_value, note.

    Attributes
    ----------
    type : int
    ddf : str
    note : str
        Where effects on the intercept are read.
    """

    type: int
    ddf: str
    note: str

    def __str__(self) -> str:
        shown = self.table if self.table["note"].any() else self.table.drop(columns="note")
        text = rows_text(without_labels(shown), one_unit=False)
        return f"Tests of effects, type {self.type}\n{text}\nDegrees of freedom: {self.ddf}.{self.note}"

    def _blocks(self) -> tuple[Block, ...]:
        note = f"Degrees of freedom: {self.ddf}.{self.note}"
        return (f"Tests of effects, type {self.type}", text_table(self.table), note)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "type": self.type, "ddf": self.ddf, "note": self.note.strip()}


def joint_tests(fit: FittedModel, type: int = 3, ddf: Any = None) -> JointTests:
    """F test of every effect; see `GrowthFit.joint_tests`."""
    if not among(type, (2, 3)) or isinstance(type, bool):
        raise ModelError(f"type= is 3 or 2, not {shown_value(type)}; sequential tests (type 1) need an order of terms.")
    functions = EstimableFunctions.of(fit)
    wanted = [effect for effect in functions.effects if effect.tested]
    if not wanted:
        raise NotEstimableError("The model has no effect but the intercept: there is nothing to test.")
    rows = [_row(fit, effect, *_hypothesis(functions, effect, type), ddf) for effect in wanted]
    columns = ["term", "df_num", "df_den", "statistic", "p_value", "note"]
    table = said(pd.DataFrame(rows, columns=columns), fit)
    table["label"] = [effect_label(fit, name) for name in table["term"]]
    note = _where(fit, functions.effects) + (_averaged(functions.effects) if type == 3 else "")
    return JointTests(table, type, ddf_of(ddf, fit).label, note)


def _hypothesis(functions: EstimableFunctions, effect: Effect, type: int) -> tuple[np.ndarray, str]:
    """Rows of a hypothesis over the kept terms, and what gaps in the data did to it."""
    L, full = functions.third(effect) if type == 3 else functions.second(effect), functions.count(effect)
    if not len(L):
        return L, "not estimable"
    gaps = [f"{full - len(L)} of {full} contrasts not estimable"] if len(L) < full else []
    if type == 3 and not functions.equal(effect):
        gaps.append("not of equal weights: cells are empty")
    return L, "; ".join(gaps)


def _row(fit: FittedModel, effect: Effect, L: np.ndarray, note: str, ddf: Any) -> list:
    """The test of one effect."""
    if not len(L):
        return [effect.name, 0, np.nan, np.nan, np.nan, note]
    found = joint_test(fit, L, ddf=ddf)
    if np.isnan(found.df_den):
        why = "no degrees of freedom are left for so many contrasts"
        why = too_many(fit, found.df_num) if fit.weighing is not None and found.df_num > fit.weighing.df else why
        note = "; ".join(filter(None, [why, note]))
    return [effect.name, found.df_num, found.df_den, found.statistic, found.p_value, note]


def _averaged(effects: list[Effect]) -> str:
    """Over what effects are averaged that stand beside a basis with the constant in it, as a sentence."""
    bases = dict.fromkeys(one for effect in effects if effect.product for one in effect.add_up)
    if not bases:
        return ""
    names = " and ".join(bases)
    return f" Effects beside {names} are averaged with equal weight over its functions, which add up to one."


def _where(fit: FittedModel, effects: list[Effect]) -> str:
    """Where effects on the intercept are read, as a sentence: where functions of time beside them are zero."""
    functions = dict.fromkeys(one for effect in effects if effect.product for one in effect.functions_of_time)
    if not functions.keys().isdisjoint(fit.model.parameters):
        at, time = fit.when.at(fit.recipe.shape.origin), fit.vocabulary.axis
        return f" Effects on the intercept are those {at}, the origin of {time}."
    return f" Effects on the intercept are those where {' and '.join(functions)} is zero." if functions else ""
