"""The certificate and the warnings, each with what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.report.section import Section, Subject
from growthcurves.report.words import and_list


class Certainty(Section):
    """The certificate and the warnings."""

    name = "certainty"
    title = "Can these numbers be relied on?"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        return {"checks": checks(fit.certificate), "warnings": [(text, meaning(text)) for text in fit.warnings]}


#: A phrase of a warning, and what it means for a reader who did not make the analysis.
MEANINGS = (
    ("persons only", "With so few persons the numbers on differences between them are rough, however small their "
     "standard errors look."),
    ("share person and time", "A person was measured twice at one time, or a row stands twice in the file. Each row "
     "counts as a measurement of its own."),
    ("mixed in the slope", "The rate of change on this page is partly a comparison of younger with older persons, not "
     "only of each person with themselves."),
    ("both predictor and outcome", "Part of what looks like an effect on change is regression to the mean."),
    ("linear combinations of other terms", "These terms say nothing that the other terms do not say already. "
     "Predictions are the same without them."),
    ("but not the intercept", "The groups or persons are held to be equal at the start. Where they were not, their "
     "difference in the rate of change is wrong."),
    ("depends on this origin", "Another choice of where time is zero would give other results."),
    ("told apart", "The averages on this page are valid. What would need the variances is left out, not guessed."),
    ("could not be certified", "The computation did not end at a proven best fit. No number of this page should be "
     "quoted."),
)  # fmt: skip


def meaning(warning: str) -> str:
    """What a warning means for the reader; empty where it says so itself."""
    return next((text for phrase, text in MEANINGS if phrase in warning), "")


def checks(certificate: Any) -> list[dict[str, Any]]:
    """The words of the certificate, each with whether it is well and what it means.

    Whether variances are zero is not said where they cannot be told apart.
    """
    singular = [_singular(certificate)] if certificate.identified else []
    return [_converged(certificate), *singular, _identified(certificate)]


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


def _singular(certificate: Any) -> dict[str, Any]:
    if not certificate.singular:
        return {
            "well": True,
            "word": "Not singular",
            "text": "Every variance between persons is larger than zero.",
        }
    what = and_list(list(certificate.direction)) if certificate.direction else "some combination"
    text = (
        f"The best estimate of the variance between persons in {what} is exactly zero. That is a finding, "
        "not a failure; it does not show that all persons are the same, only that these data show no "
        "difference beyond chance."
    )
    return {"well": None, "word": "Singular", "text": text}


def _identified(certificate: Any) -> dict[str, Any]:
    if certificate.identified:
        return {"well": True, "word": "Identified", "text": "The design can tell all variances apart."}
    text = (
        "The design cannot tell the variances between persons and the residual variance apart. Average "
        "growth and its intervals are valid; what needs the variances is withheld."
    )
    return {"well": False, "word": "Not identified", "text": text}
