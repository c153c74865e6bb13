"""Tests of hypotheses about fixed effects that are written in term names, and linear combinations of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError, brief, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import two_sided
from growthcurves.output.styles import p_equals
from growthcurves.results.ddf import ddf_of
from growthcurves.results.ddf.design import too_many
from growthcurves.results.effects.coefficients import joint_test, linear_functions
from growthcurves.results.effects.estimated import OfOutcome
from growthcurves.results.effects.means import Marginal
from growthcurves.results.questions.hypotheses import (
    Hypotheses,
    checked_weights,
    combination_text,
    independent,
    read_hypotheses,
)
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import Answer, text_table, without_labels
from growthcurves.results.tables.printing import number, p_text, rows_text


@dataclass(frozen=True, eq=False, repr=False)
class FixedTest(Answer):
    """A t test (one hypothesis) or F test (several).

    Attributes
    ----------
    table : DataFrame
        The hypotheses one by one, tidy: estimate and interval of the left side, and the value it is tested against.
    statistic : float
        t, or F for several hypotheses.
    df_num, df : float
        Hypotheses that do not follow from the others; degrees of freedom of t or of the denominator of F.
    p_value : float
        Two-sided for t.
    ddf : str
        How the degrees of freedom were found.
    follows : tuple of str
        Hypotheses that follow from the others and so add nothing.
    """

    statistic: float
    df_num: int
    df: float
    p_value: float
    ddf: str
    follows: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """"t" or "F"."""
        return "t" if len(self.table) == 1 else "F"

    def __str__(self) -> str:
        freedom = number(self.df) if self.kind == "t" else f"{self.df_num}, {number(self.df)}"
        statistic = "z" if self.kind == "t" and np.isinf(self.df) else f"{self.kind}({freedom})"
        head = f"{statistic} = {number(self.statistic)}, {p_equals(p_text(self.p_value))} ({self.ddf})"
        lines = [f"Test of {'; '.join(self.table['term'])}", f"  {head}"]
        if self.kind == "t":
            row = self.table.iloc[0]
            lines.append(
                f"  estimate {number(row['estimate'])} (SE {number(row['std_error'])}), "
                f"{number(row['conf_low'])} to {number(row['conf_high'])}"
            )
        lines += [f"  {text} follows from the others." for text in self.follows]
        return "\n".join(lines)

    def _blocks(self) -> tuple[Block, ...]:
        title, result, *others = (line.strip() for line in str(self).splitlines())
        return (title, result, text_table(self.table), *(text for text in others if self.kind == "F"))

    def to_dict(self) -> dict[str, Any]:
        return {
            "table": self.table.to_dict(orient="records"),
            "statistic": self.statistic,
            "df_num": self.df_num,
            "df": self.df,
            "p_value": self.p_value,
            "ddf": self.ddf,
            "follows": list(self.follows),
        }


def test(fit: FittedModel, hypotheses: Any, ddf: Any = None, level: float = 0.95) -> FixedTest:
    """Test hypotheses about fixed effects; see `GrowthFit.test`."""
    read = read_hypotheses(fit, hypotheses)
    table = against(fit, read, ddf, level)
    kept, follows = independent(fit, read)
    if len(table) == 1:
        row = table.iloc[0]
        return FixedTest(table, row["statistic"], 1, row["df"], row["p_value"], ddf_of(ddf, fit).label)
    joint = joint_test(fit, read.L[kept], read.rhs[kept], ddf)
    if fit.weighing is not None and joint.df_num > fit.weighing.df:
        raise NotEstimableError(f"{too_many(fit, joint.df_num)}: test fewer at a time, or each by itself.")
    return FixedTest(table, joint.statistic, joint.df_num, joint.df_den, joint.p_value, joint.label, follows)


def against(fit: FittedModel, read: Hypotheses, ddf: Any, level: float) -> pd.DataFrame:
    """Tidy table of the hypotheses one by one: the left side's estimate, tested against its value (column rhs)."""
    table = linear_functions(fit, read.L, read.texts, ddf, level)
    statistic = (table["estimate"] - read.rhs) / table["std_error"]
    table["statistic"] = statistic
    table["p_value"] = two_sided(statistic.to_numpy(), table["df"].to_numpy())
    table["rhs"] = read.rhs
    return table


