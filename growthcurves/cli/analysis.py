"""From what the user asked for to a fit: the panel, the model, the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.in_batches import FirstRows, in_batches, run_in_batches
from growthcurves.cli.options import MODEL, Request, pairs_of
from growthcurves.cli.shapes import rates_of, shape_from
from growthcurves.cli.table import Roles, roles_of, sheet_of
from growthcurves.cli.terms import as_formula, mentions, random_blocks, references

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel
    from growthcurves.model.growth import GrowthModel

#: Options of the model that say something beside a formula.
BESIDE_FORMULA = {
    "formula", "by", "reference", "residual", "family", "trials", "exposure", "quadrature", "method", "ml",
}  # fmt: skip


def run(request: Request, design: Any = None) -> Any:
    """Read, reshape and fit as asked, with a sampling design where there is one.

    Raises
    ------
    GrowthCurvesError
        With one sentence for the user.
    """
    from growthcurves.fit import fit

    if in_batches(request):
        _refuse_contradictions(request)
        return run_in_batches(request, design, model_of)
    criterion = request.criterion
    where = None if design is None else request.where  # sampling units are those of the whole table
    model, panel, options = prepared(request if where is None else replace(request, where=None))
    if request.quadrature is not None:
        options["quadrature"] = request.quadrature
    if design is not None:
        options |= {"design": design, "where": where}
    return fit(model, panel, method=criterion, **options)


def ladder_of(request: Request) -> Any:
    """The ladder of models that ends with the one that was asked for, by ML unless REML was asked for."""
    from growthcurves.fit import ladder

    criterion = request.criterion or "ml"
    if request.quadrature is not None:
        raise click.UsageError("--quadrature belongs to one model: a ladder takes as many points as each of its needs.")
    model, panel, options = prepared(request)
    return ladder(model, panel, method=criterion, **options)


def prepared(request: Request) -> tuple[Any, Panel, dict[str, Any]]:
    """Model (or formula), panel, and the options that go with a formula."""
    _refuse_contradictions(request)
    roles = roles_of(request)
    panel, family = sheet_of(request, roles)
    if request.formula:
        return request.formula, panel, _formula_options(request, roles, panel) | _family_options(request, family)
    return model_of(request, roles, panel, family), panel, {}


def _formula_options(request: Request, roles: Roles, panel: Panel) -> dict[str, Any]:
    options = {"time": request.time, "wave": roles.wave, "residual": request.residual}
    given = {name: value for name, value in options.items() if value}
    return given | ({"reference": references(request.reference, panel.data)} if request.reference else {})


def _family_options(request: Request, family: Any) -> dict[str, Any]:
    """Options of outcomes that are not normal; `family` knows what the numbers in the table stand for."""
    options = {"family": family, "trials": request.trials, "exposure": request.exposure}
    return {name: value for name, value in options.items() if value is not None}


def _refuse_contradictions(request: Request) -> None:
    if not request.formula:
        return
    for option in MODEL:
        if option.name in request.given - BESIDE_FORMULA:
            raise click.UsageError(
                f"--formula says the whole model: leave --{option.key} out, or write it in the formula."
            )


def model_of(request: Request, roles: Roles, panel: Panel | FirstRows, family: Any = None) -> GrowthModel:
    """The growth model that the options say; `family` is that of outcomes that are not normal."""
    from growthcurves.model.growth import GrowthModel

    columns = {str(name) for name in panel.data.columns}
    shape = shape_from(request)
    options: dict[str, Any] = {"time_varying": request.time_varying, "residual": request.residual}
    if request.time_varying:
        options["time_varying"] = as_formula(request.time_varying, columns)
    if request.random is not None:
        options["random"] = random_blocks(request.random)
    return GrowthModel(
        outcome=roles.outcome,
        time=roles.time,
        id=roles.id,
        wave=roles.wave,
        shape=shape,
        origin=request.origin,
        predictors=_predictors(request, shape, columns),
        reference=references(request.reference, panel.data),
        **{name: value for name, value in options.items() if value is not None},
        **_family_options(request, family),
    )


def _predictors(request: Request, shape: Any, columns: set[str]) -> dict[str, str] | str | None:
    """Formulas by growth parameter; one for all where only the data tell the growth parameters."""
    from growthcurves.data.backticks import quoted
    from growthcurves.errors import ModelError, unknown

    named = pairs_of(request.predictors)
    for_all = [as_formula(named.pop(""), columns)] if "" in named else []
    said = [request.slope, request.intercept, *named.values(), *for_all]
    if request.by and not any(mentions(as_formula(text, columns), request.by) for text in said if text):
        for_all = [quoted(request.by), *for_all]
    if not shape.parameters:
        if request.slope or request.intercept or named:
            raise click.UsageError(
                "This shape has a mean per occasion, no intercept and slope: give predictors of all means "
                'with --by, or with --predictors "age + arm".'
            )
        return " + ".join(for_all) or None
    terms: dict[str, list[str]] = {name: list(for_all) for name in shape.parameters}
    for name in ("intercept", *rates_of(shape)) if request.slope else ():
        terms[name].append(as_formula(request.slope or "", columns))
    if request.intercept:
        terms["intercept"].append(as_formula(request.intercept, columns))
    for name, text in named.items():
        if name not in terms:
            raise ModelError(unknown("growth parameter", name, terms))
        terms[name].append(as_formula(text, columns))
    return {name: " + ".join(parts) for name, parts in terms.items() if parts}
