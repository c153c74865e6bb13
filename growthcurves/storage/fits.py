"""A fit as one JSON file, and back.

What is kept, by what answers need (design of the moments, docs/engine.md, section 1):

- always: model, formulas' records, cross-products (tier 1), the optimum, and where the fit comes from (versions,
  time of fitting, hash of the data, seeds). Enough for estimates, tests, intervals, ICC, predictions of average and
  new persons;
- unless ``people=False``: persons' ids, person-level predictors and cross-products (tier 2). Adds everything that
  counts or lists persons: `people`, `random_effects`, `change`, predictions of known persons;
- with ``rows=True``: the rows. Adds residuals, fitted values, pictures, `refit` with another model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.absent import NO_PERSONS, ROWS
from growthcurves.data.clock import Clock
from growthcurves.data.joined import COMMA
from growthcurves.data.panel import Panel
from growthcurves.data.saved_panel import SavedPanel, SavedPersons, known
from growthcurves.data.time_facts import TimeFacts
from growthcurves.engine.build import (
    LIKELIHOODS,
    Nesting,
    Sums,
    Terms,
    estimates_from,
    family_from,
    general_from,
    summed,
    sums_from,
    sums_values,
)
from growthcurves.engine.estimates import Estimates
from growthcurves.errors import FormulaError, NotAvailableError
from growthcurves.estimate.run import rows_of, sample_of
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Functions
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.left import computed_side
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import BoundRows, Recipe, intercept_ranges, used_by_person, used_columns
from growthcurves.model.survey.weighing import Weighing
from growthcurves.numerics.bounds import flag
from growthcurves.output.endings import FIT, checked_ending
from growthcurves.output.files import write_text
from growthcurves.provenance import Made
from growthcurves.storage.columns import columns_from, columns_values
from growthcurves.storage.designs import design_columns, design_values, weighing_from, with_mass
from growthcurves.storage.kept import kept_from, kept_of, kept_values, last_of
from growthcurves.storage.models import model_from, model_values
from growthcurves.storage.parts import Kinds, kind_called, own_parts
from growthcurves.storage.recipes import recipe_from, recipe_values
from growthcurves.storage.replayed import refuse_another_likelihood, refuse_formulas, refuse_other_sums
from growthcurves.storage.schema import completed, refuse_contradictions, refuse_other_kinds
from growthcurves.storage.sealed import DAMAGE, is_whole, opened, refuse_broken, refused, sealed
from growthcurves.storage.values import decoded, encoded

#: The class of a fit with a sampling design, and of one without.
KindOfFit = Callable[[bool], type[FittedModel]]


def save(fit: FittedModel, path: str | Path, rows: bool = False, people: bool = True) -> Path:
    """Write a fit to a file; see `growthcurves.fit.GrowthFit.save`."""
    path = checked_ending(path, "a fit", FIT)
    rows, people = flag(rows, "rows"), flag(people, "people")
    if fit.bound.crossed and not rows:
        raise NotAvailableError(f"The sums of crossed units are made of rows: save this fit with {ROWS}.")
    found = fit.estimates.values()
    if "likelihood" in found and not rows:
        raise NotAvailableError(
            f"This fit's family, residual structure or likelihood is one whose answers need the rows: save it "
            f"with {ROWS}."
        )
    values = {
        "model": model_values(fit.model),
        "method": fit.method,
        "made": (fit.made.at, fit.made.by, fit.data_hash, tuple(fit.made.draws)),
        "notes": tuple((note.kind.value, note.text) for note in fit.notes),
        "panel": _panel_values(fit, rows, people),
        "bound": _bound_values(fit.bound, people),
        **sums_values(fit.sums, people),
        "design": design_values(fit, rows, people),
        "optimum": found,
    }
    return write_text(path, sealed(encoded(values)))


def needs_rows(fit: FittedModel) -> bool:
    """Whether a fit can be saved with its rows alone, as its answers are made of them."""
    return bool(fit.bound.crossed) or "likelihood" in fit.estimates.values()


def load(
    path: str | Path, kind: KindOfFit, functions: Functions | None = None, parts: Iterable[type] = ()
) -> FittedModel:
    """Read a fit from a file; see `growthcurves.fit.load`. `kind` says of what class it is."""
    own = own_parts(parts)
    content, seal = opened(path)
    try:
        fit = _fit(decoded(content), kind, functions, own)
    except FormulaError:  # it is said which formula, and what to give
        raise
    except DAMAGE as error:  # whatever a file that is not whole makes of reading it
        raise refused(path, error, is_whole(content, seal), bool(own or functions)) from error
    refuse_broken(path, content, seal)
    return fit


def _fit(values: dict[str, Any], kind: KindOfFit, functions: Functions | None, own: Kinds) -> FittedModel:
    values = completed(values)
    refuse_other_kinds(values)
    model = model_from(values["model"], functions, own)
    refuse_contradictions(values, model, Terms(*values["moments"]["terms"]))
    sums = sums_from(values, NO_PERSONS)
    panel = _panel(values["panel"]).referring(model.reference or {})
    recipe = recipe_from(values["bound"], model, panel, sums.terms)
    refuse_formulas(recipe, values["bound"]["names"])
    bound = recipe.replayed(panel) if isinstance(panel, Panel) else _bound(recipe, panel, values["bound"])
    weighing = _weighing(values["design"], sums, bound)
    if bound.crossed:
        sums = summed(rows_of(bound))
    refuse_other_sums(bound, sums, values["people"] is not None, isinstance(panel, Panel), weighing)
    estimates = _estimates(values, sums, bound, own, weighing)
    notes = tuple(Note(NoteKind(note), text) for note, text in values["notes"])
    at, versions, data, draws = values["made"]
    made = Made(at, versions, data, list(draws))
    return kind(weighing is not None)(
        model, panel, bound, estimates, values["method"], notes, made, weighing=weighing
    )  # fmt: skip


def _weighing(values: dict[str, Any] | None, sums: Sums, bound: BoundRows) -> Weighing | None:
    """What the design came to, with how many persons each stands for."""
    found = weighing_from(values)
    if found is None or values is None or values["people"] is None:
        return found
    if isinstance(bound.panel, Panel):
        return with_mass(found, Nesting.of(bound.units).units if bound.units else ())
    return with_mass(found, () if sums.people.nesting is None else sums.people.nesting.units)


def _estimates(
    saved: dict[str, Any], sums: Sums, bound: BoundRows, own: Kinds, weighing: Weighing | None
) -> Estimates:
    values, reml = saved["optimum"], saved["method"] == "reml"
    sample = sample_of(weighing)
    if "likelihood" not in values:
        return estimates_from(values, sums, reml, sample, None if sample is None else saved["design"]["spread"])
    if bound.model.likelihood_family is not None:
        rows = rows_of(bound, weighing=weighing)
        found = family_from(values, sums, rows, bound.model.likelihood_family, sample)
        refuse_another_likelihood(found)
        return found
    maker = kind_called("likelihood", values["likelihood"], LIKELIHOODS, own)
    found = general_from(values, sums, maker(rows_of(bound), sums, reml, residual_of(bound.model.residual)))
    refuse_another_likelihood(found)
    return found


# ------------------------------------------------------------------ the panel


def _panel_values(fit: FittedModel, rows: bool, people: bool) -> dict[str, Any]:
    panel = fit.panel
    sizes, counts = np.unique(panel.persons.sizes, return_counts=True)
    roles = ("id", "time", "outcome", "wave", "time_unit", "outcome_unit", "since", "where")
    facts = panel.time_facts
    return {
        **{name: getattr(panel, name) for name in roles},
        "since": _since(panel.since),
        "limits": panel.limits,
        "entry": panel.entry,
        "status": panel.status,
        "ranges": _ranges(fit),
        "columns": columns_values(fit, _read_columns(fit)),
        "rows": len(panel),
        "sizes": np.asarray(panel.persons.sizes) if people else np.repeat(sizes, counts),
        "labels": pd.DataFrame({"id": panel.persons.labels}) if people else None,
        "facts": None if facts is None else astuple(facts),
        "reasons": tuple(tuple(reason) for reason in panel.dropped.itertuples(index=False, name=None)),
        "clock": _clock_values(panel, people) if panel.time is not None else None,
        "table": _rows_table(fit) if rows else None,
        "person_table": _person_table(fit) if people else None,
        "last": last_of(fit) if people and not rows else None,
        "kept": None if rows else kept_values(kept_of(fit, used_columns(fit.recipe)), people),
    }


def _read_columns(fit: FittedModel) -> list[str]:
    """The columns that a fit reads, and those that are one together."""
    model, panel = fit.model, fit.panel
    beside = computed_side(model.outcome).columns if model.computed else ()
    names = [model.id, model.time, model.outcome, panel.wave, *used_columns(fit.recipe), *beside]
    there = [str(name) for name in names if name is not None]
    return list(dict.fromkeys([*there, *(part for name in there for part in name.split(COMMA))]))


def _rows_table(fit: FittedModel) -> pd.DataFrame:
    panel, model = fit.panel, fit.model
    roles = [model.id, *([model.time] if model.time else []), model.outcome, *([panel.wave] if panel.wave else [])]
    beside = computed_side(model.outcome).columns[1:] if model.computed else ()
    of_design = () if fit.weighing is None else design_columns(fit.weighing.design, panel.data.columns)
    names = dict.fromkeys([*roles, *used_columns(fit.recipe), *beside, *of_design])
    return panel.frame[list(names)].reset_index(drop=True)


def _person_table(fit: FittedModel) -> pd.DataFrame:
    if isinstance(fit.panel, SavedPanel):
        return fit.panel.person_table
    return PersonLevel(fit.panel).values(used_by_person(fit.bound))


def _ranges(fit: FittedModel) -> dict[str, tuple[float, float]]:
    if isinstance(fit.panel, SavedPanel):
        return dict(fit.panel.ranges)
    return intercept_ranges(fit.recipe, fit.panel.frame)


def _panel(values: dict[str, Any]) -> Any:
    names = ("id", "time", "outcome", "wave", "time_unit", "outcome_unit", "since", "where", "limits")
    roles = {name: values[name] for name in (*names, "entry", "status")}
    if values["table"] is not None:
        return Panel.restored(values["table"], roles, values["reasons"], _clock(roles, values["clock"]))
    labels = NO_PERSONS if values["labels"] is None else _labels(values["labels"]["id"])
    persons = SavedPersons.of(values["sizes"], labels, values["rows"])
    facts = None if values["facts"] is None else TimeFacts(*values["facts"])
    table = NO_PERSONS if values["person_table"] is None else values["person_table"]
    clock = _clock(roles, values["clock"])
    panel = SavedPanel(**roles, persons=persons, time_facts=facts, reasons=values["reasons"],
                       clock_of=known(clock), table_of=known(table), ranges=values["ranges"],
                       facts=columns_from(values["columns"]))  # fmt: skip
    last = None if values["last"] is None else known(values["last"])
    return replace(panel, kept=kept_from(values["kept"], panel), last_of=last)


def _clock_values(panel: Any, people: bool) -> dict[str, Any]:
    clock = panel.clock
    firsts = clock.firsts
    if firsts is not None and not people:  # nobody is known
        firsts = firsts.iloc[:0]
    return {"derived": clock.derived, "firsts": firsts}


def _clock(roles: dict[str, Any], values: dict[str, Any] | None) -> Clock | None:
    if values is None:
        return None
    return Clock(roles["id"], roles["time"], roles["time_unit"], roles["since"], values["derived"], values["firsts"])


def _since(since: Any) -> Any:
    """A date as text, which says the same."""
    return since if since is None or isinstance(since, (str, int, float)) else pd.Timestamp(since).isoformat()


def _labels(column: pd.Series) -> Any:
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array


# ------------------------------------------------------------------ its rows


def _bound_values(bound: BoundRows, people: bool) -> dict[str, Any]:
    return {
        **recipe_values(bound.recipe),
        "weights": tuple(bound.weights) if people else None,
        "shape_values": bound.shape_values if people or not bound.recipe.shape.columns else None,
        "random_weights": bound.random_weights if people or not bound.recipe.weighted else None,
    }


def _bound(recipe: Recipe, panel: SavedPanel, values: dict[str, Any]) -> BoundRows:
    """The rows of a fit that was saved without them: what was kept of its persons."""
    nobody: Any = NO_PERSONS
    weights, *by_person = (values[name] for name in ("weights", "shape_values", "random_weights"))
    shape_values, spread = (nobody if one is None else one for one in by_person)
    return BoundRows(
        recipe,
        panel,  # type: ignore[arg-type]
        shape_values,
        (),
        nobody if weights is None else weights,
        spread,
    )
