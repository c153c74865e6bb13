"""What a section of the report is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import pandas as pd

from growthcurves.data.joined import columns_of
from growthcurves.results.change.groups import why_not_by
from growthcurves.results.variation.variances import Components, components

Made = TypeVar("Made")


@dataclass(frozen=True)
class Subject:
    """What a report is about; answers that several sections need are asked for once.

    Attributes
    ----------
    fits : tuple of GrowthFit
        The first is reported in full, the others are compared with it.
    by : str, list of str or None
        Column that divides the persons into groups, or several of them.
    """

    fits: tuple[Any, ...]
    by: Any = None
    _made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[[Subject], Made]) -> Made:
        """What a function makes of this subject, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    @property
    def by_text(self) -> str:
        """The columns of groups in words."""
        return "" if self.by is None else ", ".join(map(str, columns_of(self.by, "by")))

    @property
    def fit(self) -> Any:
        """The fit that is reported."""
        return self.fits[0]

    @cached_property
    def change(self) -> Any:
        """The change report, by group where the model lets the groups change at different rates."""
        return self.fit.change(by=None if why_not_by(self.fit, self.by) else self.by)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The fixed effects."""
        return self.fit.fixed_effects()

    @cached_property
    def components(self) -> Components:
        """The variance components."""
        return components(self.fit)

    @cached_property
    def people(self) -> pd.DataFrame:
        """The persons' estimates."""
        return self.fit.people()


class Section:
    """A section: its heading, when it applies, what its template is given, and its tables.

    Attributes
    ----------
    name : str
        Name of the template and of the anchor on the page.
    title : str
        Heading.
    core : bool
        Whether it stands on the first pages; the others are an appendix, collapsed on screen.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    core: ClassVar[bool] = False

    def belongs(self, subject: Subject) -> bool:
        """Whether the page has this section at all."""
        return True

    def why_not(self, subject: Subject) -> str | None:
        """Why the section has nothing to show, as a sentence that is shown in its place; None when it has."""
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        """What the template is given. What cannot be estimated, or was not saved, is said in its place."""
        return {}

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        """The section's tables with unrounded numbers, by the name that their files get."""
        return {}
