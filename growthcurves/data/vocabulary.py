"""The words of this package's own texts, fitted to the data: schools for persons, and no time where there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from growthcurves.data.unit_words import OF_PERSONS, UnitWords, unit_words

#: Words that a column of time is called by; another column is taken for time unless groups of persons are compared.
_TIMES = re.compile(
    r"(?:time|date|day|week|month|quarter|term|semester|year|hour|minute|second|wave|visit|occasion|session|trial|phase|"
    r"age|grade|period|round|measurement|follow|t|zeit|tag|woche|monat|jahr|alter|temps|jour|semaine|mois|annee|dag|"
    r"uke|vecka|ar|tiempo|dia|semana|mes|ano|anno|tempo)s?"
)
#: What is said where the column in the rate is no time, in the place of words of change; the longer first.
_ACROSS = {
    "how fast they change": "how steep their slopes are",
    "how persons change": "how slopes differ",
    "rates of change": "slopes",
    "rate of change": "slope",
    "measured twice at one time": "entered twice with one value",
    "observed times": "observed values",
    "occasions": "observations",
    "occasion": "observation",
    "rates": "slopes",
    "rate": "slope",
    "trajectories": "lines",
    "trajectory": "line",
    "over time": "along the predictor",
    "average growth": "average level and slope",
    "unconditional growth": "unconditional slopes",
    "conditional growth": "conditional slopes",
    "growth models": "multilevel models",
    "growth model": "multilevel model",
    "growth-curve report": "multilevel report",
    "time-varying": "level-1",
    "change alike": "have one slope",
    "single measurements": "single observations",
    "measurement noise": "chance",
    "who was seen": "the data",
    "start": "level",
}
_WORDS = re.compile(r"\b(?:an? )?(person|persons)\b('(?= ))?", re.I)
_PHRASES = re.compile(rf"\b(?:{'|'.join(map(re.escape, _ACROSS))})\b", re.I)


@dataclass(frozen=True)
class Vocabulary:
    """What is said of some data in the place of "person", and of time where there is none.

    Attributes
    ----------
    who : UnitWords
    over_time : bool
        Whether the column that rates are per is time: students in schools have none.
    axis : str
        What stands in the place of time: "time", or the column where that is none.
    """

    who: UnitWords
    over_time: bool = True
    axis: str = "time"

    def said(self, text: str) -> str:
        """A text of this package, without names or values of the data in it, in these words.

        Examples
        --------
        >>> schools = Vocabulary(UnitWords("school", "schools"), over_time=False)
        >>> schools.said("Reliability of a person's own rate"), schools.said("Occasions per person")
        ("Reliability of a school's own slope", 'Observations per school')
        >>> Vocabulary(UnitWords("child", "children")).said("Persons' own lines")
        "Children's own lines"
        """
        if not self.over_time:
            text = _PHRASES.sub(lambda found: _as(found[0], _ACROSS[found[0].lower()]), text)
        return _WORDS.sub(self._unit, text)

    def told(self, template: str, **names: Any) -> str:
        """A template in these words, with names and values of the data put in after, so that they stay as they are.

        Examples
        --------
        >>> PERSONS.told("{name!r} is the same for all persons", name="rate")
        "'rate' is the same for all persons"
        """
        return self.said(template).format(**names)

    def _unit(self, found: re.Match[str]) -> str:
        word = self.who.several if found[1].lower() == "persons" else self.who.one
        before = found[0][: found.start(1) - found.start()]
        whose = "" if not found[2] else "'" if word.endswith("s") else "'s"
        if before:
            before = _as(before, "an " if word[0] in "aeio" else "a ")
        return before + (word if before else _as(found[1], word)) + whose


def _as(like: str, word: str) -> str:
    """A word with a capital where another has one."""
    return word[0].upper() + word[1:] if like[0].isupper() else word


#: Of data that say no more than that they are of persons over time.
PERSONS = Vocabulary(UnitWords("person", "persons"))


def vocabulary(panel: Any) -> Vocabulary:
    """The words of a panel, or of one that was saved without its rows."""
    column = str(panel.id)
    who = unit_words(column, str((panel.labels or {}).get(column, "")))
    over_time = who.one not in OF_PERSONS or _is_time(panel)
    return Vocabulary(who, over_time, "time" if over_time or panel.time is None else str(panel.time))


def _is_time(panel: Any) -> bool:
    """Whether the column that is used as time says that it is: by its name, its unit, its dates or its waves.

    Examples
    --------
    >>> from types import SimpleNamespace as Panel
    >>> none = dict(time_unit=None, wave=None, derived=False)
    >>> [_is_time(Panel(time=name, **none)) for name in ("ses", "year", "visit_no", "TimePoint", "age_c", None)]
    [False, True, True, True, True, False]
    """
    if panel.time is None:
        return False
    if panel.time_unit or panel.wave is not None or panel.derived:
        return True
    return any(_TIMES.fullmatch(word.lower()) for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", str(panel.time)))
