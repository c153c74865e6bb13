"""The panel of a fit of sums: columns that were counted are known person by person, numbers by their sums alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from growthcurves.data.saved_panel import SavedPanel
from growthcurves.errors import NotAvailableError


@dataclass(frozen=True, eq=False)
class SummedPanel(SavedPanel):
    """A panel of which sums are known.

    Attributes
    ----------
    numbers : mapping of column to (N,) array
        Numbers whose sums by type of person are right, and whose single values are made up.
    """

    numbers: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def summed(self) -> frozenset[str] | None:
        return frozenset(self.numbers)

    def person_values(self, column: str) -> Any:
        """A counted column, one value per person.

        Raises
        ------
        NotAvailableError
            For numbers, of which sums alone are known.
        """
        if column in self.numbers:
            raise NotAvailableError(
                f"Sites sent sums of {column!r} and no single values: its mean can be asked, and nothing that needs "
                f"how persons are spread over it."
            )
        return super().person_values(column)

    def mean(self, column: str, shares: np.ndarray, average: str) -> float:
        """As `SavedPanel.mean`; the sums of numbers are those of persons of each type and schedule."""
        values = self.numbers.get(column)
        return super().mean(column, shares, average) if values is None else float(shares @ values)

    def varies(self, column: str) -> bool:
        return column not in self.numbers and super().varies(column)
