"""From what the user asked for to a fit: read the file, reshape it, give columns roles, build the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.options import Request
from growthcurves.cli.terms import as_formula, mentions, number_or_text, random_names, references

if TYPE_CHECKING:
    import pandas as pd

    from growthcurves.data.panel import Panel
    from growthcurves.model.growth import GrowthModel


@dataclass(frozen=True)
class Roles:
    """The columns that mean something."""

    id: str
    time: str | None
    outcome: str


def run(request: Request) -> Any:
    """Read, reshape and fit as asked.

    Raises
    ------
    GrowthCurvesError
        With one sentence for the user.
    """
    from growthcurves.fit import fit

    _refuse_contradictions(request)
    roles = _roles(request)
    frame = _long_table(request, roles)
    panel = _panel(request, roles, _with_groups(frame, request.by))
    if request.formula:
        return fit(request.formula, panel, method=request.method, **_formula_options(request, panel))
    return fit(_model(request, roles, panel), panel, method=request.method)


def _formula_options(request: Request, panel: Panel) -> dict[str, Any]:
    options: dict[str, Any] = {"time": request.time} if request.time else {}
    return options | ({"reference": references(request.reference, panel.data)} if request.reference else {})


def _refuse_contradictions(request: Request) -> None:
    if not request.formula:
        return
    for name in ("slope", "intercept", "random"):
        if getattr(request, name):
            raise click.UsageError(
                f"--formula says the whole model: leave --{name} out, or write it in the formula."
            )


def _roles(request: Request) -> Roles:
    """Roles from the options, or from the formula; where both speak they must agree."""
    if request.formula:
        return _formula_roles(request)
    outcome = request.outcome or _pattern_stem(request.columns)
    missing = [f"--{name}" for name in ("id", "time") if not getattr(request, name)]
    missing += [] if outcome else ["--outcome"]
    if missing:
        raise click.UsageError(f"{', '.join(missing)} needed (or the whole model with --formula).")
    assert request.id is not None and outcome is not None
    return Roles(request.id, request.time, outcome)


def _formula_roles(request: Request) -> Roles:
    from growthcurves.model.formula import parse_formula

    assert request.formula is not None
    parsed = parse_formula(request.formula, request.time)
    roles = Roles(parsed.id, parsed.time, parsed.outcome)
    for name in ("id", "outcome"):
        given, said = getattr(request, name), getattr(roles, name)
        if given and given != said:
            raise click.UsageError(f"--{name} is {given!r} but the formula says {said!r}.")
    return roles


def _pattern_stem(pattern: str | None) -> str | None:
    from growthcurves.data.patterns import Pattern

    return Pattern(pattern).stem if pattern else None


def _long_table(request: Request, roles: Roles) -> pd.DataFrame:
    from growthcurves.data.read import read_table

    frame = read_table(request.data, missing=[number_or_text(code) for code in request.missing])
    if not request.columns:
        return frame
    from growthcurves.data.frame import require_columns
    from growthcurves.data.reshape import to_long

    if roles.time is None:
        raise click.UsageError("--columns makes a time column: name it with --time.")
    require_columns(frame, [roles.id, *([request.by] if request.by else [])])
    kept = [name for name in frame.columns if name != roles.id and _mentioned(str(name), request)]
    return to_long(frame, id=roles.id, time=roles.time, columns={roles.outcome: request.columns}, keep=kept)


def _mentioned(column: str, request: Request) -> bool:
    """Whether a column may be needed; one whose name is part of another name is kept too, without harm."""
    texts = (request.slope, request.intercept, request.formula)
    return column == request.by or any(column in text for text in texts if text)


def _with_groups(frame: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """The table with the grouping column as categories: arms coded 1, 2, 3 are groups and no scale."""
    if by is None:
        return frame
    from growthcurves.data.frame import require_columns
    from growthcurves.errors import DataError
    from growthcurves.plots.people import MOST_GROUPS

    require_columns(frame, [by])
    count = frame[by].nunique()
    if not 2 <= count <= MOST_GROUPS:
        raise DataError(
            f"--by {by!r} makes {count} group{'s' * (count != 1)}; 2 to {MOST_GROUPS} can be compared: "
            f"give a column of groups, or use the column as a predictor with --slope."
        )
    return frame.assign(**{by: frame[by].astype("category")})


def _panel(request: Request, roles: Roles, frame: pd.DataFrame) -> Panel:
    from growthcurves.data.panel import Panel

    return Panel(
        frame,
        id=roles.id,
        time=roles.time,
        outcome=roles.outcome,
        time_unit=request.time_unit,
        outcome_unit=request.outcome_unit,
    )


def _model(request: Request, roles: Roles, panel: Panel) -> GrowthModel:
    from growthcurves.model.formula import quoted
    from growthcurves.model.growth import GrowthModel

    columns = {str(name) for name in panel.data.columns}
    slope = [as_formula(request.slope, columns)] if request.slope else []
    intercept = [as_formula(request.intercept, columns)] if request.intercept else []
    if request.by and not any(mentions(part, request.by) for part in slope):
        slope = [quoted(request.by), *slope]
    predictors = {"intercept": " + ".join([*slope, *intercept]), "slope": " + ".join(slope)}
    model = GrowthModel(
        outcome=roles.outcome,
        time=roles.time,
        id=roles.id,
        predictors={name: text for name, text in predictors.items() if text},
        reference=references(request.reference, panel.data),
    )
    return model if request.random is None else replace(model, random=random_names(request.random))
