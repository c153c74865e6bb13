"""Which waves persons missed: patterns, monotone or not, and from where persons drop out."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import Attendance, attendance, waves_of
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array
from growthcurves.data.levels import as_groups
from growthcurves.data.persons import Persons
from growthcurves.data.reasons import DIED, LETTERS, NOT_SAMPLED, NOT_SCHEDULED, STANDINGS
from growthcurves.data.source import show_id, show_level
from growthcurves.data.unit_words import UnitWords, unit_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError, NotEstimableError
from growthcurves.output.save import Saved
from growthcurves.remembered import remembered
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

KINDS = ("complete", "monotone", "intermittent", "never seen")
UNTIL_DEATH, NEVER_DUE = "complete until death", "never due"
SEEN, MISSED = "x", "."
#: Letters of waves at which nobody was to be seen, and what they are called.
NOT_DUE = {LETTERS[STANDINGS.index(one)]: one for one in (DIED, NOT_SCHEDULED, NOT_SAMPLED)}
#: What became of persons; whoever was last seen before the last wave that was due has dropped out, wherever that is
#: counted.
DROPPED_OUT, MISSED_BEFORE = "dropped out", "dropped out, missed before"
WAYS = ("complete", DROPPED_OUT, DIED, "missed between", "came late", "never seen", NEVER_DUE)
_MOST_LINES = 12


@dataclass(frozen=True, eq=False, repr=False)
class MissingPatterns(Saved):
    """The missing waves of a panel.

    A pattern is written with one letter per wave, ``x`` seen and ``.`` missed; where the panel says why waves are
    missing, ``+`` died, ``-`` not scheduled, ``o`` not (yet) sampled. It is told by the waves that were due, ``x`` and
    ``.``: *complete* (*until death*); *monotone*, when none is seen after the first missed one (dropout);
    *intermittent*, when one is seen after a missed one (a late start too); *never seen*; or *never due*. Percentages
    are of all persons of the group, in `dropout` of those of whom the wave was due.

    Attributes
    ----------
    table : DataFrame
        One row per pattern (and group): group (with ``by=``), pattern, kind, seen (number of waves), last_wave,
        persons, percent; the most frequent first.
    totals : DataFrame
        Persons of each kind: group, kind, persons, percent.
    dropout : DataFrame
        One row per wave (and group): group, wave, time (its mean; absent without time), observed and
        percent_observed (persons seen at the wave), remaining and percent_remaining (persons of whom the wave was due
        and who are seen then or later: the dropout curve), left_after and percent_left_after (persons whose last wave
        this is, though a later one was due). Where the panel says why waves are missing, also due (persons of whom the
        wave was due) and died_after (persons whose last wave this is as they died, with no later one due).
    reasons : DataFrame
        One row per wave (and group): how many persons stand how at the wave, seen, nonresponse, dropout, died,
        not_scheduled, not_sampled.
    persons : DataFrame
        One row per person, index id: group, pattern, kind, seen, due, first_wave, last_wave.
    waves : list
        The waves in their order.
    names : dict
        The columns: id, outcome, grid (what the waves come from) and by.
    left_out : DataFrame
        Rows with an outcome that the analysis left out all the same, by reason: columns reason, rows, persons (with
        such a row). They are seen: that a predictor is missing is no attrition.
    who : UnitWords
        What the persons are called in the text.
    explained : bool
        Whether the panel says why waves are missing, by entry= or status=.
    notes : tuple of str
        Where these contradict what was seen.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    dropout: pd.DataFrame
    persons: pd.DataFrame
    waves: list[Any]
    names: dict[str, str | None]
    left_out: pd.DataFrame
    reasons: pd.DataFrame
    who: UnitWords = unit_words("")
    explained: bool = False
    notes: tuple[str, ...] = ()

    @property
    def patterns(self) -> pd.DataFrame:
        """The patterns: the same as `table`."""
        return self.table

    @property
    def ways(self) -> dict[str, int]:
        """Persons by what became of them, each in one: complete; dropped out (last seen before the last wave that was
        due, whether or not they missed one before, who are counted too as "dropped out, missed before"); died (after
        being seen at the last that was due); missed between (and seen at the last); came late (missed none since);
        never seen; never due. Waves that were not due, for entry or status, are nobody's missed ones.

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
            if way == DROPPED_OUT and MISSED in _due(str(pattern)).rstrip(MISSED):
                found[MISSED_BEFORE] += int(persons)
        return found

    def to_dict(self) -> dict[str, Any]:
        """The tables as plain Python values; persons are counted, not listed.

        Returns
        -------
        dict
            ``"patterns"``, ``"totals"``, ``"dropout"``, ``"reasons"`` as lists of rows, and the waves.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.missing().to_dict()["persons"]
        18
        """
        tables = {"patterns": self.table, "totals": self.totals, "dropout": self.dropout, "reasons": self.reasons}
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
            f"Patterns ({self.legend})",
            *self._lines(shown),
        ]
        if len(self.table) > len(shown):
            lines.append(f"  ... and {len(self.table) - len(shown)} more in .table")
        lines += ["", "Still in the study, and who leaves after the wave", *self._lines(self.dropout)]
        lines += ["", "Seen, or why not", *self._lines(self.reasons)] if self.explained else []
        if len(self.left_out):
            lines += ["", "Seen, but left out of the analysis", *self._lines(self.left_out)]
        lines += ["", *self.notes] if self.notes else []
        return "\n".join(lines)

    @property
    def legend(self) -> str:
        """What the letters of the patterns mean.

        Examples
        --------
        >>> import growthcurves as gc
        >>> long = pd.DataFrame({"who": [1, 1, 2], "week": [0, 1, 0], "y": [5, 4, 5], "end": ["", "", "died"]})
        >>> gc.Panel(long, id="who", time="week", outcome="y", status={"end": {"died": "died"}}).missing().legend
        'x seen, . missed, + died'
        """
        used = "".join(self.table["pattern"])
        others = [f"{letter} {meaning}" for letter, meaning in NOT_DUE.items() if letter in used]
        return ", ".join([f"{SEEN} seen", f"{MISSED} missed", *others])

    def _lines(self, table: pd.DataFrame) -> list[str]:
        return _lines(table.rename(columns={"persons": self.who.several}))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = f"<p>{escape(str(self).splitlines()[0])}</p>"
        tables = (self.totals, self.table, self.dropout, *([self.reasons] if self.explained else []))
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
    there = attendance(panel)
    groups, labels = person_groups(panel, there.persons, there.known, by)
    names = [None] if by is None else labels
    persons = _person_table(panel, there, None if by is None else pd.Categorical.from_codes(groups, labels))
    times = None if panel.time is None else there.grid.means(panel.observed().times)
    by_wave = [_By(there, groups == group, times, name) for group, name in enumerate(names)]
    return MissingPatterns(
        table=_pattern_table(persons, by is not None),
        totals=_totals(persons, labels, by is not None),
        dropout=pd.concat([one.dropout() for one in by_wave], ignore_index=True),
        persons=persons,
        waves=there.grid.labels,
        names={"id": panel.id, "outcome": panel.outcome, "grid": there.grid.name, "by": by},
        left_out=panel.left_out_though_seen(),
        reasons=pd.concat([one.reasons() for one in by_wave], ignore_index=True),
        who=vocabulary(panel).who,
        explained=there.explained,
        notes=there.notes,
    )


def ways_of(panel: Panel) -> dict[str, int]:
    """Persons who came in late, died and dropped out, of a panel that says why waves are missing; else empty."""
    if not _told(panel):
        return {}
    found, there = missing_patterns(panel).ways, attendance(panel)
    late = int((there.standing[:, 0] == STANDINGS.index(NOT_SAMPLED)).sum())
    died = int((there.standing == STANDINGS.index(DIED)).any(axis=1).sum())
    counts = {"persons who entered after the first wave": late} if panel.entry is not None else {}
    counts |= {"persons who died": died} if died else {}
    return counts | {"persons who dropped out": found[DROPPED_OUT]}


def notes_of(panel: Panel) -> tuple[str, ...]:
    """Where entry= and status= contradict what was seen."""
    return attendance(panel).notes if _told(panel) else ()


def _told(panel: Panel) -> bool:
    """Whether a panel says why waves are missing, of waves that there are."""
    if panel.entry is None and panel.status is None:
        return False
    try:
        waves_of(panel.observed())
    except NotEstimableError:
        return False
    return True


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _lines(table: pd.DataFrame) -> list[str]:
    shown = table.to_string(index=False, float_format="{:.1f}".format, na_rep="-")
    return ["  " + line for line in shown.splitlines()]


def person_groups(panel: Panel, everyone: Persons, known: np.ndarray, by: str | None) -> tuple[np.ndarray, list[str]]:
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


def _person_table(panel: Panel, there: Attendance, groups: pd.Categorical | None) -> pd.DataFrame:
    grid = there.grid
    pattern, first = _distinct(there.standing)
    texts = ["".join(LETTERS[code] for code in row) for row in there.standing[first]]
    seen = there.seen[first]
    count = seen.sum(axis=1)
    last = seen.shape[1] - seen[:, ::-1].argmax(axis=1)  # waves up to the last that was seen
    whole = all(isinstance(label, int) and abs(label) < 2**63 for label in grid.labels)
    names = pd.Series([*grid.labels, None], dtype="Int64" if whole else None)
    of_pattern = {
        "pattern": np.array(texts, dtype=object),
        "kind": np.array([_kind(text) for text in texts], dtype=object),
        "seen": count,
        "due": there.due[first].sum(axis=1),
        "first_wave": names.take(np.where(count > 0, seen.argmax(axis=1), grid.count)).array,
        "last_wave": names.take(np.where(count > 0, last - 1, grid.count)).array,
    }
    table = {name: values.take(pattern) for name, values in of_pattern.items()}
    group = {} if groups is None else {"group": groups}
    return pd.DataFrame(group | table, index=pd.Index(there.persons.labels, name=panel.id))


def _distinct(standing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of each person's pattern, and the first person of each."""
    letters = np.array([LETTERS.index(letter) for letter in LETTERS])[standing]
    keys = np.zeros(len(standing), dtype=np.int64)
    for wave in letters.T:  # number the pairs (pattern so far, this wave) anew
        keys, _ = pd.factorize(keys * len(LETTERS) + wave)
    return keys, Persons.of(keys).first_rows


