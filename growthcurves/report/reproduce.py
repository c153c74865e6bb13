"""How to get the same numbers again: versions, a fingerprint of the data, and the code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.machine import versions
from growthcurves.report.assumptions import advised, checks_of
from growthcurves.report.code import code
from growthcurves.report.people import MOST_LISTED
from growthcurves.report.section import Section, Subject
from growthcurves.results.questions.zeros import centring_offer


class Reproduce(Section):
    """Versions, a fingerprint of the data, and the code."""

    name = "reproduce"
    title = "How to reproduce this"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        return {
            "codes": [code(item) for item in subject.fits],
            "more": further(subject),
            "fitted": [fitted_when(item) for item in subject.fits],
            "page": made_with(fit),
            "seeds": [drawn(item) for item in subject.fits],
            "columns": fit.data_columns,
            "rows": len(fit.panel),
            "sums": not fit.knows_persons,
            "hash": fit.data_hash,
        }


def further(subject: Subject) -> list[str]:
    """What to write for what the page has not: intervals by another method, an intercept at a mean, planned waves."""
    fit = subject.fit
    warned = [note.in_code for note in fit.notes if note.in_code]
    found = [*(f"As a warning advises: {text}" for text in warned), centring_offer(fit), *_of_others(subject)]
    if fit.recipe.shape.changes:
        with suppress(NotAvailableError, NotEstimableError):
            found.append(subject.change.advice)
        found.append(_of_waves(fit.panel))
    return [text for text in (*found, *advised(subject.once(checks_of))) if text]


def _of_others(subject: Subject) -> list[str]:
    """How other models come to stand beside this one, and where persons are listed who are too many for a page."""
    found = []
    if len(subject.fits) == 1 and subject.fit.recipe.shape.changes:
        means = "; their means: other.plot.trajectories()" * subject.fit.vocabulary.over_time
        found.append(f"Other models beside this one: gc.report(fit, other){means}.")
    if subject.fit.panel.persons.count > MOST_LISTED:
        who = subject.fit.vocabulary.who.several
        found.append(f"A file of all {who}: page = gc.report(fit), then page.save_tables(folder).")
    return found


def _of_waves(panel: Any) -> str:
    """What to give where there are no waves that somebody could miss."""
    try:
        panel.grid()
    except NotAvailableError:
        return ""
    except NotEstimableError as error:
        return f"For who was seen when, {error.advice}" if error.advice else ""
    return ""


def fitted_when(fit: Any) -> str:
    """When and with which versions a fit was made, in one sentence."""
    made = fit.provenance
    when = made.fitted.replace("T", " ").removesuffix("+00:00")
    return f"Fitted {when} UTC with {', '.join(f'{name} {text}' for name, text in made.versions.items())}."


def made_with(fit: Any) -> str:
    """With which versions the page was made, where they are others than those of the fit."""
    return "" if fit.provenance.versions == dict(versions()) else f"Its page was c{computed_with()[1:]}"


def drawn(fit: Any) -> str:
    """The seeds of what was drawn of a fit, in one sentence."""
    seeds = fit.provenance.seeds
    told = "; ".join(f"{what} {seed}" for what, seed in seeds)
    return f"Seeds: {told}." if told else "Seeds: none; no number of this page was drawn at random."


def computed_with() -> str:
    """The versions, in one sentence."""
    return f"Computed with {', '.join(f'{name} {text}' for name, text in versions())}."


def data_used(fit: Any) -> str:
    """The fingerprint of the data of a fit, in one sentence."""
    columns = ", ".join(map(str, fit.data_columns))
    return f"SHA-256 of the {len(fit.panel):,} rows used, columns {columns} in this order: {fit.data_hash}"