@dataclass(frozen=True, eq=False, repr=False)
class Contrast(Answer):
    """Linear combinations, tidy.

    Attributes
    ----------
    table : DataFrame
    ddf : str
        How the degrees of freedom were found.
    """

    ddf: str

    def __str__(self) -> str:
        text = rows_text(without_labels(self.table), one_unit=False)
        return f"{text}\nDegrees of freedom: {self.ddf}"

    def _blocks(self) -> tuple[Block, ...]:
        return ("", text_table(self.table), f"Degrees of freedom: {self.ddf}")

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "ddf": self.ddf}


def contrast(
    fit: FittedModel, weights: Any, of: Any = None, ddf: Any = None, level: float = 0.95
) -> Contrast:
    """Estimates of linear combinations of fixed effects, or of means or slopes; see `GrowthFit.contrast`."""
    if isinstance(of, Marginal) and isinstance(of.source, OfOutcome):
        names, W = _over_estimates(weights, of)
        return Contrast(said(of.source.combined(W, names).assign(label=names), fit, level), ddf_of(ddf, fit).label)
    names, L, constant = combinations(fit, weights, of)
    table = linear_functions(fit, L, names, ddf, level, constant)
    return Contrast(table, ddf_of(ddf, fit).label)


def combinations(fit: FittedModel, weights: Any, of: Any = None) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, rows (k, p) and constants (k,) of combinations of the fixed effects, or of the means or slopes `of`."""
    if of is not None:
        return _of_answer(fit, weights, of)
    names, L = _of_terms(fit, weights)
    return names, L, np.zeros(len(L))


def _named(weights: Any) -> dict[str, Mapping] | None:
    """A dict of dicts, or one dict under its own words; None for anything else."""
    if not isinstance(weights, Mapping) or not weights:
        return None
    if all(isinstance(value, Mapping) for value in weights.values()):
        return {str(name): value for name, value in weights.items()}
    return {combination_text(checked_weights(weights)): weights}


def _of_terms(fit: FittedModel, weights: Any) -> tuple[list[str], np.ndarray]:
    named = _named(weights)
    if named is not None:
        return list(named), np.concatenate([read_hypotheses(fit, row).L for row in named.values()])
    read = read_hypotheses(fit, weights)
    if read.rhs.any():
        raise ModelError("A contrast is estimated, not tested: leave out '= value', or use test().")
    return [text.removesuffix("= 0").strip() for text in read.texts], read.L


def _of_answer(fit: FittedModel, weights: Any, of: Any) -> tuple[list[str], np.ndarray, np.ndarray]:
    if not isinstance(of, Marginal):
        raise ModelError(f"of= is an answer of means() or slopes(), not {brief(of)}.")
    if of.carried:
        raise ModelError("Combinations are made on the scale of the model: give means() without scale='response'.")
    names, W = _over_estimates(weights, of)
    return names, of.rows.combine(W), W @ of.rows.added


def _over_estimates(weights: Any, of: Marginal) -> tuple[list[str], np.ndarray]:
    """Names and weights (k, estimates) of combinations of means or slopes."""
    terms = list(of.means["term"])
    named = _named(weights)
    if named is not None:
        W = np.array([_weights_over(terms, row) for row in named.values()])
        names = list(named)
    else:
        W = np.atleast_2d(np.asarray(weights, dtype=float))
        if W.shape[1] != len(terms):
            raise ModelError(f"The weights need one column for each of the {len(terms)} estimates: {', '.join(terms)}.")
        names = [combination_text({t: w for t, w in zip(terms, row, strict=True) if w}) for row in W]
    return names, W


def _weights_over(terms: list[str], weights: Mapping) -> np.ndarray:
    row = np.zeros(len(terms))
    for name, weight in weights.items():
        if name not in terms:
            raise ModelError(unknown("estimate", name, terms))
        row[terms.index(name)] += float(weight)
    return row
