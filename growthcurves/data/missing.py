"""Which waves persons missed: patterns, monotone or not, and from where persons drop out."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import attendance, waves_of
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array
from growthcurves.data.persons import Persons
from growthcurves.data.reasons import DIED, LETTERS, NOT_SAMPLED, NOT_SCHEDULED, STANDINGS
from growthcurves.data.roll import Roll, group_codes, last_true
from growthcurves.data.source import show_id
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
        One row per person, index id: group, pattern, kind, seen, due, first_wave, last_wave; not there where rows are
        not kept.
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
    persons: Any
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
        found = dict.fromkeys((*WAYS, MISSED_BEFORE), 0)
        for pattern, persons in self.table.groupby("pattern")["persons"].sum().items():
            way = _way(str(pattern))
            found[way] += int(persons)
            if way == DROPPED_OUT and MISSED in _due(str(pattern)).rstrip(MISSED):
                found[MISSED_BEFORE] += int(persons)
        return found

    @property
    def count(self) -> int:
        """How many persons there are."""
        return int(self.table["persons"].sum())

    @property
    def complete(self) -> bool:
        """Whether everybody was seen at all waves."""
        return bool((self.table["kind"] == KINDS[0]).all())

    @property
    def with_a_gap(self) -> int:
        """How many persons missed a wave that was due."""
        return int(self.table.loc[self.table["pattern"].str.contains(MISSED, regex=False), "persons"].sum())

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
        facts = {"names": dict(self.names), "waves": list(self.waves), "persons": self.count}
        return facts | records | {"left_out": _records(self.left_out)}

    @told
    def __str__(self) -> str:
        grouped = f", by {self.names['by']!r}" if self.names["by"] is not None else ""
        shown = self._shown()
        lines = [
            f"Missing waves of {self.names['outcome']!r}: {len(self.waves)} waves ({self.names['grid']!r}), "
            f"{self.count} {self.who.several} ({self.names['id']!r}){grouped}",
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
    codes, groups = person_groups(panel, there.persons, there.known, by)
    times = None if panel.time is None else there.grid.means(panel.observed().times)
    one_each = np.ones(len(there.standing), dtype=np.int64)
    roll = Roll(there.grid, times, there.standing, one_each, codes, groups, panel.left_out_though_seen(),
                there.explained, there.notes)  # fmt: skip
    group = {} if by is None else {"group": pd.Categorical.from_codes(codes, groups)}
    kinds = Patterns.of(roll)
    persons = pd.DataFrame(group | kinds.of_rows(), index=pd.Index(there.persons.labels, name=panel.id))
    return patterns_of(roll, panel, by, persons)


def patterns_of(roll: Roll, panel: Any, by: str | None, persons: Any) -> MissingPatterns:
    """The patterns of a roll of a panel; `persons` is the table of persons, or says why there is none."""
    by_wave = [
        _By(roll, roll.codes == code, None if by is None else name) for code, name in enumerate(roll.groups)
    ]
    kinds = Patterns.of(roll)
    return MissingPatterns(
        table=_pattern_table(roll, kinds, by is not None),
        totals=_totals(roll, kinds, by is not None),
        dropout=pd.concat([one.dropout() for one in by_wave], ignore_index=True),
        persons=persons,
        waves=roll.grid.labels,
        names={"id": panel.id, "outcome": panel.outcome, "grid": roll.grid.name, "by": by},
        left_out=roll.left_out,
        reasons=pd.concat([one.reasons() for one in by_wave], ignore_index=True),
        who=vocabulary(panel).who,
        explained=roll.explained,
        notes=roll.notes,
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
    return group_codes(column.array[everyone.first_rows], panel.first_levels.get(by))


@dataclass(frozen=True, eq=False)
class Patterns:
    """The different patterns of a roll.

    Attributes
    ----------
    place : (K,) array of int
        Of each row of the roll, among the patterns.
    table : mapping
        By column what each pattern has: pattern, kind, seen, due, first_wave, last_wave.
    """

    place: np.ndarray
    table: dict[str, Any]

    @classmethod
    def of(cls, roll: Roll) -> Patterns:
        grid = roll.grid
        place, first = _distinct(roll.standing)
        texts = ["".join(LETTERS[code] for code in row) for row in roll.standing[first]]
        seen = roll.seen[first]
        count, last = seen.sum(axis=1), last_true(seen)
        whole = all(isinstance(label, int) and abs(label) < 2**63 for label in grid.labels)
        names = pd.Series([*grid.labels, None], dtype="Int64" if whole else None)
        return cls(place, {
            "pattern": np.array(texts, dtype=object),
            "kind": np.array([_kind(text) for text in texts], dtype=object),
            "seen": count,
            "due": roll.due[first].sum(axis=1),
            "first_wave": names.take(np.where(count > 0, seen.argmax(axis=1), grid.count)).array,
            "last_wave": names.take(np.where(count > 0, last, grid.count)).array,
        })  # fmt: skip

    def of_rows(self) -> dict[str, Any]:
        """The same of each row of the roll."""
        return {name: values.take(self.place) for name, values in self.table.items()}


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


def _pattern_table(roll: Roll, kinds: Patterns, grouped: bool) -> pd.DataFrame:
    count = len(kinds.table["pattern"])
    persons = np.bincount(roll.codes * count + kinds.place, roll.persons, len(roll.groups) * count).astype(np.int64)
    cells = np.flatnonzero(persons)
    group, place = np.divmod(cells, count)
    table = pd.DataFrame({name: kinds.table[name].take(place) for name in ("pattern", "kind", "seen", "last_wave")})
    table = table.assign(persons=persons[cells])
    table["percent"] = 100 * table["persons"] / np.bincount(group, persons[cells])[group]
    table.insert(0, "group", pd.Categorical.from_codes(group, roll.groups))
    order = table.sort_values("pattern").sort_values("persons", ascending=False, kind="stable")
    if not grouped:
        return order.drop(columns="group").reset_index(drop=True)
    return order.sort_values("group", kind="stable", ignore_index=True).astype({"group": "str"})


def _totals(roll: Roll, kinds: Patterns, grouped: bool) -> pd.DataFrame:
    kind = pd.Series(kinds.table["kind"].take(kinds.place))
    found = set(kind.unique())
    known = [KINDS[0], *({UNTIL_DEATH} & found), *KINDS[1:], *({NEVER_DUE} & found)]
    frames = []
    for code, group in enumerate(roll.groups):
        here = roll.codes == code
        counts = pd.Series(roll.persons[here]).groupby(kind[here].to_numpy()).sum().reindex(known, fill_value=0)
        persons = counts.to_numpy()
        table = pd.DataFrame({"kind": known, "persons": persons, "percent": 100 * persons / persons.sum()})
        frames.append(table.assign(group=group)[["group", *table.columns]] if grouped else table)
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True, eq=False)
class _By:
    """The persons of one group (or all, without a name) wave by wave."""

    roll: Roll
    members: np.ndarray
    group: str | None

    def dropout(self) -> pd.DataFrame:
        """Per wave: who is seen, who is seen then or later, and who is seen then for the last time."""
        roll, waves, here = self.roll, self.roll.grid.count, self.members
        seen, due, last, persons = roll.seen[here], roll.due[here], roll.last_seen[here], roll.persons[here]
        later = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
        dropped = roll.dropped[here]
        died = (last >= 0) & ~dropped & (roll.standing[here] == STANDINGS.index(DIED)).any(axis=1)
        counts = {
            "observed": persons @ seen,
            "remaining": persons @ (later & due),
            "left_after": _counted(last[dropped], persons[dropped], waves),
        }
        columns = self._waves()
        columns |= {"due": persons @ due} if roll.explained else {}
        for name, count in counts.items():
            with np.errstate(invalid="ignore"):
                columns |= {name: count, f"percent_{name}": 100 * count / (persons @ due)}
        columns |= {"died_after": _counted(last[died], persons[died], waves)} if roll.explained else {}
        return pd.DataFrame(columns)

    def reasons(self) -> pd.DataFrame:
        """Per wave: how many persons stand how."""
        standing, persons = self.roll.standing[self.members], self.roll.persons[self.members]
        counts = {one.replace(" ", "_"): persons @ (standing == k) for k, one in enumerate(STANDINGS)}
        return pd.DataFrame(self._waves() | counts)

    def _waves(self) -> dict[str, Any]:
        columns: dict[str, Any] = {} if self.group is None else {"group": [self.group] * self.roll.grid.count}
        columns["wave"] = self.roll.grid.labels
        return columns | ({} if self.roll.times is None else {"time": self.roll.times})


def _counted(places: np.ndarray, persons: np.ndarray, waves: int) -> np.ndarray:
    return np.bincount(places, persons, waves).astype(np.int64)
