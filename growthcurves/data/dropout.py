"""Who drops out, and whether it depends on what was seen: completers against dropouts, and the next visit's odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import Attendance, attendance
from growthcurves.data.checks import holds_numbers
from growthcurves.data.describe import person_time_order
from growthcurves.data.frame import listed
from growthcurves.data.levels import as_groups
from growthcurves.data.markup import TextTable, html_of
from growthcurves.data.missing import person_groups
from growthcurves.data.next_visit import LAST, NextVisit, next_visit, person_visits
from growthcurves.data.own_lines import own_lines
from growthcurves.data.reasons import DIED, STANDINGS
from growthcurves.data.source import show_level
from growthcurves.data.unit_words import UnitWords
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.output.numbers import fixed_text, places_with
from growthcurves.output.save import Saved
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

#: What is compared beside covariates.
FIRST, SLOPE = "first outcome", "own slope"
#: What likelihood takes for granted of dropout.
ASSUMES = (
    "Estimates by likelihood are valid where dropping out depends on what was seen (earlier outcomes, predictors of "
    "the model) and not, beyond these, on what was not. That it depends on what was seen is a fact about the study, "
    "and no fault of the model; whether it depends on the unseen the data cannot tell."
)


@dataclass(frozen=True, eq=False, repr=False)
class DropoutReport(Saved):
    """Who drops out, and whether it depends on what was seen.

    Dropouts were last seen before the last wave that was due of them; completers were seen at it, whether or not they
    missed one before. Who died before dropping out, or was never seen, is neither.

    Attributes
    ----------
    table : DataFrame
        One row per quantity (and group): quantity, completers, mean_completers, sd_completers, dropouts,
        mean_dropouts, sd_dropouts, difference (dropouts less completers) with Welch's std_error, df, statistic,
        p_value, conf_low, conf_high, and std_difference, the difference over the root of the mean of the two variances
        (Austin 2009). Quantities are the first outcome, the slope of a person's own line (of those with two times at
        least), and the covariates at the first visit, a share for each level of groups.
    odds : DataFrame
        Logistic regression of dropping out at the next visit, with an intercept for each visit: term, odds_ratio with
        conf_low and conf_high, estimate (log odds), std_error, statistic, p_value. The last outcome is per SD.
    visits : DataFrame
        One row per wave: wave, at_risk (persons seen before who had not dropped out), dropped, percent.
    counts : dict of str to int
        Persons: dropouts, completers, died (and did not drop out before), never seen; and person_visits.
    sd : float
        SD of the last outcome over the rows of the regression.
    level : float
    names : dict
        The columns: id, outcome, by.
    notes : tuple of str
    who : UnitWords
    """

    table: pd.DataFrame
    odds: pd.DataFrame
    visits: pd.DataFrame
    counts: dict[str, int]
    sd: float
    level: float
    names: dict[str, str | None]
    notes: tuple[str, ...]
    who: UnitWords

    def sentences(self) -> list[str]:
        """The answer in words.

        Returns
        -------
        list of str

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> print(panel.dropout().sentences()[0])
        164 of 600 patients dropped out; 436 were seen at the last wave that was due.
        """
        return [self._who_left(), *self._compared(), *filter(None, [self.of_the_next_visit]), ASSUMES]

    def to_dict(self) -> dict[str, Any]:
        """The tables as plain Python values.

        Returns
        -------
        dict
            ``"table"``, ``"odds"`` and ``"visits"`` as lists of rows, ``"counts"``, ``"sd"``, ``"notes"``.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> panel.dropout().to_dict()["counts"]["dropouts"]
        164
        """
        tables = {"table": self.table, "odds": self.odds, "visits": self.visits}
        records = {name: _records(table) for name, table in tables.items()}
        facts = {"counts": dict(self.counts), "sd": self.sd, "level": self.level, "names": dict(self.names)}
        return records | facts | {"notes": list(self.notes)}

    @told
    def __str__(self) -> str:
        blocks = [f"{heading}\n{_lines(table)}" for heading, table in self._parts()]
        return "\n\n".join([self._title(), *blocks, "\n".join([*self.sentences(), *self.notes])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        tables = [_text_table(table) for _, table in self._parts()]
        return html_of(self._title(), *tables, *self.sentences(), *self.notes)

    def _blocks(self) -> tuple[Any, ...]:
        return (self._title(), *self.sentences(), *self.notes)

    def _parts(self) -> Sequence[tuple[str, pd.DataFrame]]:
        heading = f"{self.who.several.capitalize()} who dropped out less those who did not"
        odds = f"Dropping out at the next visit: odds ratios (intercepts of visits beside; SD {self.sd:.4g})"
        parts = [(heading, self.table), (odds, self.odds), ("Who could drop out, and who did", self.visits)]
        return [(title, table.drop(columns="label", errors="ignore")) for title, table in parts if len(table)]

    def _title(self) -> str:
        by = f", by {self.names['by']!r}" if self.names["by"] is not None else ""
        return f"Dropout of {self.names['outcome']!r}, {self.who.several} in {self.names['id']!r}{by}"

    def _who_left(self) -> str:
        counts, several = self.counts, self.who.several
        total = sum(counts[name] for name in ("dropouts", "completers", "died", "never_seen"))
        died = f", {counts['died']:,} died" if counts["died"] else ""
        stayed, never_seen = (_were(counts[name]) for name in ("completers", "never_seen"))
        never = f", {never_seen} never seen" if counts["never_seen"] else ""
        return (
            f"{counts['dropouts']:,} of {total:,} {several} dropped out; {stayed} seen at the "
            f"last wave that was due{died}{never}."
        )

    def _compared(self) -> list[str]:
        told = []
        for row in self.table[self.table["quantity"].isin((FIRST, SLOPE))].itertuples():
            if np.isnan(row.std_error):
                continue
            places = places_with(row.std_error)
            group = f", {self.names['by']} {row.group}" if self.names["by"] is not None else ""
            what = f"first {self.names['outcome']}" if row.quantity == FIRST else "own slopes"
            size, low, high = (fixed_text(one, places) for one in (row.difference, row.conf_low, row.conf_high))
            told.append(
                f"Difference of {what}, those who dropped out less the others{group}: {size} ({100 * self.level:g} % "
                f"interval {low} to {high}; standardised {row.std_difference:.2f})."
            )
        return told

    @property
    def of_the_next_visit(self) -> str:
        """The odds of dropping out at the next visit, in words; "" where they have no estimate.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> panel.dropout().of_the_next_visit[-52:]
        'are 1.76 times as high (95 % interval 1.48 to 2.10).'
        """
        row = self.odds[self.odds["term"] == LAST]
        if not len(row) or np.isnan(row["estimate"].item()):
            return ""
        one = row.iloc[0]
        shown = "" if one["conf_low"] > 1 or one["conf_high"] < 1 else " It is not shown that they differ."
        return (
            f"For each SD ({self.sd:.3g}) by which {self.names['outcome']} was higher at the last visit, the odds of "
            f"dropping out at the next are {one['odds_ratio']:.2f} times as high ({100 * self.level:g} % interval "
            f"{one['conf_low']:.2f} to {one['conf_high']:.2f}).{shown}"
        )


def dropout_report(panel: Panel, by: str | None, covariates: Any, level: float) -> DropoutReport:
    """Who drops out of a panel; see `Panel.dropout`."""
    names = [name for name in listed([] if covariates is None else covariates, "covariates", 0) if name != by]
    panel.require([*names, *([] if by is None else [by])])
    roles = {panel.id, panel.outcome, panel.time, panel.wave}
    if taken := next((name for name in names if name in roles), None):
        raise ModelError(f"{taken!r} has a role of the panel and is no covariate of dropout: leave it out.")
    there, used = attendance(panel), panel.observed()
    persons = there.persons.codes if used.keep is None else there.persons.codes[used.keep[there.known]]
    if not there.dropped.any():
        said = "Nobody dropped out: all persons who were seen at all were seen at the last wave that was due."
        raise NotEstimableError(vocabulary(panel).said(said))
    visits = person_visits(there, persons, used.values)
    odds = next_visit(used, there, visits, by, names, level)
    groups, labels = person_groups(panel, there.persons, there.known, by)
    died = ~there.dropped & (there.standing == STANDINGS.index(DIED)).any(axis=1) & there.seen.any(axis=1)
    side = np.where(there.dropped, 1, np.where(there.seen.any(axis=1) & ~died, 0, -1))
    measured = _measured(used, there, persons, names)
    parts = [_comparison(measured, np.where(groups == k, side, -1), level, None if by is None else label)
             for k, label in enumerate(labels)]  # fmt: skip
    counts = {
        "dropouts": int((side == 1).sum()), "completers": int((side == 0).sum()), "died": int(died.sum()),
        "never_seen": int((~there.seen.any(axis=1)).sum()), "person_visits": odds.rows,
    }  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    table.attrs["level"] = level
    names_of = {"id": panel.id, "outcome": panel.outcome, "by": by}
    notes = (*there.notes, *_notes(odds))
    return DropoutReport(table, odds.odds, odds.visits, counts, odds.sd, level, names_of, notes, vocabulary(panel).who)


def _were(count: int) -> str:
    return f"{count:,} {'was' if count == 1 else 'were'}"


def _notes(odds: NextVisit) -> list[str]:
    notes = [odds.why_not] if odds.why_not else []
    if odds.left_out:
        notes.append(f"{odds.left_out:,} visits are left out of the odds for a missing covariate.")
    none = odds.visits.loc[odds.visits["dropped"] == 0, "wave"].tolist()
    if none and not odds.why_not:
        notes.append(f"Nobody dropped out at {', '.join(map(str, none))}: these visits say nothing of the odds.")
    return notes


# ------------------------------------------------------------------ completers and dropouts


def _measured(
    panel: Panel, there: Attendance, persons: np.ndarray, names: Sequence[str]
) -> list[tuple[str, np.ndarray, str]]:
    """Quantity, value of each person (NaN where there is none) and words."""
    count = there.persons.count
    order = np.arange(len(persons)) if panel.time is None else person_time_order(panel.persons, panel.times)
    order = np.arange(len(persons)) if order is None else order
    first = np.full(count, -1)
    first[persons[order][::-1]] = order[::-1]  # the last written is the first
    seen = first >= 0
    found = [(FIRST, _at(panel.values, first, seen), f"{panel.outcome} at the first visit")]
    if panel.time is not None:
        slopes = np.full(count, np.nan)
        slopes[persons[panel.persons.first_rows]] = own_lines(panel.persons, panel.times, panel.values, 0.0)["slope"]
        found.append((SLOPE, slopes, f"slope of {panel.outcome} in {panel.time}, own least squares"))
    for name in names:
        column = panel.column(name)
        if holds_numbers(column):
            found.append((name, _at(panel.numbers(name), first, seen), f"{name} at the first visit"))
            continue
        groups = as_groups(column, panel.first_levels.get(name))
        levels = [show_level(level) for level in groups.categories]
        for place, label in list(enumerate(levels))[len(levels) == 2 :]:
            codes = np.asarray(groups.codes, dtype=float)
            is_it = np.where(codes < 0, np.nan, codes == place)
            found.append((f"{name}[{label}]", _at(is_it, first, seen), f"share of {name}: {label} at the first visit"))
    return found


def _at(values: np.ndarray, rows: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.where(there, values[np.maximum(rows, 0)], np.nan)


def _comparison(
    measured: Sequence[tuple[str, np.ndarray, str]], side: np.ndarray, level: float, group: str | None
) -> pd.DataFrame:
    """One row per quantity: persons of side 1 (dropouts) less those of side 0 (completers)."""
    rows = [{"quantity": name, **_welch(values[side == 0], values[side == 1], level), "label": label}
            for name, values, label in measured]  # fmt: skip
    table = pd.DataFrame(rows)
    if group is not None:
        table.insert(0, "group", group)
    return table


def _welch(stayed: np.ndarray, left: np.ndarray, level: float) -> dict[str, float]:
    """Means, SDs and the difference of two groups by Welch's t."""
    stayed, left = stayed[np.isfinite(stayed)], left[np.isfinite(left)]
    (n0, mean0, sd0), (n1, mean1, sd1) = _moments(stayed), _moments(left)
    difference, parts = mean1 - mean0, np.array([sd0**2 / max(n0, 1), sd1**2 / max(n1, 1)])
    with np.errstate(invalid="ignore", divide="ignore"):
        error = float(np.sqrt(parts.sum()))
        df = float(parts.sum() ** 2 / (parts**2 / np.array([n0 - 1, n1 - 1])).sum())
        statistic = float(np.divide(difference, error))
        standardised = float(np.divide(difference, np.sqrt((sd0**2 + sd1**2) / 2.0)))
    half = float(t_quantile(0.5 + level / 2.0, np.array(df))) * error
    return {
        "completers": n0, "mean_completers": mean0, "sd_completers": sd0,
        "dropouts": n1, "mean_dropouts": mean1, "sd_dropouts": sd1,
        "difference": difference, "std_error": error, "df": df, "statistic": statistic,
        "p_value": float(two_sided(np.array(statistic), np.array(df))), "conf_low": difference - half,
        "conf_high": difference + half, "std_difference": standardised,
    }  # fmt: skip


