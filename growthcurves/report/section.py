"""What a section of the report is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import pandas as pd

from growthcurves.data.joined import columns_of
from growthcurves.errors import NotAvailableError
from growthcurves.results.change.groups import why_not_by
from growthcurves.results.intervals import of_components
from growthcurves.results.intervals.bootstrap import asked as bootstrap_asked
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
    ddf, level, intervals
        How answers are wanted: degrees of freedom, confidence level, intervals of what depends on variances (those of
        each answer's own where None).
    limits : (float, float) or None
        Lowest and highest value of the outcome's scale, which pictures keep to.
    moved : function
        Called after each picture, so that a bar moves.
    refused : set of str
        Names of the sections that had nothing to show.
    """

    fits: tuple[Any, ...]
    by: Any = None
    ddf: Any = None
    level: float = 0.95
    intervals: Any = None
    limits: Any = None
    moved: Callable[[], object] = field(default=lambda: None, compare=False, repr=False)
    refused: set[str] = field(default_factory=set, compare=False, repr=False)
    _made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    _lacking: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[[Subject], Made]) -> Made:
        """What a function makes of this subject, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def lack(self, what: str, why: NotAvailableError) -> None:
        """Note what the page cannot show, for a fit that keeps too little."""
        self._lacking.setdefault((why.reason, why.advice), {})[what] = None

    @property
    def lacking(self) -> list[tuple[str, str, list[str]]]:
        """What the page cannot show: why, what to do, and the list."""
        return [(*why, list(items)) for why, items in self._lacking.items()]

    @property
    def by_text(self) -> str:
        """The columns of groups in words."""
        return "" if self.by is None else ", ".join(map(str, columns_of(self.by, "by")))

    @property
    def fit(self) -> Any:
        """The fit that is reported."""
        return self.fits[0]

    def said(self, text: str) -> str:
        """Our own words, without names of the data in them, as they are said of the data."""
        return str(self.fit.vocabulary.said(text))

    @cached_property
    def change(self) -> Any:
        """The change report, by group where the model lets the groups change at different rates."""
        return self.change_of(self.fit, None if why_not_by(self.fit, self.by) else self.by)

    def change_of(self, fit: Any, by: Any = None) -> Any:
        """The change report of a fit."""
        return fit.change(by=by, level=self.level, method=self.intervals_of(fit), ddf=self.ddf)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The fixed effects."""
        return self.fit.fixed_effects(self.ddf, self.level)

    @cached_property
    def components(self) -> Components:
        """The variance components."""
        return self.components_of(self.fit)

    def components_of(self, fit: Any) -> Components:
        """The variance components of a fit."""
        return components(fit, self.intervals_of(fit) or of_components(fit), self.level)

    def intervals_of(self, fit: Any) -> Any:
        """The interval method that was asked for; a bootstrap's replicates of a fit are drawn once."""
        if id(fit) not in self._made:
            self._made[id(fit)] = None if self.intervals is None else bootstrap_asked(fit, self.intervals)
        return self._made[id(fit)]

    @property
    def interval(self) -> str:
        """What an interval is called: "95 % interval"."""
        return f"{100 * self.level:g} % interval"

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
    lacks : str
        What a page lacks that cannot show it for want of rows or persons; empty for its heading.
    last : bool
        Whether it tells of the other sections, and is made after them.
    core : bool
        Whether it stands on the first pages; the others are an appendix, collapsed on screen.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    core: ClassVar[bool] = False
    lacks: ClassVar[str] = ""
    last: ClassVar[bool] = False

    def belongs(self, subject: Subject) -> bool:
        """Whether the page has this section at all."""
        return True

    def leads(self, subject: Subject) -> bool:
        """Whether it stands on the first pages of this page."""
        return self.core

    def heading(self, subject: Subject) -> str:
        """Its heading on this page."""
        return subject.said(self.title)

    def why_not(self, subject: Subject) -> str | None:
        """Why the section has nothing to show, as a sentence that is shown in its place; None when it has."""
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        """What the template is given. What cannot be estimated, or was not saved, is said in its place."""
        return {}

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        """The section's tables with unrounded numbers, by the name that their files get."""
        return {}
