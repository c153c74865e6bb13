"""How a site makes its sums: rows are read by the recipe, put into cells, held to the rules, and added."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame
from growthcurves.data.panel import Panel
from growthcurves.errors import DataError, DisclosureError, ModelError, brief
from growthcurves.model.outcome_family import coded, family_outcome
from growthcurves.numerics.bounds import whole_number
from growthcurves.sites.cells import Cell, SiteRows, by_schedule, cells_of, site_rows
from growthcurves.sites.recipe import SiteRecipe
from growthcurves.sites.releases import told_apart
from growthcurves.sites.schedule import schedule_sums
from growthcurves.sites.settling import Change, settled
from growthcurves.sites.sums import Count, LeftOut, SiteSums, schedule_table, warn_of
from growthcurves.sites.words import cell_words, occasions_words

#: The largest smallest cell that can be asked for.
MOST_CELL = 100_000
#: How many of their SDs values may lie from the recipe's centre: squares of that cost sums so many of their digits.
FAR = 1e3


def sums_of(shared: SiteRecipe, data: Any, min_cell: Any, short: str, name: str) -> SiteSums:
    """See `growthcurves.sites.door.site_sums`."""
    rows, kept, changes = settled_rows(shared, data, min_cell, short, name)
    discrete = shared.model.likelihood_family is not None
    found = [schedule_sums(cells, rows, discrete) for _, cells in by_schedule(kept)]
    schedules = tuple(sorted(found, key=lambda one: (-one.persons, str(one.occasions), str(one.apart))))
    table = schedule_table(shared, schedules)
    return SiteSums(table, name, shared, min_cell, short, schedules, _left_out(changes, min_cell), _lost(changes, rows))


def settled_rows(
    shared: SiteRecipe, data: Any, min_cell: Any, short: str, name: str
) -> tuple[SiteRows, list[Cell], list[Change]]:
    """A site's rows, the cells of them that may be summed, and what became of the others."""
    min_cell = whole_number(min_cell, "min_cell= is the smallest number of persons of a cell", 1, MOST_CELL)
    if not isinstance(name, str) or not name.strip():
        raise ModelError(f"name= is what the site is called, such as 'site_a', not {brief(name)}.")
    rows = _read(shared, _of_site(shared, data, name))
    _refuse_far(rows, name)
    kept, changes = settled(cells_of(rows), rows, min_cell, short, shared.model.likelihood_family is not None)
    if not kept:
        raise DisclosureError(
            f"Nothing of {name} may be told with min_cell={min_cell}: no {min_cell} persons share occasions and "
            f"counted columns; take fewer predictors, or columns with fewer levels."
        )
    return rows, kept, changes


def warn_beside(sums: SiteSums, data: Any, previous: SiteSums) -> None:
    """Warn of what an earlier release of a site, by this recipe or another, tells together with its sums."""
    if previous.shared.hash == sums.shared.hash:
        sums.compare(previous)
        return
    now = settled_rows(sums.shared, data, sums.min_cell, sums.short, sums.site)
    way = "drop" if previous.short == "refuse" else previous.short
    then = settled_rows(previous.shared, data, previous.min_cell, way, previous.site)
    found = told_apart(then[0], then[1], now[0], now[1], max(sums.min_cell, previous.min_cell))
    warn_of(sums, "these sums and those by the earlier recipe tell a few persons apart", found)


def _of_site(shared: SiteRecipe, data: Any, name: str) -> pd.DataFrame:
    """The site's table, which says which site it is where the recipe asks for that."""
    frame = as_frame(data.data if isinstance(data, Panel) else data)
    column, model = shared.roles.site, shared.model
    if column is not None:
        if column in frame.columns:
            others = [value for value in pd.unique(frame[column].dropna()) if str(value) != name]
            if others:
                raise DataError(f"{column!r} holds {str(others[0])!r} besides {name!r}: a file is of one site.")
        frame = frame.assign(**{column: name})
    if model.family is not None and not model.computed:
        frame = coded(frame, model.outcome, model.family).frame
    return frame


def _read(shared: SiteRecipe, frame: pd.DataFrame) -> SiteRows:
    bound = shared.recipe.rows(frame)
    family = shared.model.likelihood_family
    return site_rows(shared, bound, None if family is None else family_outcome(bound.model, bound.panel))


def _refuse_far(rows: SiteRows, name: str) -> None:
    """Refuse values so far from the recipe's centre that their sums lose the digits by which they differ."""
    shared = rows.shared
    centres = dict(zip(shared.person_names, shared.person_centres, strict=True))
    summed = [(one, rows.sums[:, place], centres[one]) for place, one in enumerate(shared.person_names)]
    numbers = [one for one, counted in zip(summed, shared.counted, strict=True) if not counted]
    outcome = [(shared.model.outcome, rows.outcome, shared.outcome_centre)]
    for column, values, centre in [*(outcome if shared.model.likelihood_family is None else []), *numbers]:
        middle, spread = float(np.mean(values)), float(np.std(values))
        if abs(middle) > FAR * spread > 0.0:
            raise DataError(
                f"{column!r} lies around {middle + centre:.4g} at {name} with an SD of {spread:.2g}, and the recipe "
                f"sums it about {centre:g}: sums would lose its digits. Make the recipe of rows with such values, or "
                f"count from a number near them in the table."
            )


def _left_out(changes: list[Change], min_cell: int) -> LeftOut:
    """What was left out, with small numbers as such."""
    gone = {person for one in changes if one.after is None for person in one.before.members.tolist()}
    short = {person for one in changes for person in one.before.members.tolist()} - gone
    rows = sum(one.rows for one in changes)
    few = 0 < len(gone) < min_cell or 0 < len(short) < min_cell
    return LeftOut(_told(len(gone), min_cell), "some" if few and rows else rows, _told(len(short), min_cell))


def _told(count: int, min_cell: int) -> Count:
    return f"fewer than {min_cell}" if 0 < count < min_cell else count


def _lost(changes: list[Change], rows: SiteRows) -> pd.DataFrame:
    """Who fell short, by cell, for the site's own eyes."""
    lines = []
    for one in changes:
        at = [] if one.after is None else [rows.occasions[place] for place in one.after]
        lines.append(
            {
                "cell": cell_words(rows, one.before),
                "persons": one.persons,
                "rows": one.rows,
                "became": f"summed at {occasions_words(rows.shared, at)}" if at else "left out",
                "why": one.why,
            }
        )
    table = pd.DataFrame(lines, columns=["cell", "persons", "rows", "became", "why"])
    return table.sort_values("cell", kind="stable").reset_index(drop=True)
