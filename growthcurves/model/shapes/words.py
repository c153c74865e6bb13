"""What a growth shape says of itself to a reader: what describes a person, and what each growth parameter is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from growthcurves.data.time_words import TimeWords


@dataclass(frozen=True)
class ParameterWords:
    """A growth parameter, or a random effect that is none, for a reader.

    Attributes
    ----------
    title : str
        As the heading of a table: "Rate of change: reaction per day".
    short : str
        Inside a longer text: "rate of change".
    unit : str
        Empty where the outcome has none.
    plain : str
        Inside a text that has said before where in time it is; empty where that is `short` too.
    """

    title: str
    short: str
    unit: str
    plain: str = ""

    @property
    def heading(self) -> str:
        """The title with its unit, which says once what a rate is per.

        Examples
        --------
        >>> ParameterWords("Rate of change: bdi per week", "rate of change", "points per week").heading
        'Rate of change: bdi (points per week)'
        >>> ParameterWords("Start: bdi at week 0", "start", "").heading
        'Start: bdi at week 0'
        """
        if not self.unit:
            return self.title
        per = self.unit[self.unit.find("per ") :] if "per " in self.unit else ""
        return f"{self.title.removesuffix(f' {per}') if per else self.title} ({self.unit})"


@dataclass(frozen=True)
class ShapeWords:
    """A shape for a reader: the end of the sentence "Each person is described by ...", and its parameters."""

    described_by: str
    parameters: Mapping[str, ParameterWords]

    def called(self, name: str) -> str:
        """A growth parameter or random effect inside a text that has said where in time it is."""
        found = self.parameters.get(name, ParameterWords(name, name, ""))
        return found.plain or found.short


@dataclass(frozen=True)
class Names:
    """The names of the data that the words are made of.

    Attributes
    ----------
    outcome : str
    unit : str
        Of the outcome; "" where it has none.
    when : TimeWords
        How times are told.
    origin : float
        The time at which the intercept is read.
    said : function
        Our own words as they are said of these data: "slope" for "rate of change" where nothing changes over time.
    first : float
        The first time at which anybody was seen.
    """

    outcome: str
    unit: str
    when: TimeWords
    origin: float
    said: Callable[[str], str] = str
    first: float = math.inf

    @property
    def rate_unit(self) -> str:
        return f"{self.unit} per {self.when.per}".strip()

    @property
    def start(self) -> ParameterWords:
        """The status at the origin: a start only where nothing was seen before it."""
        at = f"{self.outcome} {self.when.at(self.origin)}"
        start = "level" if self.first < self.origin else self.said("start")
        return ParameterWords(f"{start.capitalize()}: {at}", f"{start} ({at})", self.unit, start)

    def rate(self, where: str = "") -> ParameterWords:
        """A rate of change, at or over some times."""
        where = where and f" {where}"
        rate = self.said("rate of change")
        title = f"{self.said('Rate of change')}{where}: {self.outcome} per {self.when.per}"
        return ParameterWords(title, f"{rate}{where}", self.rate_unit)