def _moments(values: np.ndarray) -> tuple[int, float, float]:
    n = len(values)
    return n, float(values.mean()) if n else float("nan"), float(values.std(ddof=1)) if n > 1 else float("nan")


# ------------------------------------------------------------------ text


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.astype(object).where(table.notna(), None).to_dict("records")


_SHOWN = {
    "completers": "n stayed", "mean_completers": "mean stayed", "dropouts": "n left", "mean_dropouts": "mean left",
    "std_error": "SE", "p_value": "p", "conf_low": "from", "conf_high": "to", "std_difference": "std. difference",
    "odds_ratio": "odds ratio", "at_risk": "at risk",
}  # fmt: skip
_HIDDEN = ["sd_completers", "sd_dropouts", "df", "statistic"]


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that fit a page, as texts."""
    kept = table.drop(columns=[name for name in _HIDDEN if name in table])
    texts = {}
    for name in kept:
        column = kept[name]
        if name == "p_value":
            texts[name] = [_p(p) for p in column]
        elif pd.api.types.is_float_dtype(column):
            texts[name] = [_number(value, name) for value in column]
    return kept.assign(**texts).rename(columns=_SHOWN)


def _p(p: float) -> str:
    return "" if np.isnan(p) else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _number(value: float, name: str) -> str:
    places = {"percent": 1, "std_difference": 2, "odds_ratio": 2}.get(name)
    return "" if np.isnan(value) else f"{value:.4g}" if places is None else f"{value:.{places}f}"


def _lines(table: pd.DataFrame) -> str:
    return "\n".join("  " + line for line in _shown(table).to_string(index=False).split("\n"))


def _text_table(table: pd.DataFrame) -> TextTable:
    shown = _shown(table).astype(str)
    return TextTable(list(shown.columns)[1:], [(row[0], row[1:]) for row in shown.itertuples(index=False, name=None)])
