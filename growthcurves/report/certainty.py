"""The certificate and the warnings, each with what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.report.section import Section, Subject


class Certainty(Section):
    """The certificate and the warnings."""

    name = "certainty"
    title = "Can these numbers be relied on?"
    core = True

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        told = [one | {"text": fit.vocabulary.said(one["text"])} for one in checks(fit.certificate)]
        return {"checks": told, "notes": [(note.text, note.meaning) for note in fit.notes]}


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
            "text": "Every variance between persons is estimated as larger than zero.",
        }
    known = certificate.not_varying or certificate.direction
    what = "; and in ".join(known) if known else "some combination"
    text = (
        f"The best estimate of the variance between persons is exactly zero in {what}. That is a finding, "
        "not a failure; it does not show that all persons are the same, only that these data show no "
        "difference beyond chance."
    )
    return {"well": None, "word": "Singular", "text": text}


def _identified(certificate: Any) -> dict[str, Any]:
    if certificate.identified:
        return {"well": True, "word": "Identified", "text": "The design can tell all variances apart."}
    text = (
        f"The design cannot tell {certificate.undivided} apart. Average growth and its intervals are valid; what needs "
        f"the variances is withheld."
    )
    return {"well": False, "word": "Not identified", "text": text}
