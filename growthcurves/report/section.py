"""What a section of the report is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Subject:
    """What a report is about.

    Attributes
    ----------
    fits : tuple of GrowthFit
    by : str or None
        Column that divides the persons into groups.
    """

    fits: tuple[Any, ...]
    by: str | None = None

    @property
    def fit(self) -> Any:
        """The fit that is reported."""
        return self.fits[0]


class Section(Protocol):
    """A section: its heading, its template, when it applies, and what its template is given."""

    @property
    def name(self) -> str:
        """Name of the template and of the anchor on the page."""
        ...

    @property
    def title(self) -> str:
        """Heading."""
        ...

    def why_not(self, subject: Subject) -> str | None:
        """Why the section has nothing to show, as a sentence that is shown in its place; None when it has."""
        ...

    def context(self, subject: Subject) -> Mapping[str, Any]:
        """What the template is given. A NotEstimableError is shown as the reason in its place."""
        ...
