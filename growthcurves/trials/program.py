"""Python that makes a trial's analysis again from the same file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growthcurves.model.recipe import model_columns
from growthcurves.report.code import reading

if TYPE_CHECKING:
    from growthcurves.trials.subgroups import Subgroups
    from growthcurves.trials.trial import Trial


def program(trial: Trial, subgroups: Subgroups | None = None) -> str:
    """Reading, analysis and subgroups, from the imports on."""
    columns = [] if subgroups is None else [name for name in dict.fromkeys(subgroups.table["subgroup"]) if name]
    call = ",\n    ".join(f"{name}={text}" for name, text in trial.arguments())
    read = reading(trial.data, trial.design.panel.id, trial.visit_name, [*_used(trial), *columns])
    lines = ["import growthcurves as gc", "", *read]
    lines += ["", f"trial = gc.mmrm(data,\n    {call},\n)", "print(trial)"]
    return "\n".join([*lines, *([] if subgroups is None else _of(subgroups, columns))])


def _used(trial: Trial) -> list[Any]:
    """The columns of the table that the analysis reads."""
    roles, known = trial.design.roles, trial.data.columns
    names = [roles.arm, roles.visit, roles.baseline, *model_columns(trial.design.model)]
    used = [name for name in names if isinstance(name, str) and name in known]
    return list(dict.fromkeys([*used, *(name for name in known if roles.where and str(name) in roles.where)]))


def _of(subgroups: Subgroups, columns: list[str]) -> list[str]:
    visit = getattr(subgroups.visit, "item", lambda: subgroups.visit)()
    return [f"subgroups = trial.subgroups({columns!r}, visit={visit!r})", "print(subgroups)"]
