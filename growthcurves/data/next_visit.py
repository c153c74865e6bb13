"""Who drops out at the next visit: a discrete-time logistic regression on the last outcome that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import Attendance
from growthcurves.data.checks import holds_numbers
from growthcurves.data.levels import as_groups
from growthcurves.data.source import show_level
from growthcurves.numerics.distributions import normal_quantile, two_sided
from growthcurves.numerics.logistic import logistic

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

LAST = "last outcome"
COLUMNS = ["term", "odds_ratio", "conf_low", "conf_high", "estimate", "std_error", "statistic", "p_value", "label"]


@dataclass(frozen=True, eq=False)
class PersonVisits:
    """A row per person and wave at which the person, seen before and in the study until then, could drop out.

    Attributes
    ----------
    person, wave : ndarray of int, shape (rows,)
        Places of the person and of the wave.
    event : ndarray of bool, shape (rows,)
        Whether the person dropped out at the wave: it was the first that was due after the last at which the person was
        seen.
    last : ndarray, shape (rows,)
        The outcome at the last wave before at which the person was seen, its mean where there were several rows.
    row : ndarray of int, shape (rows,)
        A row of the panel at that wave.
    """

    person: np.ndarray
    wave: np.ndarray
    event: np.ndarray
    last: np.ndarray
    row: np.ndarray


def person_visits(there: Attendance, persons: np.ndarray, values: np.ndarray) -> PersonVisits:
    """The rows at risk.

    Parameters
    ----------
    there : Attendance
    persons : ndarray of int, shape (rows with an outcome,)
        Place of the person of each row among those of `there`.
    values : ndarray, shape (rows with an outcome,)
    """
    count, waves = there.seen.shape
    cells = persons * waves + there.grid.codes
    with np.errstate(invalid="ignore"):
        means = np.bincount(cells, values, count * waves) / np.bincount(cells, minlength=count * waves)
    rows = np.zeros(count * waves, dtype=np.intp)
    rows[cells[::-1]] = np.arange(len(cells) - 1, -1, -1)
    place = np.arange(waves)
    before = np.maximum.accumulate(np.where(there.seen, place, -1), axis=1)
    before = np.column_stack([np.full(count, -1), before[:, :-1]])  # the last wave seen before this one
    after = there.due & (place > there.last_seen[:, None])
    event = after & there.dropped[:, None] & (after.cumsum(axis=1) == 1)
    at_risk = there.due & (before >= 0) & ((place <= there.last_seen[:, None]) | event)
    person, wave = np.nonzero(at_risk)
    seen_at = person * waves + before[person, wave]
    return PersonVisits(person, wave, event[person, wave], means[seen_at], rows[seen_at])


@dataclass(frozen=True, eq=False)
class NextVisit:
    """The regression of dropping out at the next visit.

    Attributes
    ----------
    odds : DataFrame
        One row per term: last outcome (per SD), groups and covariates.
    visits : DataFrame
        One row per wave: wave, at_risk, dropped, percent.
    sd : float
        SD of the last outcome over the rows.
    rows, events, left_out : int
        Rows used, events among them, and rows left out for a missing covariate.
    why_not : str
        Why there are no estimates; "" where there are.
    """

    odds: pd.DataFrame
    visits: pd.DataFrame
    sd: float
    rows: int
    events: int
    left_out: int
    why_not: str


def next_visit(
    panel: Panel, there: Attendance, visits: PersonVisits, by: str | None, names: Sequence[str], level: float
) -> NextVisit:
    """Fit it: visits have intercepts of their own, which take up the hazard of each.

    A person's rows need no correlation: their product is the likelihood of a discrete hazard (Singer and Willett 2003).
    """
    columns = _columns(panel, visits.row, by, names)
    used = np.all([np.isfinite(values) for _, values, _ in columns] or [np.ones(len(visits.row), bool)], axis=0)
    person_rows, events = visits.wave[used], visits.event[used].astype(float)
    sd = float(np.std(visits.last[used], ddof=1)) if used.sum() > 1 else float("nan")
    here, informative = _informative(person_rows, events)
    last = (visits.last[used][informative] - visits.last[used].mean()) / sd if sd > 0 else np.zeros(informative.sum())
    X = np.column_stack(
        [
            person_rows[informative][:, None] == here,
            last,
            *(values[used][informative] - np.mean(values[used]) for _, values, _ in columns),
        ]
    ).astype(float)
    fit = logistic(X, events[informative])
    words = [f"{panel.outcome} at the last visit, per SD", *(label for _, _, label in columns)]
    table = _table([LAST, *(name for name, _, _ in columns)], words, fit, len(here), level)
    why_not = "" if fit.found else _why_not(events, sd)
    return NextVisit(
        table, _by_wave(there, visits), sd, int(used.sum()), int(events.sum()), int((~used).sum()), why_not
    )


def _columns(
    panel: Panel, rows: np.ndarray, by: str | None, names: Sequence[str]
) -> list[tuple[str, np.ndarray, str]]:
    """Name, values and words of each column of covariates: numbers as they are, a level of groups beside the first."""
    found: list[tuple[str, np.ndarray, str]] = []
    for name in [*([] if by is None else [by]), *names]:
        column = panel.column(name)
        if holds_numbers(column) and name != by:
            found.append((name, panel.numbers(name)[rows], f"{name}, per unit"))
            continue
        groups = as_groups(column, panel.first_levels.get(name))
        codes, (first, *others) = np.asarray(groups.codes)[rows], map(show_level, groups.categories)
        for place, other in enumerate(others, start=1):
            values = np.where(codes < 0, np.nan, codes == place)
            found.append((f"{name}[{other}]", values, f"{name}: {other}, beside {first}"))
    return found


def _informative(waves: np.ndarray, events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Waves at which some dropped out and some did not, and which rows are at these: others say nothing of the odds,
    as an intercept without end takes them up.
    """
    count, gone = np.bincount(waves), np.bincount(waves, weights=events)
    here = np.flatnonzero((gone > 0) & (gone < count))
    return here, np.isin(waves, here)


