"""What a user gives to be fitted, as a model and a panel: a formula is read in the light of its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.data.frame import as_frame, check_name, require_columns
from growthcurves.data.joined import with_joined
from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError
from growthcurves.estimate.run import chosen, panel_for
from growthcurves.model.families import family_of
from growthcurves.model.formula.lme4 import ParsedFormula, parse_formula
from growthcurves.model.from_formula import growth_model, with_time
from growthcurves.model.groups import with_groups
from growthcurves.model.growth import GrowthModel
from growthcurves.model.outcome_family import coded
from growthcurves.model.person_level import PersonLevel


def read_model(
    model: GrowthModel | str, data: Any, time: str | None, where: str | None, options: dict[str, Any]
) -> tuple[GrowthModel, Panel, PersonLevel | None]:
    """The model and its panel from what a user may give, and the panel at the level of persons if looked at already."""
    refuse_no_model(model, time, options)
    if isinstance(model, GrowthModel):
        if model.family is not None and not model.computed and not isinstance(data, Panel):
            data, family = coded(as_frame(data), model.outcome, model.family)
            model = model.replace(family=family)
        return model, panel_for(model, data, where), None
    family = family_of(options.get("family"))
    parsed, panel, family = _panel_of_formula(model, data, time, where, family)
    options = options if family is None else options | {"family": family}
    panel = panel.drop_missing(column for column in parsed.columns if column not in parsed.roles)
    people = PersonLevel(panel)
    read = growth_model(parsed, people.varies, **options)
    return read, panel_for(read, panel), people


def refuse_no_model(model: Any, time: str | None, options: Mapping[str, Any]) -> None:
    """Refuse what is neither a formula nor a model, and options of a formula beside a model.

    Raises
    ------
    ModelError
        For them.
    """
    if not isinstance(model, (str, GrowthModel)):
        raise ModelError(f"fit() takes a formula or a GrowthModel first, then the data; not {type(model).__name__}.")
    if isinstance(model, GrowthModel):
        refuse_options("a GrowthModel", time, options)


def refuse_options(what: str, time: str | None, options: Mapping[str, Any]) -> None:
    """Refuse options of a formula beside `what` has answered them."""
    if time is not None or options:
        raise ModelError(f"time= and model options belong to formulas; {what} holds its own.")


def _panel_of_formula(
    formula: str, data: Any, time: str | None, where: str | None, family: Any
) -> tuple[ParsedFormula, Panel, Any]:
    """A formula read in the light of its data, the panel that it asks for, and the family that knows its categories."""
    check_name(time, "time")
    parsed = parse_formula(formula, time)
    if isinstance(data, Panel):
        data.require(column for column in parsed.columns if column not in parsed.group)
        parsed = with_groups(parsed, time, data.data)
        return with_time(parsed, time, data.time, data.data), chosen(data, where), family
    frame = as_frame(data)
    require_columns(frame, parsed.columns)
    parsed = with_time(with_groups(parsed, time, frame), time, None, frame)
    for group in parsed.groups[1:]:
        frame, _ = with_joined(frame, list(group), "levels")
    frame, person = with_joined(frame, list(parsed.group), "id")
    outcome = parsed.left.read_from(person, parsed.time)
    if family is not None:
        frame, family = coded(frame, outcome, family)
    return parsed, Panel(frame, id=person, time=parsed.time, outcome=outcome, where=where), family
