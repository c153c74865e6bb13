"""The sampling units of persons and the strata of these, counted over the whole table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import raw_array, require_columns
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.model.growth import GrowthModel
from growthcurves.model.survey.checked import named_unit, varying_row
from growthcurves.model.survey.design import SurveyDesign


def sampling_units(
    design: SurveyDesign, model: GrowthModel, panel: Panel, top: np.ndarray, whole: pd.DataFrame, distinct: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The sampling unit of each person and the stratum of each sampling unit, those without persons included."""
    highest = list(model.above)[-1] if model.above else model.id
    psu, first = design.psu or highest, panel.persons.first_rows
    named = [name for name in (psu, design.strata) if name is not None]
    for name in named:
        if name != model.id:
            _refuse_divided(panel, model, name)
    everybody = not distinct and len(whole) == len(panel)
    sampled, strata, names = _numbered(panel, named, first, None if everybody else whole)
    _refuse_single(design, strata, names)
    _refuse_splitting(model, psu, highest, sampled, top, panel)
    return sampled, strata


def _numbered(
    panel: Panel, named: Sequence[str], first: np.ndarray, whole: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray, Any]:
    """The sampling unit of each person, the stratum of each unit, and what strata are called.

    `named` are the columns of sampling units and, where there are any, of strata; rows of the whole table in which one
    of these is missing are of nobody. Without a whole table nobody was left out.
    """
    if whole is None and list(named) == [panel.id]:
        return np.arange(len(first)), np.zeros(len(first), dtype=np.intp), [None]
    pieces = [panel.column(name)[first] for name in named]
    if whole is not None:
        require_columns(whole, list(named))
        pieces = [_joined(raw_array(whole, name), piece) for name, piece in zip(named, pieces, strict=True)]
    found = [pd.factorize(piece) for piece in pieces]
    units, strata = found[0][0], found[1][0] if len(found) > 1 else np.zeros(len(found[0][0]), dtype=np.intp)
    there = (units >= 0) & (strata >= 0)
    key = units.astype(np.int64) * (int(strata.max(initial=0)) + 1) + strata
    codes, keys = pd.factorize(key[there])
    place = np.full(len(key), -1, dtype=np.intp)
    place[there] = codes
    names = found[1][1] if len(found) > 1 else [None]
    return _of_the_fit(place[len(key) - len(first) :], keys % (int(strata.max(initial=0)) + 1), names)


def _of_the_fit(sampled: np.ndarray, strata: np.ndarray, names: Any) -> tuple[np.ndarray, np.ndarray, Any]:
    """Sampling units of persons (N,), strata of units and their names, without strata of which nobody is in the fit.

    These add nothing to the variance, and tell nothing of it: they are no degrees of freedom.
    """
    used, of_units = np.unique(strata, return_inverse=True)
    kept = np.zeros(len(used), dtype=bool)
    kept[of_units.reshape(-1)[sampled]] = True
    there = kept[of_units.reshape(-1)]
    return (np.cumsum(there) - 1)[sampled], (np.cumsum(kept) - 1)[of_units.reshape(-1)[there]], [
        names[k] for k in used[kept]
    ]


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.dtype == other.dtype:
        return np.concatenate([one, other])
    return np.concatenate([np.asarray(one, dtype=object), np.asarray(other, dtype=object)])


def _refuse_divided(panel: Panel, model: GrowthModel, name: str) -> None:
    values = panel.column(name)
    missing = np.asarray(pd.isna(values))
    if missing.any():
        row = int(missing.argmax())
        raise ModelError(
            f"{name!r} is missing for {named_unit(panel, model, model.id, row)}: the design needs it of everybody."
        )
    differs = varying_row(panel, name)
    if differs is not None:
        raise ModelError(
            f"{name!r} varies within {named_unit(panel, model, model.id, differs)}: a person was sampled in one "
            f"stratum and unit; give those of the first wave."
        )


def _refuse_single(design: SurveyDesign, strata: np.ndarray, names: Any) -> None:
    sizes = np.bincount(strata)
    if len(strata) < 2:
        raise ModelError("The design has one sampling unit: there is no variance between units to take errors from.")
    if design.single == "refuse" and (sizes == 1).any():
        stratum = show_id(names[int((sizes == 1).argmax())])
        others = f" ({(sizes == 1).sum() - 1:,} others too)" if (sizes == 1).sum() > 1 else ""
        raise ModelError(
            f"The stratum {stratum} of {design.strata!r} has one sampling unit{others}: join it to another, or say "
            f"single='certainty' (it adds nothing) or single='centred' (against the mean of all units)."
        )


def _refuse_splitting(
    model: GrowthModel, psu: str, highest: str, sampled: np.ndarray, top: np.ndarray, panel: Panel
) -> None:
    """Sampling units hold units of the highest level whole."""
    if not model.above:
        return
    firsts = np.unique(top, return_index=True)[1]
    apart = sampled != sampled[firsts][top]
    if apart.any():
        name = show_id(panel.column(highest)[panel.persons.first_rows[int(apart.argmax())]])
        if psu == highest:
            raise ModelError(
                f"{highest} {name} lies in two strata: a unit was sampled in one; give the units of each stratum names "
                f"of their own."
            )
        raise ModelError(
            f"{highest} {name} lies in two sampling units {psu!r}: these hold units of the highest level whole."
        )