def _table(terms: list[str], words: list[str], fit: Any, skip: int, level: float) -> pd.DataFrame:
    """The terms after the intercepts."""
    estimate, error = fit.beta[skip:], np.sqrt(np.diag(fit.covariance))[skip:]
    half = normal_quantile(0.5 + level / 2.0) * error
    with np.errstate(over="ignore"):
        ratios = [np.exp(estimate), np.exp(estimate - half), np.exp(estimate + half)]
    statistic = estimate / error
    values = [*ratios, estimate, error, statistic, two_sided(statistic, np.full(len(statistic), np.inf))]
    table = pd.DataFrame(dict(zip(COLUMNS, [terms, *values, words], strict=True)))
    table.attrs["level"] = level
    return table


def _by_wave(there: Attendance, visits: PersonVisits) -> pd.DataFrame:
    """Persons at risk at each wave, and who dropped out at it."""
    at_risk = np.bincount(visits.wave, minlength=there.grid.count)
    dropped = np.bincount(visits.wave, weights=visits.event, minlength=there.grid.count).astype(int)
    with np.errstate(invalid="ignore"):
        percent = 100.0 * dropped / at_risk
    table = {"wave": there.grid.labels, "at_risk": at_risk, "dropped": dropped, "percent": percent}
    return pd.DataFrame(table)[at_risk > 0].reset_index(drop=True)


def _why_not(events: np.ndarray, sd: float) -> str:
    if not sd > 0:
        return "The last outcomes before are all the same, so that dropping out cannot depend on them."
    if not 0 < events.sum() < len(events):
        return "At no visit did some drop out and others stay, so that nothing tells them apart."
    return (
        "The odds of dropping out have no estimate: the last outcome or a covariate tells all who dropped out from the "
        "others, or covariates are linear combinations of each other or of the visits."
    )
