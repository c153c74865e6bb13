"""Residual structures side by side: what each fits, and what it does to the fixed effects that are asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.data.panel import Panel, joining
from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning, ModelError, filtered
from growthcurves.estimate import estimate
from growthcurves.fitted import FittedModel
from growthcurves.model.covariance import residual_of
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import group_columns, model_columns
from growthcurves.numerics.bounds import several, shown_value
from growthcurves.results.compare.criteria import criteria
from growthcurves.results.compare.nesting import NotNested, nesting
from growthcurves.results.compare.ratio import ratio_test
from growthcurves.results.questions.term_names import term_weights
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.printing import number, p_text

NAN = float("nan")
#: Columns of the table that stand before those of the fixed effects.
NUMBERS = ("parameters", "log_likelihood", "aic", "aicc", "bic")
TEST = ("against", "statistic", "df", "p_value")


@dataclass(frozen=True, eq=False, repr=False)
class ResidualComparison(Answer):
    """Residual structures compared on the same rows, in the order in which they were given.

    Attributes
    ----------
    table : DataFrame
        One row per structure: structure, parameters, log_likelihood, aic, aicc, bic; the likelihood ratio test against
        the largest structure that holds it as a special case (against, statistic, df, p_value); estimate and std_error
        of each fixed effect that is asked about; converged, identified, and what is to be said of the fit, or why
        there is none.
    fits : dict of str to fit
        By the name of the structure: those that could be fitted.
    effects : tuple of str
        The fixed effects that are asked about.
    title : str
    """

    fits: Mapping[str, FittedModel]
    effects: tuple[str, ...]
    title: str

    def __str__(self) -> str:
        return "\n".join([self.title, _shown(self).to_string(index=False), *self._notes()])

    def _blocks(self) -> tuple[Block, ...]:
        return (self.title, text_table(_shown(self)), *self._notes())

    def _notes(self) -> list[str]:
        sure = self.table[self.table["converged"].fillna(False).astype(bool)]
        names = ("aic", "bic") if len(sure) else ()
        least = [f"{sure.loc[sure[name].idxmin(), 'structure']} ({name.upper()})" for name in names]
        said = [f"{row.structure}: {row.note}" for row in self.table.itertuples() if row.note]
        return [*([f"Least: {', '.join(least)}."] if least else []), *said]

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "title": self.title}

    def plot(self, **options: Any) -> Any:
        """Implied and observed SD, correlation and semivariogram.

        Parameters
        ----------
        **options
            ``fig=`` draws on this figure, ``figsize=`` (inches) on a new one of that size.

        Returns
        -------
        Figure
            Of matplotlib.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("orthodont")
        >>> found = gc.compare_residuals("distance ~ age + ar1(age | subject)", data, ["un", "ar1"])
        >>> figure = found.plot()
        """
        from growthcurves.plots import plot_residuals

        return plot_residuals(self, **options)


def compare_residuals(
    model: GrowthModel, panel: Panel, residuals: Any, method: str, terms: Any, kind: type[FittedModel]
) -> ResidualComparison:
    """Fit a model with each structure to the rows that all of them can use, and put them side by side."""
    models, refused = _models(model, residuals)
    for group in {name for one in models.values() for name in group_columns(one)}:
        panel = joining(panel, group)
    panel = panel.drop_missing(_columns(models.values(), panel))
    fits: dict[str, FittedModel] = {}
    for name, one in models.items():
        if name in refused:
            continue
        try:
            with filtered("ignore", GrowthCurvesWarning):
                fits[name] = estimate(one, panel, method, kind)
        except GrowthCurvesError as reason:
            refused[name] = str(reason)
    asked = _asked(fits, terms)
    rows = [_row(name, fits, asked) if name in fits else _refused(name, refused[name], asked) for name in models]
    by = "REML" if str(method).lower() == "reml" else "ML"
    count = f"{len(panel):,} rows of {panel.persons.count:,} persons"
    title = f"Residual structures of {model.outcome} by {by}, {count}"
    return ResidualComparison(pd.DataFrame(rows), fits, tuple(asked), title)


def _models(model: GrowthModel, residuals: Any) -> tuple[dict[str, GrowthModel], dict[str, str]]:
    """The model with each structure, by name; and why there is none (the model itself stands for it)."""
    given = [residuals] if isinstance(residuals, str) or not isinstance(residuals, Sequence) else list(residuals)
    if not given:
        raise ModelError("compare_residuals() needs residual structures, such as ['un', 'toeph', 'ar1'].")
    models: dict[str, GrowthModel] = {}
    refused: dict[str, str] = {}
    for value in given:
        try:
            one = model.replace(residual=value)
            name = _name(residual_of(one.residual))
        except GrowthCurvesError as reason:
            one, name = model, shown_value(value) if not isinstance(value, str) else value
            refused[name] = str(reason)
        if name in models and name not in refused:
            continue  # the same structure, given twice
        models[name] = one
    return models, refused


def _name(residual: Any) -> str:
    """A structure's short name with the options that it was given."""
    options = {name: getattr(residual, name, None) for name in ("of", "by")}
    nugget = " with nugget" if getattr(residual, "nugget", False) else ""
    return residual.name + nugget + "".join(f" {name} {value}" for name, value in options.items() if value)


