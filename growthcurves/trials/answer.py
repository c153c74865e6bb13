"""Answers about the arms of a trial: means, and their differences from the reference arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.trials.tables import part_of
from growthcurves.trials.words import differences_text, means_text


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
            means_text(self.means),
            f"\nDifferences ({percent})",
            f"{differences_text(self.differences)}\n",
        ]

    def _blocks(self) -> tuple[Block, ...]:
        return (self.title, text_table(self.means), "Differences", text_table(self.differences), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "title": self.title, "notes": list(self.notes), "level": self.level}
