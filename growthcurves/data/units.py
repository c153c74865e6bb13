"""Units of time: their names, their lengths, and which of them follows a span."""

from __future__ import annotations

#: Length of each unit of elapsed time in days.
DAYS_PER_UNIT = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}

#: The shortest span in days that is told in a unit; shorter ones are told in days.
SPANS = {"years": 730.0, "months": 367.0}

#: Units of time; other words that end in s need not be plurals.
_PLURALS = (
    *("seconds", "minutes", "hours", "days", "nights", "weeks", "months", "quarters", "years", "decades", "ages"),
    *("waves", "visits", "sessions", "trials", "grades", "terms", "semesters"),
)


#: Units in which an amount of time can be given where the column is called by one of them.
_LENGTHS = tuple(name for name in _PLURALS[:10])


def unit_called(name: str) -> str | None:
    """The unit of a column of time that is called by it; None for any other name.

    Examples
    --------
    >>> unit_called("week"), unit_called("Days"), unit_called("age"), unit_called("visit")
    ('weeks', 'days', None, None)
    """
    return next((unit for unit in _LENGTHS if name.lower() in (unit, unit[:-1])), None)


def unit_of_span(days: float) -> str:
    """The unit in which a span is told: years from two of them on, months beyond one year, days up to a year.

    Examples
    --------
    >>> unit_of_span(1507), unit_of_span(400), unit_of_span(365), unit_of_span(9)
    ('years', 'months', 'days', 'days')
    """
    return next((unit for unit, least in SPANS.items() if days >= least), "days")


def singular(unit: str) -> str:
    """A unit of time after "per": "days" is "day".

    Examples
    --------
    >>> singular("days"), singular("week"), singular("ses"), singular("status")
    ('day', 'week', 'ses', 'status')
    """
    return unit[:-1] if unit.lower().endswith(_PLURALS) else unit
