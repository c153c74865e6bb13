"""Fits side by side: criteria, Akaike weights, and each fit tested against the largest one that it contains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.data.markup import Block, TextTable
from growthcurves.errors import ModelError
from growthcurves.estimate import by_likelihood
from growthcurves.fitted import FittedModel
from growthcurves.model.covariance import residual_of
from growthcurves.model.growth import predictor_words
from growthcurves.model.outcomes import likelihood_of
from growthcurves.numerics.seeds import seed_of
from growthcurves.results.compare.alignment import require_one_measure, require_same_rows
from growthcurves.results.compare.criteria import criteria
from growthcurves.results.compare.nesting import NotNested, family_text, nesting, same_fixed_effects
from growthcurves.results.compare.ratio import ratio_test
from growthcurves.results.tables.about import units_counted
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.names import names_of_fits
from growthcurves.results.tables.printing import number, p_text

NAN = float("nan")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Answer):
    """Fits compared, the smallest first.

    Attributes
    ----------
    table : DataFrame
        One row per fit: fit, parameters, deviance, aic, aicc, bic, bic_persons, weight (Akaike), against (the fit that
        it is tested against), statistic, df, p_value, p_naive, distribution, label (the model in words).
    fits : dict of str to fit
        As compared: those that were refitted by ML are the new ones.
    notes : tuple of str
    """

    fits: dict[str, FittedModel]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        title, *models = _head(self)
        return "\n".join([title, *models, "", _shown(self.table).to_string(index=False), "", *_foot(self)])

    def _blocks(self) -> tuple[Block, ...]:
        title, *models = _head(self)
        shown = _shown(self.table)
        rows = [(cells[0], cells[1:]) for cells in zip(*(shown[name] for name in shown), strict=True)]
        return (title, *models, TextTable(list(shown)[1:], rows), *_foot(self))

    def _headings(self) -> dict[str, str]:
        return {**HEADS, "label": "model"}

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "notes": list(self.notes)}


def _head(answer: Comparison) -> Iterable[str]:
    one = next(iter(answer.fits.values()))
    by = "REML" if one.method == "reml" else "ML"
    yield f"Fits of {likelihood_of(one.model)} by {by}, {one.sums.rows:,} rows of {units_counted(one)}"
    yield from (f"  {name}  {_words(fit)}" for name, fit in answer.fits.items())


def _foot(answer: Comparison) -> Iterable[str]:
    one = next(iter(answer.fits.values()))
    yield f"AICc and BIC with n = {one.sums.rows:,} rows, BIC (N) with {units_counted(one)}."
    yield f"k counts all parameters: fixed effects, variances and covariances, and {_besides(answer.fits.values())}."
    tested = answer.table[answer.table["distribution"] != ""]
    yield from (f"{row.fit} against {row.against}: {row.distribution}." for row in tested.itertuples())
    yield from answer.notes


def _besides(fits: Iterable[FittedModel]) -> str:
    """What parameters there are beside fixed effects and random ones."""
    normal = {fit.family is None for fit in fits}
    of_family = "the family's own (dispersion, thresholds)"
    return "the residual variance" if normal == {True} else of_family if normal == {False} else "what is left"


class _Test(NamedTuple):
    against: str = ""
    statistic: float = NAN
    df: float = NAN
    p_value: float = NAN
    p_naive: float = NAN
    distribution: str = ""
    notes: tuple[str, ...] = ()


def compare(
    *fits: FittedModel, names: Sequence[str] | None = None, method: str = "auto", n: int | None = None, rng: Any = None
) -> Comparison:
    """Compare fits of the same rows: criteria, Akaike weights, and likelihood ratio tests of those that are nested.

    Each fit is tested against the largest of the others that is a special case of it. Means are compared by ML: fits
    by REML that differ in their fixed effects are refitted by ML, and the answer says so. Where a variance lies at its
    boundary the p-value is that of the mixture that the situation has, with the naive one beside it; docs/compare.md
    says which.

    Rows that are gone (read in batches, not saved) are known by a mark that was made of persons, order and outcomes; a
    model is then found in another by what both make of persons of the fit at times and values like those observed.

    Parameters
    ----------
    *fits : GrowthFit
    names : sequence of str, optional
        What the fits are called; 1, 2, ... by default.
    method : {"auto", "exact", "bootstrap"}
        "auto": the large-sample distribution. "exact": the finite-sample distribution of the ratio for one
        uncorrelated variance (Crainiceanu and Ruppert 2004). "bootstrap": parametric, from the smaller model.
    n : int, optional
        Draws where the distribution is simulated: 10,000, or 1,000 for the bootstrap.
    rng : int, Generator or None
        Where the draws come from; with None a seed is drawn and printed.

    Returns
    -------
    Comparison

    Raises
    ------
    ModelError
        For fits of different outcomes or rows (the persons who differ are named where rows are there), fewer than two
        fits, a method that does not apply.
    NotAvailableError
        Where rows are gone and it is not known whether they were the same, as of sites' sums.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("sleepstudy")
    >>> small = gc.fit("reaction ~ day + (1 | subject)", data, time="day")
    >>> large = gc.fit("reaction ~ day + (day | subject)", data)
    >>> table = gc.compare(small, large).table
    >>> table[["fit", "parameters", "aic", "statistic"]].round(2)
      fit  parameters      aic  statistic
    0   1           4  1794.47        NaN
    1   2           6  1755.63      42.84
    >>> table["distribution"].iloc[1]
    'half chi-square 1, half chi-square 2'
    """
    if len(fits) < 2:
        raise ModelError("compare() needs at least two fits.")
    for fit in fits:
        if not isinstance(fit, FittedModel):
            raise ModelError(f"compare() takes fits, not {type(fit).__name__}.")
    called = names_of_fits(names, [str(i + 1) for i in range(len(fits))])
    for fit in fits[1:]:
        require_same_rows(fits[0], fit)
        require_one_measure(fits[0], fit)
    ready, notes = _comparable(fits)
    ordered = dict(sorted(zip(called, ready, strict=True), key=lambda item: item[1].parameter_count))
    seed = seed_of(rng)
    tests = [_test(ordered, place, method, n, seed) for place in range(len(ordered))]
    for name, test in zip(ordered, tests, strict=True):
        notes += [f"{test.against} and {name}: {note}" for note in test.notes]
    notes += [f"{name}: {fit.certificate}" for name, fit in ordered.items() if not fit.certificate.converged]
    return Comparison(_table(ordered, tests), ordered, tuple(notes))


def _comparable(fits: Sequence[FittedModel]) -> tuple[list[FittedModel], list[str]]:
    """The fits by one method; means are compared by ML."""
    methods = {fit.method for fit in fits}
    if methods == {"ml"} or (methods == {"reml"} and all(same_fixed_effects(fits[0], fit) for fit in fits[1:])):
        return list(fits), []
    why = "not all fits are by REML" if len(methods) > 1 else "they differ in their fixed effects"
    out = [by_likelihood(fit) for fit in fits]
    return out, [f"Fits by REML are refitted by ML: {why}."]


def _test(fits: dict[str, FittedModel], place: int, method: str, n: int | None, seed: int) -> _Test:
    """The test of a fit against the largest smaller one that is nested in it."""
    names = list(fits)
    large, reasons = fits[names[place]], list[tuple[str, str]]()
    for name in reversed(names[:place]):
        small = fits[name]
        if small.parameter_count == large.parameter_count:
            reasons.append((name, f"no test, because both have {large.parameter_count} parameters"))
            continue
        try:
            pair = nesting(small, large)
        except NotNested as reason:
            reasons.append((name, f"no test, because {reason}"))
            continue
        found = ratio_test(pair, "", method, n, seed)
        row = found.table.iloc[0]
        words = "" if np.isnan(row["p_value"]) else row["distribution"]
        return _Test(
            name, row["statistic"], row["parameters"], row["p_value"], row["p_naive"], words, found.notes
        )
    if not reasons:
        return _Test()
    against, why = reasons[0]
    return _Test(against=against, notes=(why,))


def _table(fits: dict[str, FittedModel], tests: list[_Test]) -> pd.DataFrame:
    first = next(iter(fits.values())).estimates
    coding = first.deviance - first.comparable
    rows = []
    for (name, fit), test in zip(fits.items(), tests, strict=True):
        value = criteria(fit, fit.estimates.comparable + coding + fit.jacobian)
        rows.append([name, value.parameters, value.deviance, value.aic, value.aicc, value.bic, value.bic_persons, NAN])
        rows[-1] += list(test[:-1])
    columns = ["fit", "parameters", "deviance", "aic", "aicc", "bic", "bic_persons", "weight", *_Test._fields[:-1]]
    table = pd.DataFrame(rows, columns=columns)
    weights = np.exp(-(table["aic"] - table["aic"].min()) / 2.0)
    return table.assign(weight=weights / weights.sum(), label=[_words(fit) for fit in fits.values()])


def _words(fit: FittedModel) -> str:
    blocks = ["(" + ", ".join(block) + ")" for block in fit.recipe.random.blocks]
    shape = f"{fit.model.growth_shape.name}; " if fit.recipe.shape.changes else ""
    residual = residual_of(fit.model.residual)
    inside = "" if isinstance(residual, Independent) else f"; residual {_residual_name(residual)}"
    inside += "" if fit.model.family is None else f"; {family_text(fit.model.family)}"
    return f"{shape}{predictor_words(fit.model, fit.vocabulary.said)}; random {' '.join(blocks) or 'none'}{inside}"


def _residual_name(residual: Any) -> str:
    by = getattr(residual, "by", None)
    return residual.name + (f" by {by}" if by else "")


HEADS = {
    "fit": "fit", "parameters": "k", "deviance": "deviance", "aic": "AIC", "aicc": "AICc", "bic": "BIC",
    "bic_persons": "BIC (N)", "weight": "weight", "against": "against", "statistic": "LR", "df": "df", "p_value": "p",
    "p_naive": "naive p",
}  # fmt: skip


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table as texts."""
    shown = table[list(HEADS)].rename(columns=HEADS).copy()
    shown["k"] = [str(value) for value in shown["k"]]
    for name in ("deviance", "AIC", "AICc", "BIC", "BIC (N)"):
        shown[name] = [f"{value:.2f}" for value in shown[name]]
    shown["weight"] = [f"{value:.3f}" for value in shown["weight"]]
    shown["LR"] = ["" if np.isnan(value) else number(value) for value in shown["LR"]]
    shown["df"] = ["" if np.isnan(value) else f"{value:.0f}" for value in shown["df"]]
    for name in ("p", "naive p"):
        shown[name] = [p_text(p) if statistic else "" for p, statistic in zip(shown[name], shown["LR"], strict=True)]
    return shown
