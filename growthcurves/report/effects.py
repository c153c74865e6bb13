"""Fixed effects, grouped by the growth parameter that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding
from growthcurves.errors import NotAvailableError
from growthcurves.report.format import decimals, degrees, fixed, number, p_value, polished
from growthcurves.report.groups import Groups
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import baseline, parameter_heading, predictor_name
from growthcurves.results.change.of_outcomes import ratio_texts
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import effect_findings, linear_functions
from growthcurves.results.questions.references import reference_words
from growthcurves.results.questions.zeros import Centre, centre_of, origin_outside
from growthcurves.results.tables.names import finding_text
from growthcurves.results.tables.outcome_words import base_of


class Effects(Section):
    """Fixed effects, grouped by growth parameter."""

    name = "effects"
    title = "Average growth, and what predicts it"
    core = True

    def leads(self, subject: Subject) -> bool:
        """Where groups are compared their table has the same differences, which then stand on the first pages once."""
        groups = Groups()
        return not groups.belongs(subject) or groups.why_not(subject) is not None or groups.name in subject.refused

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit, method = subject.fit, ddf_of(subject.ddf, subject.fit)
        centre = _centre(subject)
        return {
            "ratio": fit.family.effect if fit.family is not None else None,
            "ratios": _several_ratios(fit),
            "nearer": fit.family is not None and fit.family.name in ("binomial", "ordinal") and bool(fit.random_names),
            "z": fit.family is not None,
            "link": "" if fit.family is None else fit.family.scale_words.link.removesuffix(" of a higher category"),
            "same": fit.vocabulary.who.one,
            "groups": _groups(fit, effect_findings(fit, subject.effects), _at_centre(subject, centre)),
            "ddf": method.label,
            "why_not": method.why_not(fit) or "",
            "aliased": list(fit.aliased),
            "references": reference_words(fit),
            "outside": origin_outside(fit),
            "nobody": [] if centre is None else [_nobody(subject, *one) for one in centre.where],
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"fixed_effects": subject.effects}


def _centre(subject: Subject) -> Centre | None:
    """Where predictors that are nowhere near 0 have their means."""
    try:
        return centre_of(subject.fit)
    except NotAvailableError as error:
        subject.lack("starts and rates at the mean of predictors that nobody has at 0", error)
        return None


def _several_ratios(fit: Any) -> str:
    """"Odds ratios", "Ratios of means"."""
    effect = "" if fit.family is None else str(fit.family.effect or "")
    one, *rest = effect.split(" ") if effect else [""]
    return f"{one.capitalize()}s {' '.join(rest)}" if one == "ratio" else f"{effect.capitalize()}s"


def _at_centre(subject: Subject, centre: Centre | None) -> dict[str, dict[str, str]]:
    """A row of each growth parameter at the means of predictors that are nowhere near 0."""
    if centre is None:
        return {}
    fit, names = subject.fit, list(centre.rows)
    table = linear_functions(fit, np.array([*centre.rows.values()]), names, subject.ddf, subject.level)
    where = ", ".join(f"{name} {number(mean, 3)}" for name, mean, _, _ in centre.where)
    called = f"at the mean ({where})"
    found = effect_findings(fit, table, [(name, "") for name in names])
    return {name: effect_row(fit, one) | {"name": called} for name, one in zip(names, found, strict=True)}


def _nobody(subject: Subject, name: str, mean: float, low: float, high: float) -> str:
    """Why a reference row is about nobody."""
    ends = f"{number(low, 3)} to {number(high, 3)}"
    return f"{subject.said('No person')} has {name} 0 ({ends} were seen): read the rows at the mean"


def _groups(fit: Any, findings: list[Finding], centred: Mapping[str, dict[str, str]]) -> list[dict[str, Any]]:
    """One block of rows per growth parameter, then the time-varying predictors."""
    blocks: dict[str, list[dict[str, str]]] = {name: [] for name in (*fit.model.parameters, "")}
    for finding in findings:
        parameter, predictor = finding.of
        blocks[parameter].append(effect_row(fit, finding))
        if not predictor and parameter in centred:
            blocks[parameter].append(centred[parameter])
    return [
        {"name": _heading(fit, name), "rows": rows}
        for name, rows in blocks.items()
        if rows
    ]


def _heading(fit: Any, parameter: str) -> str:
    return parameter_heading(fit, parameter) if parameter else fit.vocabulary.said("At each occasion")


def effect_row(fit: Any, finding: Finding) -> dict[str, str]:
    """One row of the table as texts."""
    places = decimals(finding.std_error)
    parameter, predictor = finding.of
    return {
        "name": predictor_name(fit, predictor) if predictor else _mean_name(fit, parameter),
        "term": finding_text(finding),
        "estimate": fixed(finding.value, places),
        "error": fixed(finding.std_error, places),
        "low": fixed(finding.conf_low, places),
        "high": fixed(finding.conf_high, places),
        "df": degrees(finding.df),
        "statistic": fixed(finding.statistic, 2),
        "p": p_value(finding.p_value),
        **_ratio(fit, finding),
    }


def _ratio(fit: Any, finding: Finding) -> dict[str, str]:
    """The effect as a ratio with its interval, of a family that has such: e to its power."""
    if fit.family is None or fit.family.effect is None:
        return {}
    with np.errstate(over="ignore"):
        ends = np.exp([finding.value, finding.conf_low, finding.conf_high]).tolist()
    value, low, high = map(polished, ratio_texts(*ends))
    base = base_of(fit.family.effect) if finding.of == ("intercept", "") else ""
    return {"ratio": value, "ratio_interval": f"{low} to {high}", "base": base}


def _mean_name(fit: Any, parameter: str) -> str:
    whom = baseline(fit, parameter)
    return f"reference ({whom})" if whom else "average"
