"""A fixed effect as a sentence of a paper, in the style of the APA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.output.numbers import decimals, fixed_text
from growthcurves.output.styles import STYLES, p_equals
from growthcurves.results.effects.coefficients import linear_functions
from growthcurves.results.effects.fixed_tests import combinations
from growthcurves.results.tables.labels import term_labels


def sentence(fit: FittedModel, term: str, ddf: Any = None, level: float = 0.95) -> str:
    """A fixed effect as a sentence of a paper, in the style of the APA; see `GrowthFit.sentence`."""
    if not isinstance(term, str):
        raise ModelError(unknown("fixed effect", term, fit.terms))
    names, L, _ = combinations(fit, term)
    if len(names) != 1:
        raise ModelError(f"A sentence is about one effect; {term!r} are {len(names)}: {'; '.join(names)}.")
    row = linear_functions(fit, L, names, ddf, level).iloc[0]
    place = np.flatnonzero(L[0])
    label = term_labels(fit)[place[0]] if len(place) == 1 and L[0, place[0]] == 1 else names[0]
    return f"{label[:1].upper()}{label[1:]}, {_numbers(row, level)}."


def _numbers(row: pd.Series, level: float) -> str:
    apa, places = STYLES["apa"], max(decimals(row["std_error"]), 2)
    if row["std_error"] != row["std_error"] or row["std_error"] <= 0:
        return "not estimable"

    def text(value: float, digits: int = places) -> str:
        return fixed_text(value, digits).replace("-", apa.minus, 1)

    parts = [f"b = {text(row['estimate'])}", f"SE = {text(row['std_error'])}"]
    if row["df"] != row["df"]:
        return ", ".join([*parts, "without an interval: its degrees of freedom cannot be found"])
    parts.append(f"{100 * level:g}% CI {apa.interval(text(row['conf_low']), text(row['conf_high']))}")
    parts += [f"{_statistic(row['df'])} = {text(row['statistic'], 2)}", p_equals(apa.p_value(row["p_value"]))]
    return ", ".join(parts)


def _statistic(df: float) -> str:
    """Student's t with its degrees of freedom; z where they have no bounds, t alone where they are not known."""
    if df == float("inf"):
        return "z"
    if df != df:
        return "t"
    return f"t({fixed_text(df, 0 if abs(df - round(df)) < 0.005 else 2)})"
