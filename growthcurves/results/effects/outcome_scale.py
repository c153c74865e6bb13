"""Means of a computed outcome carried back to the scale of its column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.left import computed_side
from growthcurves.model.outcomes import measured, undone
from growthcurves.results.tables.answer import TIDY
from growthcurves.results.tables.scales import carried, checked_scale

if TYPE_CHECKING:
    from growthcurves.results.effects.means import Marginal


def goes_back(fit: FittedModel, scale: str | None, differences: str | None) -> bool:
    """Whether means are to be carried back.

    Raises
    ------
    ModelError
        For an unknown scale.
    NotAvailableError
        For differences, and for an outcome of several columns, which have no one value on the other scale.
    """
    outcome = measured(fit.model)
    side = computed_side(outcome) if fit.model.computed else None
    if checked_scale(scale) != "response" or side is None or not side.computed:
        return False
    if differences is not None:
        raise NotAvailableError(
            f"Differences of {outcome} have no one value on the scale of {side.columns[0]}: ask for them without "
            f"scale='response'. (e to the power of a difference of logarithms is a ratio of medians.)"
        )
    if len(side.columns) > 1:
        raise NotAvailableError(
            f"The outcome {outcome!r} goes back to {side.columns[0]!r} only where {side.columns[1]!r} is known: use "
            f"predict(scale='response') with rows that hold it."
        )
    return True


def title_of_means(fit: FittedModel, back: bool) -> str:
    """What is shown: means of the outcome with its offset, or medians of its column."""
    outcome = measured(fit.model)
    if back:
        return f"Estimated medians of {computed_side(outcome).columns[0]}, carried back from means of {outcome}"
    offset = f", the offset {fit.model.offset} included" if fit.model.offset else ""
    return f"Estimated means of {outcome}{offset}"


def on_column_scale(fit: FittedModel, found: Marginal) -> Marginal:
    """Means on the scale of the outcome's column; what is tested has no meaning there."""
    table = carried(found.table, lambda values: undone(measured(fit.model), values, None))
    table = table.assign(statistic=float("nan"), p_value=float("nan"))
    findings = tuple(
        replace(one, value=row["estimate"], **{name: row[name] for name in TIDY[2:]})
        for one, row in zip(found.findings, table.to_dict("records"), strict=True)
    )
    return replace(found, table=table, findings=findings, carried=True)
