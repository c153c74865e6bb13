"""Whether the numbers of the page can be relied on: that they are computed right, and how much they can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.model.not_varying import ROUNDING, combination
from growthcurves.report.fit_to_outcomes import pictures_of_outcomes, scatter_of_counts
from growthcurves.report.precision import precision
from growthcurves.report.section import Section, Subject
from growthcurves.report.variation import component_row
from growthcurves.report.words import everybody, random_name, whose_effect
from growthcurves.results.tables.units import level_heading, unit_called
from growthcurves.results.variation.settled import settled_correlation_of


class Certainty(Section):
    """The certificate, how well differences between persons are known, and the warnings."""

    name = "certainty"
    title = "Can these numbers be relied on?"
    core = True

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        found = [*checks(subject), *scatter_of_counts(subject), *precision(subject)]
        notes = [(note.in_words, note.meaning) for note in fit.notes]
        clear = not notes and all(one["well"] for one in found)
        return {"checks": found, "notes": notes, "clear": clear, "pictures": pictures_of_outcomes(subject)}


def checks(subject: Subject) -> list[dict[str, Any]]:
    """The words of the certificate, each with whether it is well and what it means.

    Whether variances are zero is not said where they cannot be told apart.
    """
    certificate, said = subject.fit.certificate, subject.said
    singular = [_singular(subject)] if certificate.identified else []
    found = [_converged(certificate), *singular, _identified(certificate), *_quadrature(certificate)]
    return [one if one["word"] in ("Singular", "Not singular") else one | {"text": said(one["text"])} for one in found]


def _converged(certificate: Any) -> dict[str, Any]:
    if certificate.converged:
        size = certificate.decrement
        left = "less than a millionth of" if size < 1e-6 else f"{size:.1g} of"
        text = (
            "The estimates are at an optimum of the likelihood, proved by its first and second derivatives "
            f"(distance left: {left} a standard error)."
        )
        return {"well": True, "word": "Converged", "text": text}
    text = "The optimum could not be certified. Do not rely on the numbers of this page."
    return {"well": False, "word": "Not converged", "text": text}


def _quadrature(certificate: Any) -> list[dict[str, Any]]:
    """How the integral over random effects was taken, and whether more points would change what is printed."""
    found = certificate.quadrature
    if found is None or not found.effects:
        return []
    points = f"{found.points} points" if found.points > 1 else "Laplace's approximation (one point)"
    each = " for each random effect" if found.effects > 1 and found.points > 1 else ""
    more = f"{found.compared} points change the deviance by {found.deviance:.1g} and no estimate by more than "
    how = f"The likelihood is an integral over how persons differ, taken with {points}{each}"
    text = f"{how}; {more}{found.errors:.1g} "
    if found.settled:
        return [{"well": True, "word": "Quadrature", "text": f"{text}standard errors."}]
    care = f"{text}standard errors: take {found.compared} points or more before these numbers are used."
    return [{"well": False, "word": "Quadrature too coarse", "text": care}]


def _singular(subject: Subject) -> dict[str, Any]:
    fit = subject.fit
    if not fit.certificate.singular:
        text = (
            f"Every variance between {everybody(fit)} is estimated as larger than zero."
            if fit.random_names
            else "No variance between persons is estimated."
        )
        return {"well": True, "word": "Not singular", "text": text if fit.random_names else subject.said(text)}
    return {"well": None, "word": "Singular", "text": " ".join(_on_the_boundary(subject))}


def _on_the_boundary(subject: Subject) -> Iterator[str]:
    """What is estimated at the end of its range, with its interval: no proof that it lies there."""
    fit, findings = subject.fit, [row.finding for row in subject.components.rows if row.finding.unit != RESIDUAL]
    certificate = fit.certificate
    for a, phrase in zip(fit.estimates.null.T, certificate.not_varying, strict=True):
        part = fit.recipe.random
        there = [name for name, value in zip(fit.random_names, a, strict=True) if abs(value) >= ROUNDING]
        names, unit = [part.own_names[name] for name in there], part.unit_of[there[0]]
        here = [one for one in findings if one.unit == unit]
        if len(names) == 1:
            yield _no_difference(subject, names[0], unit, here)
        else:
            together = combination(a, tuple(part.own_names.values()))
            yield _together(subject, names, unit, together, phrase, here)


def _no_difference(subject: Subject, name: str, unit: str, findings: list[Finding]) -> str:
    who, what = unit_called(subject.fit, unit).several, random_name(subject.fit, name)
    sd = next(one for one in findings if one.kind is Kind.SD and one.of == (name,))
    return (
        f"The SD of the {what} {level_heading(subject.fit, unit)} is estimated as exactly zero"
        f"{_interval(subject, sd)}: in it these data show no difference beyond chance, which does not show that all "
        f"{who} are alike in it."
    )


def _together(
    subject: Subject, names: list[str], unit: str, together: str, phrase: str, findings: list[Finding]
) -> str:
    """Of two and more that vary: what is at the end of its range is how they go together, not that they differ."""
    fit, who = subject.fit, unit_called(subject.fit, unit).several
    cor = next((one for one in findings if one.kind is Kind.CORRELATION and set(one.of) == set(names)), None)
    if cor is not None and not settled_correlation_of(fit, *whose_effect(fit, cor)).enough:
        # where lines meet is then no finding
        phrase = f"{together}: their correlation is estimated as exactly {cor.value:g}, the end of its range"
    known = "" if cor is None else _interval(subject, cor)
    return (
        f"The estimate leaves no variance {level_heading(fit, unit)} in {phrase}{known}. That says nothing against "
        f"differences between {who} in each of them, whose SDs are in the table above."
    )


def _interval(subject: Subject, one: Finding) -> str:
    if not one.has_interval:
        return ""
    row = component_row(subject.fit, one)
    name = "" if one.kind is Kind.SD else " of the correlation"
    return f" ({subject.interval}{name} {row['low']} to {row['high']})"


def _identified(certificate: Any) -> dict[str, Any]:
    if certificate.identified:
        return {"well": True, "word": "Identified", "text": "The design can tell all variances apart."}
    text = (
        f"The design cannot tell {certificate.undivided} apart. Average growth and its intervals are valid; what needs "
        f"the variances is withheld."
    )
    return {"well": False, "word": "Not identified", "text": text}
