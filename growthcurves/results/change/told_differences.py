"""Directions in words, with magnitudes of one sign: "falls by 0.26 (95 % interval 0.16 to 0.36)"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from growthcurves.contracts.finding import Finding, Group, Kind
from growthcurves.data.source import show_level
from growthcurves.results.change.differences import Compared
from growthcurves.results.change.words import Words, equals, together


class Directions(NamedTuple):
    """Words for an interval that holds both directions: "a fall of", "a rise of" before, or "lower", "higher" after."""

    down: str
    up: str
    before: bool


CHANGES = Directions("a fall of", "a rise of", before=True)
COMPARES = Directions("lower", "higher", before=False)
FALLING = Directions("faster", "slower", before=False)
RISING = Directions("slower", "faster", before=False)


def interval_text(found: Finding, told: Words, words: Directions) -> str:
    """The interval of a number that was told as a magnitude, in the same direction; "" where it has none."""
    if not found.has_interval:
        return ""
    turned = found.value < 0
    ends = (-found.conf_high, -found.conf_low) if turned else (found.conf_low, found.conf_high)
    low, high = together(*map(abs, ends), error=found.std_error)
    if ends[0] < 0 < ends[1]:
        back, on = (words.up, words.down) if turned else (words.down, words.up)
        low, high = (f"{back} {low}", f"{on} {high}") if words.before else (f"{low} {back}", f"{high} {on}")
    return f"{told.level * 100:g} % interval {low} to {high}"


def size_of(found: Finding) -> str:
    """The magnitude of a number."""
    return together(abs(found.value), error=found.std_error)[0]


def headline(found: Compared, told: Words) -> Iterator[str]:
    """How groups differ in their rate and at the last time, then how fast each of them changes."""
    differences = [one for one in found.differences() if one.known]
    of_rates = [one for one in differences if one.kind is Kind.SLOPE_DIFFERENCE]
    for one in differences:
        yield _difference(one, found, told, len(of_rates))
    rates = [_rate(one, told) for one in found.group_rates() if one.known]
    if rates:
        yield f"On average, {told.outcome} {'; it '.join(rates)}{told.over}."


def _difference(one: Finding, found: Compared, told: Words, families: int) -> str:
    rate = one.kind is Kind.SLOPE_DIFFERENCE
    what, words = _pace(one, found, told) if rate else (f"{told.outcome} is", COMPARES)
    size = f"{size_of(one)} {told.unit if rate else told.outcome_unit}".strip()
    direction = words.down if one.value < 0 else words.up
    where, than = group_words(one.group), f"than {group_words(one.of)}"
    number = f"{what} {size} {direction}"
    said = f"{where}, {number} {than}" if rate else f"{_last(found, told)}, {number} {where} {than}"
    inside = [interval_text(one, told, words), f"p {equals(one.p_value)}"]
    inside += [f"one of {families} comparisons, not adjusted for their number"] if families > 1 else []
    held = f", adjusted for {', '.join(found.others)}" if found.others else ""
    return f"{said[0].upper()}{said[1:]} ({'; '.join(filter(None, inside))}){held}."


def _pace(one: Finding, found: Compared, told: Words) -> tuple[str, Directions]:
    """A difference of rates as faster and slower where both groups go the same way, else as lower and higher."""
    rates = {rate.group: rate.value for rate in found.group_rates()}
    both = (rates[one.group], rates[one.of])
    if max(both) < 0:
        return f"{told.outcome} falls{told.over}", FALLING
    if min(both) > 0:
        return f"{told.outcome} rises{told.over}", RISING
    return f"the rate of change of {told.outcome}{told.over} is", COMPARES


def _last(found: Compared, told: Words) -> str:
    return f"{told.when.at(found.last)}, the last time"


def _rate(one: Finding, told: Words) -> str:
    verb = "falls" if one.value < 0 else "rises"
    interval = interval_text(one, told, CHANGES)
    return f"{verb} by {size_of(one)} {told.unit} {group_words(one.group)}" + (interval and f" ({interval})")


def group_words(group: Group | None) -> str:
    """A group after a number: "in the drug group", "where site is 3"."""
    levels = group or ()
    if len(levels) == 1 and isinstance(levels[0].value, str):
        return f"in the {show_level(levels[0].value)} group"
    return "where " + " and ".join(f"{level.column} is {show_level(level.value)}" for level in levels)
