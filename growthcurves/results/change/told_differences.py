"""Directions in words, with magnitudes of one sign: "falls by 0.26 (95 % interval 0.16 to 0.36)"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from growthcurves.contracts.finding import Finding, Group, Kind
from growthcurves.data.source import show_level
from growthcurves.results.change.differences import MOST_ARMS, Compared
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
    for kind in (Kind.SLOPE_DIFFERENCE, Kind.MEAN_DIFFERENCE):
        of_kind = [one for one in differences if one.kind is kind]
        if len(of_kind) == 1:
            yield _difference(of_kind[0], found, told)
        elif of_kind:
            yield _several(of_kind, found, told)
    yield from _average_rates([one for one in found.group_rates() if one.known], told)


def _several(differences: list[Finding], found: Compared, told: Words) -> str:
    """The joint test of three and more groups, then each of them against the reference."""
    rate = differences[0].kind is Kind.SLOPE_DIFFERENCE
    kind = Kind.RATES_ALIKE_P if rate else Kind.OUTCOMES_ALIKE_P
    joint = next((one for one in found.joint if one.kind is kind), None)
    held = f", adjusted for {', '.join(found.others)}" if found.others else ""
    groups = sum(1 for _ in found.group_rates())
    what = f"{told.vocabulary.said('rates of change') if rate else 'means'} of {told.outcome}"
    tested = "" if joint is None else _joint_text(joint, told, f"{what} differ between the {groups} groups")
    if not rate:
        tested = tested and f"{_last(found, told)}, {tested}"
    paces = [_pace(one, found, told) if rate else (f"{told.outcome} is", COMPARES) for one in differences]
    alike = len(set(paces)) == 1
    said, words = paces[0] if alike else (f"the {told.rate} of {told.outcome}{told.over} is", COMPARES)
    unit = told.unit if rate else told.outcome_unit
    parts = [_against(one, told, words, unit if place == 0 else "") for place, one in enumerate(differences)]
    if tested and len(differences) > MOST_ARMS:
        return f"{tested[0].upper()}{tested[1:]}{held}."
    when = "" if rate or tested else f"{_last(found, told)}, "
    reference = group_words(differences[0].of).removeprefix("in ")
    text = f"{when}compared with {reference}, {said} {', '.join(parts)}"
    count = f"{len(differences)} comparisons, not adjusted for their number"
    end = f"{text[0].upper()}{text[1:]} ({count}){held}."
    return f"{tested[0].upper()}{tested[1:]}. {end}" if tested else end


def _joint_text(joint: Finding, told: Words, claim: str) -> str:
    shown = joint.p_value < 1 - told.level
    said = claim if shown else f"it is not shown that {claim}"
    return f"{said} (joint test, {joint.note}, p {equals(joint.p_value)})"


def _against(one: Finding, told: Words, words: Directions, unit: str) -> str:
    """A difference in a list: "0.346 faster in the Lisbon group (95 % interval 0.212 to 0.480; p < .001)"."""
    size = f"{size_of(one)} {unit}".strip()
    inside = [interval_text(one, told, words), f"p {equals(one.p_value)}"]
    direction = words.down if one.value < 0 else words.up
    return f"{size} {direction} {group_words(one.group)} ({'; '.join(filter(None, inside))})"


def _difference(one: Finding, found: Compared, told: Words) -> str:
    rate = one.kind is Kind.SLOPE_DIFFERENCE
    what, words = _pace(one, found, told) if rate else (f"{told.outcome} is", COMPARES)
    size = f"{size_of(one)} {told.unit if rate else told.outcome_unit}".strip()
    direction = words.down if one.value < 0 else words.up
    where, than = group_words(one.group), f"than {group_words(one.of)}"
    number = f"{what} {size} {direction}"
    said = f"{where}, {number} {than}" if rate else f"{_last(found, told)}, {number} {where} {than}"
    inside = [interval_text(one, told, words), f"p {equals(one.p_value)}"]
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
    return f"the {told.rate} of {told.outcome}{told.over} is", COMPARES


def _last(found: Compared, told: Words) -> str:
    which = "the last time" if told.vocabulary.over_time else "the highest value"
    return f"{told.when.at(found.last)}, {which}"


def _average_rates(rates: list[Finding], told: Words) -> Iterator[str]:
    """How fast each group changes; the verb and the unit are said again only where they change."""
    parts: list[str] = []
    before = ""
    for one in rates:
        verb = "falls" if one.value < 0 else "rises"
        said = f"by {size_of(one)}" if verb == before else f"{'it ' * bool(parts)}{verb} by {size_of(one)} {told.unit}"
        interval = interval_text(one, told, CHANGES)
        parts.append(f"{said} {group_words(one.group)}{interval and f' ({interval})'}")
        before = verb
    if parts:
        yield f"On average, {told.outcome} {'; '.join(parts)}{told.over}."


def group_words(group: Group | None) -> str:
    """A group after a number: "in the drug group", "where site is 3"."""
    levels = group or ()
    if len(levels) == 1 and isinstance(levels[0].value, str):
        return f"in the {show_level(levels[0].value)} group"
    return "where " + " and ".join(f"{level.column} is {show_level(level.value)}" for level in levels)
