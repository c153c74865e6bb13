"""Which waves persons missed: patterns, monotone or not, and from where persons drop out."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import missing_rows
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array
from growthcurves.data.grid import Grid, grid_of
from growthcurves.data.levels import as_groups
from growthcurves.data.persons import Persons, plain_ids
from growthcurves.data.source import show_id, show_level
from growthcurves.data.unit_words import UnitWords, unit_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError
from growthcurves.output.save import Saved
from growthcurves.remembered import remembered
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

KINDS = ("complete", "monotone", "intermittent", "never seen")
SEEN, MISSED = "x", "."
#: What became of persons; whoever was last seen before the last wave has dropped out, wherever that is counted.
DROPPED_OUT, MISSED_BEFORE = "dropped out", "dropped out, missed before"
WAYS = ("complete", DROPPED_OUT, "missed between", "came late", "never seen")
_MOST_LINES = 12


@dataclass(frozen=True, eq=False, repr=False)
class MissingPatterns(Saved):
    """The missing waves of a panel.

    A pattern is written with one letter per wave, ``x`` seen and ``.`` missed. It is *complete*; *monotone*, when
    nothing is seen after the first missed wave (dropout); *intermittent*, when a wave is seen after a missed one
    (a late start too); or *never seen*. Percentages are of all persons of the group.

    Attributes
    ----------
    table : DataFrame
        One row per pattern (and group): group (with ``by=``), pattern, kind, seen (number of waves), last_wave,
        persons, percent; the most frequent first.
    totals : DataFrame
        Persons of each kind: group, kind, persons, percent.
    dropout : DataFrame
        One row per wave (and group): group, wave, time (its mean; absent without time), observed and
        percent_observed (persons seen at the wave), remaining and percent_remaining (persons seen then or later:
        the dropout curve), left_after and percent_left_after (persons whose last wave this is, though it is not
        the panel's last).
    persons : DataFrame
        One row per person, index id: group, pattern, kind, seen, first_wave, last_wave.
    waves : list
        The waves in their order.
    names : dict
        The columns: id, outcome, grid (what the waves come from) and by.
    left_out : DataFrame
        Rows with an outcome that the analysis left out all the same, by reason: columns reason, rows, persons (with
        such a row). They are seen: that a predictor is missing is no attrition.
    who : UnitWords
        What the persons are called in the text.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    dropout: pd.DataFrame
    persons: pd.DataFrame
    waves: list[Any]
    names: dict[str, str | None]
    left_out: pd.DataFrame
    who: UnitWords = unit_words("")

    @property
    def patterns(self) -> pd.DataFrame:
        """The patterns: the same as `table`."""
        return self.table

    @property
    def ways(self) -> dict[str, int]:
        """Persons by what became of them, each in one: complete; dropped out (last seen before the last wave, whether
        or not they missed one before, who are counted too as "dropped out, missed before"); missed between (and seen
        at the last wave); came late (missed none since); never seen.

        Returns
        -------
        dict of str to int

        Examples
        --------
        >>> import growthcurves as gc
        >>> long = pd.DataFrame({"who": [1, 1, 1, 2, 2, 3], "week": [0, 1, 2, 0, 2, 0], "y": [5, 4, 3, 5, 2, 6]})
        >>> gc.Panel(long, id="who", time="week", outcome="y").missing().ways["dropped out"]
        1
        """
        patterns = self.persons["pattern"].value_counts()
        found = dict.fromkeys((*WAYS, MISSED_BEFORE), 0)
        for pattern, persons in patterns.items():
            way = _way(str(pattern))
            found[way] += int(persons)
            if way == DROPPED_OUT and MISSED in str(pattern).rstrip(MISSED):
                found[MISSED_BEFORE] += int(persons)
        return found

    def to_dict(self) -> dict[str, Any]:
        """The tables as plain Python values; persons are counted, not listed.

        Returns
        -------
        dict
            ``"patterns"``, ``"totals"``, ``"dropout"`` as lists of rows, and the waves.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.missing().to_dict()["persons"]
        18
        """
        tables = {"patterns": self.table, "totals": self.totals, "dropout": self.dropout}
        records = {name: _records(table) for name, table in tables.items()}
        facts = {"names": dict(self.names), "waves": list(self.waves), "persons": len(self.persons)}
        return facts | records | {"left_out": _records(self.left_out)}

    @told
    def __str__(self) -> str:
        grouped = f", by {self.names['by']!r}" if self.names["by"] is not None else ""
        shown = self._shown()
        lines = [
            f"Missing waves of {self.names['outcome']!r}: {len(self.waves)} waves ({self.names['grid']!r}), "
            f"{len(self.persons)} {self.who.several} ({self.names['id']!r}){grouped}",
            "",
            *self._lines(self.totals),
            "",
            f"Patterns ({SEEN} seen, {MISSED} missed)",
            *self._lines(shown),
        ]
        if len(self.table) > len(shown):
            lines.append(f"  ... and {len(self.table) - len(shown)} more in .table")
        lines += ["", "Still in the study, and who leaves after the wave", *self._lines(self.dropout)]
        if len(self.left_out):
            lines += ["", "Seen, but left out of the analysis", *self._lines(self.left_out)]
        return "\n".join(lines)

    def _lines(self, table: pd.DataFrame) -> list[str]:
        return _lines(table.rename(columns={"persons": self.who.several}))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = f"<p>{escape(str(self).splitlines()[0])}</p>"
        tables = (self.totals, self.table, self.dropout)
        return head + "".join(table.to_html(index=False, float_format="{:.1f}".format) for table in tables)

    def _shown(self) -> pd.DataFrame:
        """The most frequent patterns, of every group."""
        if self.names["by"] is None:
            return self.table[:_MOST_LINES]
        per_group = max(_MOST_LINES // self.table["group"].nunique(), 3)
        return self.table.groupby("group", sort=False).head(per_group)


@remembered
def missing_patterns(panel: Panel, by: str | None = None) -> MissingPatterns:
    """The patterns of missing waves over all persons of the table, also those without a usable row.

    Parameters
    ----------
    panel : Panel
        A wave counts as seen when the person has an outcome at that wave, whether or not a predictor is missing.
    by : str, optional
        Column of groups; one value per person.

    Raises
    ------
    NotEstimableError
        When the panel has no waves: neither a wave column nor a common grid of times.
    DataError
        When `by` varies within a person: the person is named.
    """
    left_out = panel.left_out_though_seen()
    panel = panel.observed()
    grid = grid_of(panel)
    ids, known = _known_ids(panel)
    everyone = Persons.of(ids)
    groups, labels = _groups(panel, everyone, known, by)
    seen = _seen(panel, everyone, known, grid)
    names = [None] if by is None else labels
    grouped = None if by is None else pd.Categorical.from_codes(groups, labels)
    persons = _person_table(panel, everyone, seen, grid, grouped)
    times = None if panel.time is None else grid.means(panel.times)
    curves = [_dropout(seen[groups == group], grid, times, name) for group, name in enumerate(names)]
    return MissingPatterns(
        table=_pattern_table(persons, by is not None),
        totals=_totals(persons, labels, by is not None),
        dropout=pd.concat(curves, ignore_index=True),
        persons=persons,
        waves=grid.labels,
        names={"id": panel.id, "outcome": panel.outcome, "grid": grid.name, "by": by},
        left_out=left_out,
        who=vocabulary(panel).who,
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _lines(table: pd.DataFrame) -> list[str]:
    shown = table.to_string(index=False, float_format="{:.1f}".format, na_rep="-")
    return ["  " + line for line in shown.splitlines()]


def _known_ids(panel: Panel) -> tuple[Any, np.ndarray]:
    """The ids of all rows of the table that have one, and which rows these are."""
    ids = raw_array(panel.data, panel.id)
    missing = missing_rows(ids)
    known = np.ones(len(panel.data), dtype=bool) if missing is None else ~missing
    return plain_ids(ids if missing is None else ids[known]), known


def _groups(panel: Panel, everyone: Persons, known: np.ndarray, by: str | None) -> tuple[np.ndarray, list[str]]:
    """Group of each person, and the groups' names in their order."""
    if by is None:
        return np.zeros(everyone.count, dtype=np.intp), ["all"]
    panel.require([by])
    column = panel.data[by][known]
    row = first_difference(raw_array(column.to_frame(), by), everyone.codes, everyone.first_rows)
    if row is not None:
        person = everyone.codes[row]
        one, two = column.iloc[everyone.first_rows[person]], column.iloc[row]
        raise DataError(
            vocabulary(panel).told(
                "{by!r} varies within person {who} ({one}, then {two}): by= needs one value per person; check whether "
                "one id stands for two persons.",
                by=by, who=show_id(everyone.labels[person]), one=show_id(one), two=show_id(two),
            )
        )  # fmt: skip
    values = as_groups(column.array[everyone.first_rows], panel.first_levels.get(by))
    labels = [show_level(label) for label in values.categories]
    codes = np.asarray(values.codes, dtype=np.intp)
    if (codes < 0).any():
        codes, labels = np.where(codes < 0, len(labels), codes), [*labels, "(missing)"]
    return codes, labels


def _seen(panel: Panel, everyone: Persons, known: np.ndarray, grid: Grid) -> np.ndarray:
    """Whether a row of the person is used at the wave, shape (persons, waves)."""
    seen = np.zeros((everyone.count, grid.count), dtype=bool)
    used = everyone.codes if panel.keep is None else everyone.codes[panel.keep[known]]
    seen[used, grid.codes] = True
    return seen


def _person_table(
    panel: Panel, everyone: Persons, seen: np.ndarray, grid: Grid, groups: pd.Categorical | None
) -> pd.DataFrame:
    pattern, first = _distinct(seen)
    kinds = seen[first]
    count = kinds.sum(axis=1)
    last = kinds.shape[1] - kinds[:, ::-1].argmax(axis=1)  # waves up to the last that was seen
    whole = all(isinstance(label, int) and abs(label) < 2**63 for label in grid.labels)
    names = pd.Series([*grid.labels, None], dtype="Int64" if whole else None)
    of_pattern = {
        "pattern": np.array(["".join(SEEN if s else MISSED for s in row) for row in kinds], dtype=object),
        "kind": np.array([_kind(n, k, kinds.shape[1]) for n, k in zip(count, last, strict=True)], dtype=object),
        "seen": count,
        "first_wave": names.take(np.where(count > 0, kinds.argmax(axis=1), grid.count)).array,
        "last_wave": names.take(np.where(count > 0, last - 1, grid.count)).array,
    }
    table = {name: values.take(pattern) for name, values in of_pattern.items()}
    group = {} if groups is None else {"group": groups}
    return pd.DataFrame(group | table, index=pd.Index(everyone.labels, name=panel.id))


def _distinct(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of each person's pattern, and the first person of each."""
    keys = np.zeros(len(seen), dtype=np.int64)
    for wave in seen.T:  # number the pairs (pattern so far, this wave) anew
        keys, _ = pd.factorize(keys * 2 + wave)
    return keys, Persons.of(keys).first_rows


def _kind(seen: int, last: int, waves: int) -> str:
    if seen == 0:
        return "never seen"
    if seen == waves:
        return "complete"
    return "monotone" if seen == last else "intermittent"


def _way(pattern: str) -> str:
    """What became of persons of a pattern: one of `WAYS`."""
    if SEEN not in pattern:
        return "never seen"
    if pattern.endswith(MISSED):
        return DROPPED_OUT
    if MISSED in pattern.lstrip(MISSED):
        return "missed between"
    return "came late" if MISSED in pattern else "complete"


def _pattern_table(persons: pd.DataFrame, grouped: bool) -> pd.DataFrame:
    keys = ["group", "pattern"] if grouped else ["pattern"]
    by = persons.groupby(keys, sort=False, observed=True)
    table = by[["kind", "seen", "last_wave"]].first().assign(persons=by.size()).reset_index()
    whole = table.groupby("group", observed=True)["persons"].transform("sum") if grouped else len(persons)
    table["percent"] = 100 * table["persons"] / whole
    order = table.sort_values("pattern").sort_values("persons", ascending=False, kind="stable")
    if not grouped:
        return order.reset_index(drop=True)
    return order.sort_values("group", kind="stable", ignore_index=True).astype({"group": "str"})


def _totals(persons: pd.DataFrame, labels: list[str], grouped: bool) -> pd.DataFrame:
    frames = []
    for label in labels if grouped else [None]:
        kinds = persons["kind"] if label is None else persons["kind"][(persons["group"] == label).to_numpy()]
        counts = kinds.value_counts().reindex(list(KINDS), fill_value=0)
        table = pd.DataFrame(
            {"kind": KINDS, "persons": counts.to_numpy(), "percent": 100 * counts.to_numpy() / len(kinds)}
        )
        frames.append(table if label is None else table.assign(group=label)[["group", *table.columns]])
    return pd.concat(frames, ignore_index=True)


def _dropout(seen: np.ndarray, grid: Grid, times: np.ndarray | None, group: str | None) -> pd.DataFrame:
    """Per wave: who is seen, who is seen then or later, and who is seen then for the last time."""
    persons = len(seen)
    observed = seen.sum(axis=0)
    later = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    remaining = later.sum(axis=0)
    left = np.append(remaining[:-1] - remaining[1:], 0)
    counts = {"observed": observed, "remaining": remaining, "left_after": left}
    columns: dict[str, Any] = {} if group is None else {"group": [group] * grid.count}
    columns["wave"] = grid.labels
    if times is not None:
        columns["time"] = times
    for name, count in counts.items():
        columns |= {name: count, f"percent_{name}": 100 * count / persons}
    return pd.DataFrame(columns)
