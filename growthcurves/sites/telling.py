"""Whether the sums of a whole schedule tell values of its persons; "" where they do not, else why."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.sites.cells import Cell, SiteRows, joined
from growthcurves.sites.digits import scale_of, step_of, told, unknown
from growthcurves.sites.leverage import leverages
from growthcurves.sites.values import few_at_both, rare_value

#: Outcomes of a schedule that scatter by less than this share of their size are told by the sums.
SCATTER = 1e-8
#: The most of any sum that may be one person's.
MOST = 0.8
SAME = "the same outcome for everybody at an occasion"


def told_of(cells: list[Cell], rows: SiteRows) -> tuple[Array, Array]:
    """What is summed of the persons of a schedule, (N, a), and their outcomes, (N, s).

    Where numbers are summed by type, the types count among what is summed.
    """
    known, outcomes, kinds = joined(cells, rows)
    if rows.shared.counted.all():
        return known, outcomes
    return np.column_stack([known, kinds[:, None] == np.unique(kinds)]), outcomes


def told_at_once(outcomes: Array, rank: int) -> str:
    """Whether outcomes (N, s) follow from sums with columns of a rank, or are those of everybody."""
    n, occasions = outcomes.shape
    if n <= rank + occasions:
        return f"no more persons ({n}) than predictors and occasions together ({rank} + {occasions})"
    return SAME if (outcomes == outcomes[0]).all(axis=0).any() else ""


def told_numbers(cells: list[Cell], rows: SiteRows) -> str:
    """Whether numbers that are summed by type have no more digits than their sums tell of them."""
    counted, raw = rows.shared.counted, rows.shared.raw
    if counted.all():
        return ""
    known, _, kinds = joined(cells, rows)
    types = (kinds[:, None] == np.unique(kinds)).astype(float)
    summed = told(types, np.ones(types.shape[1]), known[:, ~counted], rows.number_scales)
    there, own = unknown(types, known[:, raw], [scale_of(column) for column in rows.sums[:, raw].T])
    return "" if there - summed >= own else f"too few persons ({len(known)}) for the digits of predictors"


def told_outcomes(known: Array, outcomes: Array, rows: SiteRows, min_cell: int) -> str:
    """Whether outcomes (N, s) are counted, solved for, or mostly one person's by sums with known columns (N, a)."""
    n, scales = len(known), [rows.scale] * outcomes.shape[1]
    if rare_value(outcomes, min_cell):
        return f"an outcome of two or three values, of which one has fewer than {min_cell} persons"
    if few_at_both(outcomes, rows.scale, min_cell):
        return f"outcomes of which fewer than {min_cell} are away from the ends of their scale at two occasions"
    scatter = outcomes - known @ np.linalg.lstsq(known, outcomes, rcond=None)[0]
    size = np.linalg.norm(outcomes - outcomes.mean(axis=0), axis=0)
    if np.linalg.svd(scatter / size, compute_uv=False).min() <= SCATTER:
        return "outcomes that follow from their predictors and from each other without any scatter"
    if leverages(np.column_stack([known, outcomes]))[0].max() > MOST:
        return f"too few persons ({n}), or outcomes too far from others: one makes more than {MOST * 100:g} % of a sum"
    there, own = unknown(known, outcomes, scales)
    summed = told(known, np.array([step_of(column) for column in known.T]), outcomes, scales)
    return "" if there - summed >= own else f"too few persons ({n}) for the digits of outcomes"
