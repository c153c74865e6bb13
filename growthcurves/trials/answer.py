"""Answers about the arms of a trial: means, and their differences from the reference arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.results.tables.answer import TIDY, Answer, text_table
from growthcurves.trials.tables import part_of
from growthcurves.trials.words import differences_shown, means_shown, told


@dataclass(frozen=True, eq=False, repr=False)
class TrialAnswer(Answer):
    """Means of the arms and their differences from the reference arm.

    Attributes
    ----------
    table : DataFrame
        Tidy, with the further columns kind ("mean", "difference"), visit, arm, reference, n, n_reference.
    title : str
    notes : tuple of str
        How it was analysed, and what is not in it.
    level : float
        Of the intervals.
    """

    title: str
    notes: tuple[str, ...]
    level: float

    @property
    def means(self) -> pd.DataFrame:
        """The means: tidy columns, visit, arm, reference (none), n."""
        return part_of(self.table, "mean")

    @property
    def differences(self) -> pd.DataFrame:
        """The differences: tidy columns, visit, arm, reference, n, n_reference."""
        return part_of(self.table, "difference")

    def __str__(self) -> str:
        return "\n".join([self.title, *self._tables(), *self.notes])

    def _tables(self) -> list[str]:
        percent = f"{100 * self.level:g} % intervals"
        return [
            f"\nMeans ({percent})",
            told(means_shown(self.means)),
            f"\nDifferences ({percent})",
            f"{told(differences_shown(self.differences))}\n",
        ]

    def _blocks(self) -> tuple[Block, ...]:
        return (self.title, text_table(self.means), "Differences", text_table(self.differences), *self.notes)

    def _title_and_notes(self) -> tuple[str, list[str]]:
        return self.title, list(self.notes)

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        """As documents print them: visit and arm in the place of the term."""
        parts = [("Means", self.means), ("Differences", self.differences)]
        first = ["visit", "arm", "reference", "n", "n_reference"]
        found = [(title, [*[name for name in first if name in part], *TIDY[1:]], part) for title, part in parts]
        made = [(title, part[names].dropna(axis=1, how="all")) for title, names, part in found if len(part)]
        for _, part in made:
            part.attrs["level"] = self.level
        return made

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "title": self.title, "notes": list(self.notes), "level": self.level}
