"""What becomes of a plan where what was assumed is not so: its power, and the persons that it would need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.unit_words import level_words
from growthcurves.errors import NotEstimableError
from growthcurves.output.numbers import percent_text
from growthcurves.planning.asked import Asked
from growthcurves.planning.chance import chance
from growthcurves.planning.design import Design
from growthcurves.planning.dropout import Dropout
from growthcurves.planning.solve import solve_persons
from growthcurves.planning.words import plural

if TYPE_CHECKING:
    from growthcurves.planning.answer import Plan

#: By how much SDs are larger, effects smaller, and the share that is lost larger.
MORE, LESS, LOST = 1.2, 0.8, 0.1


def what_if(plan: Plan) -> pd.DataFrame:
    """Power of the planned persons, and persons that have the power that was planned, where something differs.

    Columns: label, power, persons (missing where no number has the power).
    """
    power = plan.asked.wanted if plan.asked.wanted is not None else plan.power
    rows = [("as assumed", plan.design, plan.sizes)]
    rows += [(f"the effect is {percent_text(1 - LESS, 0)} % smaller", plan.design, LESS * plan.sizes)]
    rows += [(label, design, plan.sizes) for label, design in _designs(plan)]
    found = [(label, *_numbers(plan, design, sizes, power)) for label, design, sizes in rows]
    return pd.DataFrame(found, columns=["label", "power", "persons"])


def _numbers(plan: Plan, design: Design, sizes: Any, power: float) -> tuple[float, float]:
    at = chance(design.in_arms(plan.whole_arms), plan.question, sizes, float(plan.total), plan.test).power
    try:
        return at, solve_persons(design, plan.question, sizes, plan.test, power)[0]
    except NotEstimableError:
        return at, float("nan")


def _designs(plan: Plan) -> Iterator[tuple[str, Design]]:
    """Designs in which one thing differs, each with what that is."""
    more = percent_text(MORE - 1, 0)
    for label, names in _spreads(plan.design).items():
        assumed = plan.design.assumed
        values = assumed.values | {name: MORE * assumed.values[name] for name in names}
        yield f"{label} {more} % larger", replace(plan.design, assumed=replace(assumed, values=values))
    if plan.design.assumed.matrix is not None:
        matrix = {arm: MORE**2 * V for arm, V in plan.design.assumed.matrix.items()}
        yield (
            f"SD of the outcome {more} % larger",
            replace(plan.design, assumed=replace(plan.design.assumed, matrix=matrix)),
        )
    lost = _more_lost(plan.asked)
    if lost is not None:
        yield f"{percent_text(LOST, 0)} % more of the persons are lost", lost.design


def _spreads(design: Design) -> dict[str, list[str]]:
    """The SDs that are assumed, by what they are of; those of intercepts matter little and are left out."""
    found: dict[str, list[str]] = {}
    used = {f"sd:{name}": unit for name, unit in design.recipe.random.unit_of.items()}
    residual = {one.name for one in design.residual.parameters()} if design.assumed.matrix is None else set()
    for name, value in design.assumed.values.items():
        if not name.startswith("sd:") or not value > 0:
            continue
        if name in residual:
            found.setdefault("SD of residuals", []).append(name)
        elif name in used and not name.startswith("sd:intercept"):
            unit = "" if used[name] == "person" else f" between {level_words(used[name]).several}"
            what = name.removeprefix("sd:").split("|")[0].split(":")[0]
            found.setdefault(f"SD of {plural(what)}{unit}", []).append(name)
    return found


def _more_lost(asked: Asked) -> Asked | None:
    """The question where more are lost in every arm; None of a single visit, and where no more could be."""
    dropout = asked.study.dropout
    by_arm = dropout if isinstance(dropout, Mapping) else {None: dropout}
    more = {arm: _more(one) for arm, one in by_arm.items()}
    if len(asked.study.visits) < 2 or None in more.values():
        return None
    return asked.varied({"dropout": more if isinstance(dropout, Mapping) else more[None]})


def _more(dropout: Any) -> Any:
    """More dropout of the same kind; shares by visit grow in proportion. None where no more could be lost."""
    share = dropout.share if isinstance(dropout, Dropout) else dropout[-1]
    larger = float(np.round(share + LOST, 12))
    if larger >= 1:
        return None
    if isinstance(dropout, Dropout):
        return replace(dropout, share=larger)
    return Dropout(larger) if share == 0 else tuple(one * larger / share for one in dropout)
