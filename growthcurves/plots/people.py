"""Which persons are drawn, and the lines of those persons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.joined import joined, texts_of
from growthcurves.data.levels import as_groups
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_level
from growthcurves.data.unit_words import UnitWords, unit_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError, ModelError
from growthcurves.model.person_level import person_columns
from growthcurves.numerics.bounds import shown_value
from growthcurves.numerics.seeds import seed_of

MOST_GROUPS = 12


@dataclass(frozen=True)
class Groups:
    """Groups of persons.

    Attributes
    ----------
    labels : tuple of str
        The groups in their order (`data.levels`). One group "" where nothing divides persons.
    codes : ndarray of int, shape (persons,)
        Position in `labels` of each person's group; -1 for a person without one.
    who : UnitWords
        What the persons are called.
    by : str, list of str or None
        The column that makes them.
    """

    labels: tuple[str, ...]
    codes: np.ndarray
    who: UnitWords = unit_words("")
    by: Any = None


def groups_of(panel: Panel, by: Any) -> Groups:
    """The groups that a column, or a list of columns, makes of the persons; the level that a model refers to first.

    Raises
    ------
    ColumnError
        For an unknown column.
    ModelError
        When the column varies within a person.
    DataError
        When there are too many groups to draw.
    """
    if by is None:
        return Groups(("",), np.zeros(panel.persons.count, dtype=int), vocabulary(panel).who)
    parts = texts_of(by, "by")
    values = person_columns(panel, parts)
    column = values[parts[0]] if len(parts) == 1 else joined(values, parts, panel.first_levels)
    found = as_groups(column.array if isinstance(column, pd.Series) else column, panel.first_levels.get(parts[0]))
    if len(found.categories) > MOST_GROUPS:
        raise DataError(
            f"Column {by!r} makes {len(found.categories)} groups; a picture shows at most {MOST_GROUPS}: "
            f"divide it into a few ranges first."
        )
    codes = np.asarray(found.codes, dtype=int)
    return Groups(tuple(map(show_level, found.categories)), codes, vocabulary(panel).who, by)


@dataclass(frozen=True)
class Sample:
    """Persons who are drawn.

    Attributes
    ----------
    persons : ndarray of int
        Positions among the persons of the panel.
    note : str
        Who is shown, for the legend.
    """

    persons: np.ndarray
    note: str


def asks_for_ids(people: Any) -> bool:
    """Whether persons are asked for by their ids: one text, or a list; a number says how many."""
    return isinstance(people, Iterable)


def sample_persons(groups: Groups, people: int | None, rng: Any) -> Sample:
    """Draw persons at random, each group in proportion to its size; all of them where there are few.

    Parameters
    ----------
    groups : Groups
    people : int or None
        How many persons; None for all.
    rng : int, Generator or None
        With None a seed is drawn, and the note says which.
    """
    if people is not None and (isinstance(people, bool) or not isinstance(people, Integral)):
        raise ModelError(f"people: {shown_value(people)} is no number of persons to draw, and names none of them.")
    if people is not None and people < 0:
        raise ModelError(f"people={people}: give the number of persons to draw, 0 for none.")
    known = np.flatnonzero(groups.codes >= 0)
    if people is None or people >= len(known):
        return Sample(known, f"one {groups.who.one}" if len(known) == 1 else f"{len(known):,} {groups.who.several}")
    seed = ""
    if rng is None:
        rng = int(np.random.default_rng().integers(2**31))
        seed = f", seed {rng}"
    source = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(seed_of(rng))
    chosen = _draw(groups.codes, known, people, source)
    return Sample(chosen, f"{people:,} of {len(known):,} {groups.who.several}{seed}")


def observed_lines(
    panel: Panel, groups: Groups, persons: np.ndarray, values: np.ndarray | None = None
) -> pd.DataFrame:
    """The observed occasions of these persons in the order of time: columns group, id, time, value.

    `values` are those of all rows, where they are not the panel's own.
    """
    codes = panel.persons.codes
    wanted = np.zeros(panel.persons.count, dtype=bool)
    wanted[persons] = True
    rows = np.flatnonzero(wanted[codes])
    rows = rows[np.lexsort((panel.times[rows], codes[rows]))]
    person = codes[rows]
    labels = np.array([*groups.labels, None], dtype=object)
    return pd.DataFrame(
        {
            "group": labels[groups.codes[person]],
            "id": np.asarray(panel.persons.labels, dtype=object)[person],
            "time": panel.times[rows],
            "value": (panel.values if values is None else values)[rows],
        }
    )


def _draw(codes: np.ndarray, known: np.ndarray, people: int, rng: np.random.Generator) -> np.ndarray:
    """Within each group the largest-remainder share of `people`."""
    names, sizes = np.unique(codes[known], return_counts=True)
    exact = people * sizes / sizes.sum()
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: people - shares.sum()]] += 1
    drawn = [
        rng.choice(known[codes[known] == name], size=share, replace=False)
        for name, share in zip(names, shares, strict=True)
    ]
    return np.sort(np.concatenate(drawn))
