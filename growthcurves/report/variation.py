"""Variance components: how much persons differ, and the scatter of single measurements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.contracts.note import NoteKind
from growthcurves.errors import GrowthCurvesError
from growthcurves.model.not_varying import combination
from growthcurves.output.words import capital
from growthcurves.report.format import fixed, number, places_with, polished, share
from growthcurves.report.section import Section, Subject
from growthcurves.report.side_by_side import component_name
from growthcurves.report.words import between_whom, everybody, random_name, unit_of
from growthcurves.results.questions.times import compared_at
from growthcurves.results.tables.outcome_words import outcome_words
from growthcurves.results.tables.units import level_heading


class Variation(Section):
    """Variance components."""

    name = "variation"
    title = "How much persons differ"
    core = True

    def heading(self, subject: Subject) -> str:
        return f"How much {everybody(subject.fit)} differ"

    def why_not(self, subject: Subject) -> str | None:
        fit = subject.fit
        if fit.identified or not fit.random_names:
            return None
        said = [note.in_words for note in fit.notes if note.kind is NoteKind.NOT_IDENTIFIED]
        return said[0] if said else "The design cannot tell these variances apart, so they are withheld."

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit, found = subject.fit, subject.components
        findings = [row.finding for row in found.rows]
        rows = [component_row(fit, finding) for finding in findings]
        return {
            "method": found.intervals.replace(" intervals", ""),
            "profile": found.intervals.startswith("profile"),
            "notes": [
                f"{row['name']}: {_note(fit, one, findings)}"
                for row, one in zip(rows, findings, strict=True)
                if one.note
            ],
            "rows": [*_under_headings(fit, rows, findings), *_shares_between(subject)],
            "words": _in_words(subject, findings),
            "boundary": fit.certificate.singular,
            "singular": _without_variance(fit),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"variance_components": subject.components.table()}


def _without_variance(fit: Any) -> str:
    """The combinations of random effects that do not vary, and between whom."""
    own, units = tuple(fit.recipe.random.own_names.values()), tuple(fit.recipe.random.unit_of.values())
    found: dict[str, list[str]] = {}
    for a in fit.estimates.null.T:
        found.setdefault(units[int(np.abs(a).argmax())], []).append(combination(a, own))
    return "; ".join(f"no variance {level_heading(fit, unit)} in {'; '.join(names)}" for unit, names in found.items())


def _under_headings(fit: Any, rows: list[dict[str, str]], findings: list[Finding]) -> list[dict[str, str]]:
    """The rows of each level under its heading, where there are several."""
    if not fit.model.above:
        return rows
    out, before = [], ""
    for row, one in zip(rows, findings, strict=True):
        whom = between_whom(fit, one.unit)
        within = fit.vocabulary.who.several
        heading = (whom.strip() or f"within {within}") if one.unit != before else ""
        out.append(row | {"name": row["name"].removesuffix(whom), "heading": heading[:1].upper() + heading[1:]})
        before = one.unit
    return out


def _shares_between(subject: Subject) -> list[dict[str, str]]:
    """Of a family the shares of variance between persons at the first time and the last, on both scales."""
    fit = subject.fit
    if fit.family is None or not fit.random_names or not fit.recipe.shape.changes or fit.recipe.effects_of_rows:
        return []
    rows, times = [], compared_at(fit)
    for scale in ("latent", "response"):
        try:
            table = fit.icc(at=times, level=subject.level, scale=scale).table
        except GrowthCurvesError:
            continue
        where = f"latent scale ({fit.family.scale_words.link})" if scale == "latent" else "scale of the outcome"
        numbers = table[["icc", "conf_low", "conf_high"]]
        same = bool(np.allclose(numbers, numbers.iloc[0], rtol=1e-9, atol=0, equal_nan=True))
        what = subject.said("Share of variance between persons")
        for time, row in zip(table["time"], numbers.to_numpy(), strict=True):
            when = "at all times" if same else fit.when.at(time)
            rows.append(_row(f"{what}, {where}, {when}", [share(value) for value in row], ""))
            if same:
                break
    return rows


def _in_words(subject: Subject, findings: list[Finding]) -> list[str]:
    """Of a family: on which scale SDs are, what one is as a ratio, and how many have a rising outcome."""
    fit = subject.fit
    if fit.family is None or not fit.random_names:
        return []
    words, who = outcome_words(fit), fit.vocabulary.who
    told = [f"SDs and correlations are on the scale of the linear predictor ({words.link})"]
    first = next((one for one in findings if one.kind is Kind.SD and one.of == (fit.random_names[0],)), None)
    if words.effect and first is not None and first.value == first.value:
        name, ratio = random_name(fit, fit.random_names[0]), number(math.exp(first.value), 3)
        verb, that = ("are", "those") if words.plural else ("is", "that")
        apart = f"of two {who.several} one SD apart in the {name}"
        told.append(f"{apart}, the {words.base} of one {verb} {ratio} times {that} of the other")
    said = subject.change.sentences() if fit.recipe.shape.changes else ()
    shares = [text for text in said if text.startswith("The estimated share")]
    return [capital(text) for text in (*told, *(polished(one.rstrip(".")) for one in shares))]


def _note(fit: Any, finding: Finding, findings: list[Finding]) -> str:
    """What is special of an interval: of a correlation that may be anything, which of the two may not vary."""
    constant = [
        random_name(fit, name)
        for one in findings
        for name in one.of
        if one.kind is Kind.SD and one.conf_low == 0 and finding.kind is Kind.CORRELATION
        and name in finding.of and one.unit == finding.unit
    ]
    if not constant or (finding.conf_low, finding.conf_high) != (-1.0, 1.0):
        return finding.note
    vary = "the interval of its SD begins" if len(constant) == 1 else "the intervals of their SDs begin"
    return f"the {' and the '.join(constant)} may not vary at all ({vary} at 0), so that any correlation is possible"


def component_row(fit: Any, finding: Finding) -> dict[str, str]:
    """One row of the table as texts."""
    numbers = (finding.value, finding.conf_low, finding.conf_high)
    if finding.kind is Kind.CORRELATION:
        both = " and ".join(random_name(fit, name) for name in finding.of)
        return _row(f"Correlation of {both}{between_whom(fit, finding.unit)}", [share(value) for value in numbers], "")
    places = places_with(finding.std_error, *numbers)
    values = [fixed(value, places) for value in numbers]
    if finding.kind is Kind.PARAMETER:
        return _row(component_name(fit, finding), values, "")
    if finding.unit == RESIDUAL:
        scatter = fit.vocabulary.said("SD of single measurements about a person's line")
        return _row(scatter, values, unit_of(fit, "intercept"))
    (name,) = finding.of
    return _row(f"SD of {random_name(fit, name)}{between_whom(fit, finding.unit)}", values, unit_of(fit, name))


def _row(name: str, values: list[str], unit: str) -> dict[str, str]:
    return {"name": name, "unit": unit} | dict(zip(("estimate", "low", "high"), values, strict=True))
