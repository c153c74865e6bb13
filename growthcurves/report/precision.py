"""How much the numbers can say: how many persons, how well their differences are known, who is missing, whether the
assumptions hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.data.missing import DROPPED_OUT
from growthcurves.data.reasons import DIED
from growthcurves.errors import NotAvailableError
from growthcurves.output.words import listed
from growthcurves.plots.missing import why_no_waves
from growthcurves.report.assumptions import assumptions
from growthcurves.report.format import count, number
from growthcurves.report.missed import missed_of
from growthcurves.report.section import Subject
from growthcurves.report.variation import component_row
from growthcurves.report.words import between_whom, everybody, random_name, whose_effect
from growthcurves.results.tables.units import unit_counts
from growthcurves.results.variation.settled import settled_correlation_of, settled_sd_of


def precision(subject: Subject) -> Iterator[dict[str, Any]]:
    """One item each, with whether it gives no cause for care."""
    fit = subject.fit
    yield _item(True, "Numbers", _numbers(subject))
    if fit.random_names and fit.identified:
        yield from _differences(subject)
    yield from _missing(subject)
    yield from assumptions(subject)


def _item(well: bool | None, word: str, text: str) -> dict[str, Any]:
    return {"well": well, "word": word, "text": text}


def _numbers(subject: Subject) -> str:
    fit, said = subject.fit, subject.said
    sizes, df = fit.panel.persons.sizes, subject.effects["df"].to_numpy(float)
    low, high = int(sizes.min()), int(sizes.max())
    each = count(low) if low == high else f"{count(low)} to {count(high)}"
    about = f"{count(fit.panel.persons.count)} {fit.vocabulary.who.several}, {each} {said('occasions')} each"
    units = listed(f"{count(one.units)} {one.words.several}" for one in unit_counts(fit))
    about += f", in {units}" if units else ""
    known = df[np.isfinite(df)]
    ends = dict.fromkeys(number(one, 3) for one in (known.min(), known.max())) if len(known) else {}
    freedom = f" (degrees of freedom {' to '.join(ends)})" if ends else ""
    return f"Averages and differences rest on {about}{freedom}; how precise they are is in their intervals."


def _differences(subject: Subject) -> Iterator[dict[str, Any]]:
    """Which SDs and correlations between persons are known well enough, by the rule of every door."""
    fit = subject.fit
    findings = [row.finding for row in subject.components.rows if row.finding.unit != RESIDUAL]
    told: dict[bool, list[str]] = {True: [], False: []}
    open_signs: list[str] = []
    for one in findings:
        if one.kind is Kind.SD:
            told[settled_sd_of(fit, *whose_effect(fit, one)).enough].append(_told(subject, one))
        elif one.kind is Kind.CORRELATION:
            enough = settled_correlation_of(fit, *whose_effect(fit, one)).enough
            told[enough].append(_told(subject, one))
            if enough and one.has_interval and one.conf_low < 0 < one.conf_high:
                open_signs.append(told[True][-1])
    who = everybody(fit)
    if told[False]:
        text = (
            f"Not well known from these data: {listed(told[False])}. Shares of {fit.vocabulary.who.several} and the "
            f"middle 95 % are not stated where they are built on {'it' if len(told[False]) == 1 else 'them'}."
        )
        better = _known(told[True], open_signs, "Better known")
        yield _item(None, f"Differences between {who}", f"{text} {better}".strip())
    elif told[True]:
        yield _item(True, f"Differences between {who}", _known(told[True], open_signs))


def _known(known: list[str], open_signs: list[str], how: str = "Known from these data") -> str:
    """What is known, and of which correlations not even the sign is."""
    sure = [one for one in known if one not in open_signs]
    text = f"{how}: {listed(sure)}." if sure else ""
    return f"{text} Not known to be positive or negative: {listed(open_signs)}.".strip() if open_signs else text


def _told(subject: Subject, one: Finding) -> str:
    """A component with its interval: "the SD of the rate of change (95 % interval 0.000 to 0.409)"."""
    fit = subject.fit
    names = listed(random_name(fit, name) for name in one.of) + between_whom(fit, one.unit)
    what = f"the SD of the {names}" if one.kind is Kind.SD else f"the correlation of {names}"
    row = component_row(fit, one)
    return f"{what} ({subject.interval} {row['low']} to {row['high']})" if one.has_interval else what


def _missing(subject: Subject) -> Iterator[dict[str, Any]]:
    """Who was not seen, and what has to be true that this does no harm."""
    fit, who = subject.fit, subject.fit.vocabulary.who.several
    if not fit.recipe.shape.changes or not fit.vocabulary.over_time:
        return
    valid = (
        "The estimates are valid where being missed depends on what is in the model (outcomes seen before, predictors) "
        "and not where it depends on the values that were missed; data cannot tell which of the two is the case."
    )
    try:
        reason = why_no_waves(fit.panel)
    except NotAvailableError:  # the section on who was seen when says why
        yield _item(None, "Missing", f"Who was missed is not known here. {valid}")
        return
    if reason is not None:
        text = f"The visits have no common times, so that who was missed cannot be counted. {valid}"
        yield _item(None, "Missing", text)
        return
    missed = subject.once(missed_of)
    total, some = missed.count, missed.with_a_gap
    due, died = (" that was due" if missed.explained else ""), missed.ways[DIED]
    gone = f" {count(died)} died after the last wave that was due, which is no dropout." if died else ""
    if not some:
        seen = "all waves that were due" if missed.explained else "all waves"
        yield _item(True, "Missing", f"All {count(total)} {who} were seen at {seen}.{gone}")
        return
    out = missed.ways[DROPPED_OUT]
    of_them = "all of them" if out == some else f"{count(out)} of them"
    text = f"Of {count(total)} {who}, {count(some)} missed at least one wave{due}; {of_them} dropped out.{gone} {valid}"
    yield _item(None, "Missing", text)