def _due(pattern: str) -> str:
    """The waves of a pattern that were due."""
    return "".join(letter for letter in pattern if letter not in NOT_DUE)


def _kind(pattern: str) -> str:
    due = _due(pattern)
    if SEEN not in due:
        return "never seen" if due else NEVER_DUE
    if MISSED not in due:
        return UNTIL_DEATH if LETTERS[STANDINGS.index(DIED)] in pattern else "complete"
    return "intermittent" if MISSED in due.rstrip(MISSED) else "monotone"


def _way(pattern: str) -> str:
    """What became of persons of a pattern: one of `WAYS`."""
    due = _due(pattern)
    if SEEN not in due:
        return "never seen" if due else NEVER_DUE
    if due.endswith(MISSED):
        return DROPPED_OUT
    if LETTERS[STANDINGS.index(DIED)] in pattern:
        return DIED
    if MISSED in due.lstrip(MISSED):
        return "missed between"
    return "came late" if MISSED in due else "complete"


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
    frames, found = [], set(persons["kind"].unique())
    known = [KINDS[0], *({UNTIL_DEATH} & found), *KINDS[1:], *({NEVER_DUE} & found)]
    for label in labels if grouped else [None]:
        kinds = persons["kind"] if label is None else persons["kind"][(persons["group"] == label).to_numpy()]
        counts = kinds.value_counts().reindex(known, fill_value=0)
        table = pd.DataFrame(
            {"kind": known, "persons": counts.to_numpy(), "percent": 100 * counts.to_numpy() / len(kinds)}
        )
        frames.append(table if label is None else table.assign(group=label)[["group", *table.columns]])
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True, eq=False)
class _By:
    """The persons of one group (or all, without a name) wave by wave."""

    there: Attendance
    members: np.ndarray
    times: np.ndarray | None
    group: str | None

    def dropout(self) -> pd.DataFrame:
        """Per wave: who is seen, who is seen then or later, and who is seen then for the last time."""
        there, waves = self.there, self.there.grid.count
        seen, due, last = there.seen[self.members], there.due[self.members], there.last_seen[self.members]
        later = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
        dropped = there.dropped[self.members]
        died = (last >= 0) & ~dropped & (there.standing[self.members] == STANDINGS.index(DIED)).any(axis=1)
        counts = {
            "observed": seen.sum(axis=0),
            "remaining": (later & due).sum(axis=0),
            "left_after": np.bincount(last[dropped], minlength=waves),
        }
        columns = self._waves()
        columns |= {"due": due.sum(axis=0)} if there.explained else {}
        for name, count in counts.items():
            with np.errstate(invalid="ignore"):
                columns |= {name: count, f"percent_{name}": 100 * count / due.sum(axis=0)}
        columns |= {"died_after": np.bincount(last[died], minlength=waves)} if there.explained else {}
        return pd.DataFrame(columns)

    def reasons(self) -> pd.DataFrame:
        """Per wave: how many persons stand how."""
        standing = self.there.standing[self.members]
        counts = {one.replace(" ", "_"): (standing == k).sum(axis=0) for k, one in enumerate(STANDINGS)}
        return pd.DataFrame(self._waves() | counts)

    def _waves(self) -> dict[str, Any]:
        columns: dict[str, Any] = {} if self.group is None else {"group": [self.group] * self.there.grid.count}
        columns["wave"] = self.there.grid.labels
        return columns | ({} if self.times is None else {"time": self.times})