def _columns(models: Any, panel: Panel) -> list[str]:
    """Columns that any of the models reads, as far as there are such."""
    used = {column for model in models for column in model_columns(model)}
    return sorted(column for column in used if column in panel.data.columns)


def _asked(fits: Mapping[str, FittedModel], terms: Any) -> list[str]:
    """The fixed effects that are shown: those that are asked for, by default those of the slope."""
    if not fits:
        return []
    fit = next(iter(fits.values()))
    if terms is None:
        return [name for name, (parameter, _) in zip(fit.terms, fit.term_parts, strict=True) if parameter == "slope"]
    rows = [term_weights(fit, name) for name in several(terms)]
    return [fit.terms[int(row.argmax())] for row in rows]


def _row(name: str, fits: Mapping[str, FittedModel], asked: Sequence[str]) -> dict[str, Any]:
    fit = fits[name]
    value, beta, cov = criteria(fit), fit.estimates.beta, fit.estimates.cov_beta
    numbers = (value.parameters, -value.deviance / 2.0, value.aic, value.aicc, value.bic)
    row = {"structure": name, **dict(zip(NUMBERS, numbers, strict=True)), **_test(name, fits)}
    for term in asked:
        j = fit.terms.index(term)
        row |= {f"estimate:{term}": float(beta[j]), f"std_error:{term}": float(np.sqrt(cov[j, j]))}
    sure = fit.certificate
    note = str(sure) if not (sure.converged and sure.identified) else ""
    told = {"converged": sure.converged, "identified": sure.identified, "note": note}
    return {**row, **told, "label": residual_of(fit.model.residual).words}


def _refused(name: str, reason: str, asked: Sequence[str]) -> dict[str, Any]:
    effects = {f"{what}:{term}": NAN for term in asked for what in ("estimate", "std_error")}
    row = {"structure": name, **dict.fromkeys(NUMBERS, NAN), **_no_test(), **effects}
    return {**row, "converged": False, "identified": False, "note": reason, "label": name}


def _no_test() -> dict[str, Any]:
    return dict(zip(TEST, ("", NAN, NAN, NAN), strict=True))


def _test(name: str, fits: Mapping[str, FittedModel]) -> dict[str, Any]:
    """The likelihood ratio test against the largest structure that holds this one."""
    small = fits[name]
    larger = [(other, fit) for other, fit in fits.items() if fit.parameter_count > small.parameter_count]
    for other, large in sorted(larger, key=lambda item: -item[1].parameter_count):
        if not (small.certificate.converged and large.certificate.converged):
            continue
        try:
            found = ratio_test(nesting(small, large), "", "auto", None, 0).table.iloc[0]
        except NotNested:
            continue
        return dict(zip(TEST, (other, found["statistic"], float(found["parameters"]), found["p_value"]), strict=True))
    return _no_test()


def _shown(answer: ResidualComparison) -> pd.DataFrame:
    """The table as texts."""
    heads = {"parameters": "k", "log_likelihood": "log lik", "aic": "AIC", "aicc": "AICc", "bic": "BIC"}
    heads |= {"statistic": "LR", "p_value": "p"}
    for term in answer.effects:
        heads |= {f"estimate:{term}": term, f"std_error:{term}": f"SE {term}"}
    shown = answer.table.drop(columns=["converged", "identified", "note", "label"])
    numbers = {name: [_text(name, value) for value in shown[name]] for name in shown.select_dtypes("number")}
    return shown.assign(**numbers).rename(columns=heads)


def _text(name: str, value: float) -> str:
    if value != value:
        return ""
    if name in ("parameters", "df"):
        return f"{value:.0f}"
    if name == "p_value":
        return p_text(value)
    return f"{value:.2f}" if name in NUMBERS else number(value)
