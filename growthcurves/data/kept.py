"""What is kept of a panel whose rows are not: its description, and who was seen when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from growthcurves.data.describe import PanelSummary
from growthcurves.data.seen import SeenWhen

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


@dataclass(frozen=True, eq=False)
class Kept:
    """What is kept of rows.

    Attributes
    ----------
    summary : PanelSummary
        As `Panel.describe` by the weights of the fit, without what is told of columns.
    seen : SeenWhen or None
        None where it would have been too much to keep.
    """

    summary: PanelSummary
    seen: SeenWhen | None

    @classmethod
    def of(cls, panel: Panel, columns: Iterable[str] = (), design: Any = None) -> Kept:
        """That of a panel, with person-level columns by which persons may be counted."""
        return cls(panel.in_numbers(design), SeenWhen.of(panel, columns))
