"""Directions in words, with magnitudes of one sign: "falls by 0.26 (95 % interval 0.16 to 0.36)"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from growthcurves.contracts.finding import Finding, Group, Kind
from growthcurves.data.source import show_level
from growthcurves.output.styles import p_equals
from growthcurves.output.words import capital, listed
from growthcurves.results.change.differences import MOST_ARMS, Compared
from growthcurves.results.change.words import Words, together
from growthcurves.results.tables.printing import p_text


class Directions(NamedTuple):
    """Words for an interval that holds both directions: "a fall of", "a rise of" before, or "lower", "higher" after."""

    down: str
    up: str
    before: bool


CHANGES = Directions("a fall of", "a rise of", before=True)
COMPARES = Directions("lower", "higher", before=False)
FALLING = Directions("faster", "slower", before=False)
RISING = Directions("slower", "faster", before=False)
STEEPER_DOWN = Directions("more steeply", "less steeply", before=False)
STEEPER_UP = Directions("less steeply", "more steeply", before=False)


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


def headline(found: Compared, told: Words, brief: bool = False) -> Iterator[str]:
    """How groups differ in their rate, at the last time and at the first, then how fast each of them changes.

    Brief, for the head of a page whose first table has the rest: the first time of two groups only where they differ
    there already, and the rates of groups only where nothing else says how they change.
    """
    differences = [one for one in found.differences() if one.known]
    for kind in (Kind.SLOPE_DIFFERENCE, Kind.MEAN_DIFFERENCE):
        of_kind = [one for one in differences if one.kind is kind and (one.at == found.last or _is_rate(one))]
        if len(of_kind) == 1:
            yield _difference(of_kind[0], found, told, brief)
        elif of_kind:
            yield _several(of_kind, found, told)
    if not brief or _only_rates(differences, found, told):
        yield from _average_rates([one for one in found.group_rates() if one.known], told, brief)


def _only_rates(differences: list[Finding], found: Compared, told: Words) -> bool:
    """Whether the rates of groups alone say how they change: of three and more, where these are not shown to differ."""
    alike = [one for one in found.joint if one.kind is Kind.RATES_ALIKE_P]
    return not differences or any(one.p_value >= 1 - told.level for one in alike)


def _is_rate(one: Finding) -> bool:
    return one.kind is Kind.SLOPE_DIFFERENCE


class _Compares(NamedTuple):
    """What a difference is of: rates, or mean outcomes at the last time.

    Attributes
    ----------
    what : str
        "rates of change of bdi".
    joint : Kind
        The test that all groups are alike.
    when : str
        "at week 9, the last time, "; "" of rates.
    unit : str
    said : str
        Before a difference whose direction is lower or higher: "bdi is".
    """

    what: str
    joint: Kind
    when: str
    unit: str
    said: str


def _compares(kind: Kind, found: Compared, told: Words) -> _Compares:
    if kind is Kind.SLOPE_DIFFERENCE:
        what, said = told.vocabulary.said("rates of change"), f"the {told.rate} of {told.outcome}{told.over} is"
        return _Compares(f"{what} of {told.outcome}", Kind.RATES_ALIKE_P, "", told.unit, said)
    last = "the last time" * found.ends if told.vocabulary.over_time else "its mean"
    which = ", ".join(filter(None, (last, found.reached)))
    when, said = f"{told.when.at(found.last)}, {which}, ", f"{told.outcome} is"
    return _Compares(f"means of {told.outcome}", Kind.OUTCOMES_ALIKE_P, when, told.outcome_unit, said)


def _several(differences: list[Finding], found: Compared, told: Words) -> str:
    """The joint test of three and more groups; where they differ and are few, each that is shown to, then the rest."""
    of = _compares(differences[0].kind, found, told)
    test = _joint(of, found, found.last)
    said = [] if test is None else [f"{_joint_sentence(of, test, found, told)}{_joint_at_first(of, found, told)}"]
    if test is None or (test.p_value < 1 - told.level and len(differences) <= MOST_ARMS):
        joint = bool(said)
        said.append(_against_reference(differences, of if not joint else of._replace(when=""), found, told))
    return f"{'. '.join(map(capital, said))}{_held(found)}."


def _joint(of: _Compares, found: Compared, at: float) -> Finding | None:
    """The test that all groups are alike, of means at a time."""
    return next((one for one in found.joint if one.kind is of.joint and one.at in (None, at)), None)


def _joint_at_first(of: _Compares, found: Compared, told: Words) -> str:
    """That means differ at the first time already, where they do: "; at week 0 they differ too (joint test, ...)"."""
    test = _joint(of, found, found.first)
    if test is None or test.at is None or found.first == found.last or test.p_value >= 1 - told.level:
        return ""
    return f"; {told.when.at(found.first)} they differ too (joint test, {test.note}, {p_equals(p_text(test.p_value))})"


def _joint_sentence(of: _Compares, joint: Finding, found: Compared, told: Words) -> str:
    """"means of bdi differ between the 3 groups (joint test, F(2, 60.1) = 4.31, p = .018)"."""
    claim = f"{of.what} differ between the {sum(1 for _ in found.group_rates())} groups"
    said = claim if joint.p_value < 1 - told.level else f"it is not shown that {claim}"
    return f"{of.when}{said} (joint test, {joint.note}, {p_equals(p_text(joint.p_value))})"


def _against_reference(differences: list[Finding], of: _Compares, found: Compared, told: Words) -> str:
    """The groups that are shown to differ from the reference, then in one line those that are not."""
    shown = [one for one in differences if one.p_value < 1 - told.level]
    rest = [one.group for one in differences if one.p_value >= 1 - told.level]
    count = f"{len(differences)} comparisons, not adjusted for their number"
    reference = group_words(differences[0].of).removeprefix("in ")
    if not shown:
        return f"{of.when}no single difference from {reference} is shown ({count})"
    paces = {_pace(one, of, found, told) for one in shown}
    said, words = paces.pop() if len(paces) == 1 else (of.said, COMPARES)
    parts = [_against(one, told, words, "" if place else of.unit) for place, one in enumerate(shown)]
    others = f". Not shown {_for_groups(rest)}" if rest else ""
    reference += _own_rate(differences[0], found, told)
    return f"{of.when}compared with {reference}, {said} {', '.join(parts)}{others} ({count})"


def against_reference(apart: list[tuple[Finding, str, float]], said: str, told: Words) -> str:
    """The groups that are shown to differ from the reference, then in one line those that are not.

    Each with how far it is apart, with a place for its group, and p: ("52.5 % lower {} (ratio 0.475, ...)", .006).
    """
    count = f"{len(apart)} comparisons, not adjusted for their number"
    reference = group_words(apart[0][0].of).removeprefix("in ")
    shown = [text.format(group_words(one.group)) for one, text, p in apart if p < 1 - told.level]
    if not shown:
        return f"no single difference from {reference} is shown ({count})"
    rest = [one.group for one, _, p in apart if not p < 1 - told.level]
    others = f". Not shown {_for_groups(rest)}" if rest else ""
    return f"compared with {reference}, {said} {', '.join(shown)}{others} ({count})"


def _for_groups(groups: list[Group | None]) -> str:
    """Groups in one phrase: "for the Oslo and Paris groups", "where diet is 2 and where diet is 3"."""
    if any(len(group or ()) != 1 or not isinstance((group or ())[0].value, str) for group in groups):
        return listed([group_words(group) for group in groups])
    names = listed([show_level((group or ())[0].value) for group in groups])
    return f"for the {names} group{'s' * (len(groups) > 1)}"


def _own_rate(one: Finding, found: Compared, told: Words) -> str:
    """How fast the reference changes, where rates are compared: ", where bdi falls by 0.34 units per week (...)"."""
    rate = next((own for own in found.group_rates() if own.group == one.of), None)
    if not _is_rate(one) or rate is None or not rate.known:
        return ""
    interval = interval_text(rate, told, CHANGES)
    verb = "falls" if rate.value < 0 else "rises"
    return f", where {told.outcome} {verb} by {size_of(rate)} {told.unit}{interval and f' ({interval})'}"


def _held(found: Compared) -> str:
    return f", adjusted for {', '.join(found.others)}" if found.others else ""


def _against(one: Finding, told: Words, words: Directions, unit: str) -> str:
    """A difference in a list: "0.346 faster in the Lisbon group (95 % interval 0.212 to 0.480; p < .001)"."""
    size = f"{size_of(one)} {unit}".strip()
    inside = [interval_text(one, told, words), p_equals(p_text(one.p_value))]
    direction = words.down if one.value < 0 else words.up
    return f"{size} {direction} {group_words(one.group)} ({'; '.join(filter(None, inside))})"


def _difference(one: Finding, found: Compared, told: Words, brief: bool = False) -> str:
    of = _compares(one.kind, found, told)
    what, words = _pace(one, of, found, told)
    direction = words.down if one.value < 0 else words.up
    number = f"{what} {f'{size_of(one)} {of.unit}'.strip()} {direction}"
    seen = ["", ""] if _is_rate(one) else [_seen(group, found) for group in (one.group, one.of)]
    where = f"{group_words(one.group)}{seen[0] and f' ({seen[0]})'}"
    than = f"than {group_words(one.of)}"
    unsure = "" if one.p_value < 1 - told.level else f"no difference in {of.what} is shown: "
    said = f"{of.when}{unsure}{number} {where} {than}" if of.when else f"{unsure}{where}, {number} {than}"
    inside = [seen[1], interval_text(one, told, words), p_equals(p_text(one.p_value))]
    first = "" if _is_rate(one) else _at_first(one, found, told, brief)
    return f"{capital(said)} ({'; '.join(filter(None, inside))}){first}{_held(found)}."


def _seen(group: Group | None, found: Compared) -> str:
    """How many of a group were seen until the last time, where not all were: "12 of 35 seen"."""
    seen, of = found.reaching.get(group or (), (0, 0))
    return f"{seen:,} of {of:,} seen" if of else ""


def _at_first(last: Finding, found: Compared, told: Words, brief: bool = False) -> str:
    """The same difference at the first time: "; at week 0 it is 0.98 higher (95 % interval ...)".

    Brief, only where it is shown.
    """
    if found.first == found.last:
        return ""
    there = (one for one in found.differences() if one.at == found.first and one.kind is last.kind and one.known)
    one = next((one for one in there if (one.group, one.of) == (last.group, last.of)), None)
    if one is None or (brief and one.p_value >= 1 - told.level):
        return ""
    interval = interval_text(one, told, COMPARES)
    direction = COMPARES.down if one.value < 0 else COMPARES.up
    return f"; {told.when.at(found.first)} it is {size_of(one)} {direction}{interval and f' ({interval})'}"


def _pace(one: Finding, of: _Compares, found: Compared, told: Words) -> tuple[str, Directions]:
    """A difference of rates as faster and slower where both groups go the same way, else as lower and higher."""
    rates = {rate.group: rate.value for rate in found.group_rates()}
    if one.kind is Kind.SLOPE_DIFFERENCE and max(rates[one.group], rates[one.of]) < 0:
        return f"{told.outcome} falls{told.over}", FALLING if told.vocabulary.over_time else STEEPER_DOWN
    if one.kind is Kind.SLOPE_DIFFERENCE and min(rates[one.group], rates[one.of]) > 0:
        return f"{told.outcome} rises{told.over}", RISING if told.vocabulary.over_time else STEEPER_UP
    return of.said, COMPARES


def _average_rates(rates: list[Finding], told: Words, brief: bool = False) -> Iterator[str]:
    """How fast each group changes; the verb and the unit are said again only where they change.

    Brief, without intervals.
    """
    parts: list[str] = []
    before = ""
    error = max((one.std_error for one in rates), default=float("nan"))
    for one in (replace(one, std_error=error) for one in rates):  # side by side: of the same decimals
        verb = "falls" if one.value < 0 else "rises"
        said = f"by {size_of(one)}" if verb == before else f"{'it ' * bool(parts)}{verb} by {size_of(one)} {told.unit}"
        interval = "" if brief else interval_text(one, told, CHANGES)
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
