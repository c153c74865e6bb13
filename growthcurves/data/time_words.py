"""When, in words: "at the first visit", "2.1 years after the first visit", "at day 3"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from growthcurves.data.units import singular, unit_called
from growthcurves.data.vocabulary import vocabulary
from growthcurves.numerics.times import time_text, time_texts


@dataclass(frozen=True)
class TimeWords:
    """How times of a panel are told.

    Attributes
    ----------
    name : str
        Of the time column.
    unit : str or None
    origin : str
        What time counts from, in words: "the first visit"; empty where the numbers of the column are the times.
    step : str
        What a rate is per, where that is neither the unit nor the name: "unit of ses".
    """

    name: str
    unit: str | None = None
    origin: str = ""
    step: str = ""

    def at(self, time: float, text: str | None = None) -> str:
        """When something is: with `text` where the time stands beside others and was printed with them.

        Examples
        --------
        >>> TimeWords("visit", "years", "the first visit").at(2.0643), TimeWords("day", "days").at(3.0)
        ('2.1 years after the first visit', 'at day 3')
        """
        text = time_text(time) if text is None else text
        if not self.origin:
            return f"at {self.name} {text}"
        return f"at {self.origin}" if time == 0 else self._away(text)

    def then(self, time: float) -> str:
        """The same in a list that has said what time counts from: "at the first visit", "after 2.1 years"."""
        return f"after {self._amount(time_text(time))}" if self.origin and time > 0 else self.at(time)

    def point(self, time: float) -> str:
        """A time as a noun: "day 3", "2.1 years after the first visit"."""
        return self.at(time).removeprefix("at ")

    def _away(self, text: str) -> str:
        size = text.removeprefix("-")
        return f"{self._amount(size)} {'before' if size != text else 'after'} {self.origin}"

    def _amount(self, size: str) -> str:
        if self.unit is None:
            return f"{self.name} {size}"
        return f"{size} {singular(self.unit) if size == '1' else self.unit}"

    def between(self, first: float, last: float) -> str:
        """From one time to another.

        Examples
        --------
        >>> TimeWords("visit", "years", "the first visit").between(0.0, 4.126), TimeWords("day").between(0.0, 9.0)
        ('from the first visit to 4.1 years after it', 'from day 0 to day 9')
        """
        if not self.origin:
            return f"from {self.name} {time_text(first)} to {self.name} {time_text(last)}"
        if first == 0 < last:
            return f"from {self.origin} to {self._away(time_text(last)).replace(self.origin, 'it')}"
        start, end = map(self.point, (first, last))
        return f"from {start} to {end}"

    def range(self, first: float, last: float) -> str:
        """The column and the range of its times.

        Examples
        --------
        >>> TimeWords("visit", "years", "the first visit").range(0.0, 4.126)
        'visit, 0 to 4.1 years after the first visit'
        """
        low, high = time_texts((first, last))
        since = f" after {self.origin}" if self.origin else ""
        return f"{self.name}, {low} to {high} {self.unit or ''}".rstrip() + since

    @property
    def per(self) -> str:
        """One step of time, after "per"."""
        return self.step or singular(self.unit or self.name)

    def length(self, size: float) -> str:
        """A length of time with its unit, or what the column counts.

        Examples
        --------
        >>> TimeWords("week").length(4.0), TimeWords("t", "days").length(1.0), TimeWords("occasion").length(1.0)
        ('4 weeks', '1 day', '1 (occasion)')
        """
        text, unit = time_text(size), self.unit or unit_called(self.name)
        if unit is None:
            return f"{text} ({self.name})"
        return f"{text} {singular(unit) if text == '1' else unit}"

    @property
    def counted(self) -> str:
        """What the numbers are: the column, or what is counted from where it holds dates.

        Examples
        --------
        >>> TimeWords("visit", "years", "the first visit").counted, TimeWords("age", "years").counted
        ('years after the first visit', 'age')
        """
        return self.axis if self.origin else self.name

    @property
    def axis(self) -> str:
        """The label of an axis of time.

        Examples
        --------
        >>> TimeWords("visit", "years", "the first visit").axis
        'years after the first visit'
        >>> TimeWords("age", "years").axis, TimeWords("day", "days").axis
        ('age (years)', 'day')
        """
        if self.origin:
            return f"{self.unit or self.name} after {self.origin}"
        repeats = self.step or singular(self.per).lower() == singular(self.name).lower()
        return self.name if repeats else f"{self.name} ({self.unit})"


def time_words(panel: Any) -> TimeWords:
    """How the times of a panel, or of one that was saved without its rows, are told."""
    if panel.time is None:
        return TimeWords("time")
    step = "" if vocabulary(panel).over_time else f"unit of {panel.time}"
    return TimeWords(str(panel.time), panel.time_unit, _origin(panel.since) if panel.derived else "", step)


def _origin(since: Any) -> str:
    return "the first visit" if since is None or (isinstance(since, str) and since == "first") else str(since)
