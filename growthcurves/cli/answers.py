"""What `growthcurves fit` answers, as text and as JSON: by the methods and at the level that were asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import click

from growthcurves.cli.layout import folded, width, wrapped
from growthcurves.cli.machine import as_json, package_version
from growthcurves.cli.options import Request
from growthcurves.cli.wording import in_options


@dataclass(frozen=True)
class Asked:
    """How the answers are wanted: options of a fit's methods; no intervals where each answer's own are wanted."""

    ddf: Any
    level: float
    intervals: Any
    change: dict[str, Any]


def checked_answers(request: Request) -> Asked:
    """The options of the answers, checked before anything is fitted.

    Raises
    ------
    ModelError
        For an unknown method, or a level that is none.
    click.UsageError
        For options of the bootstrap with other intervals.
    """
    from growthcurves.results.ddf import known_ddf
    from growthcurves.results.intervals import intervals_of
    from growthcurves.results.tables.answer import checked_level

    intervals: Any = intervals_of(request.intervals) if request.intervals else None
    bootstrap = {"n": request.replicates, "rng": request.seed}
    given = {name: value for name, value in bootstrap.items() if value is not None}
    if (request.intervals or "").lower() == "bootstrap":
        intervals = type(intervals)(**given)
    elif given:
        raise click.UsageError("--replicates and --seed belong to --intervals bootstrap.")
    level = checked_level(0.95 if request.level is None else request.level)
    change = {name: getattr(request, name) for name in ("by", "threshold", "between", "at")}
    said = {name: value for name, value in change.items() if value is not None}
    return Asked(known_ddf(request.ddf), level, intervals, {**said, "level": level})


def _intervals(fitted: Any, asked: Asked) -> Any:
    """The interval method; a bootstrap is drawn, once for all answers."""
    from growthcurves.results.intervals.bootstrap import asked as drawn

    return drawn(fitted, asked.intervals)


#: Sentences of a change report beyond its headline that a terminal shows by itself.
MOST_SENTENCES = 6


def answers_text(fitted: Any, asked: Asked, whole: bool = False) -> str:
    """Summary and change report for a terminal; the report whole, or its headline and what matters most."""
    from growthcurves.results.summary import LINE, summary

    intervals = _intervals(fitted, asked)
    shown = str(summary(fitted, asked.ddf, asked.level, intervals, max(width(), LINE)))
    text = folded("\n".join(map(in_options, shown.split("\n"))))
    report, reason = _change(fitted, asked, intervals)
    said = map(in_options, _told(report, whole) if report is not None else [reason])
    return f"{text}\n\n{fitted.vocabulary.said('Rates of change')}\n{wrapped(said)}"


def _told(report: Any, whole: bool) -> list[str]:
    """The sentences of a change report; how many were left out is said last."""
    every, shown = report.sentences(), len(report.averages) + MOST_SENTENCES
    if whole or len(every) <= shown + 1:
        return every
    return [*every[:shown], f"{len(every) - shown} more sentences: --all prints them."]


def answers_json(fitted: Any, asked: Asked) -> str:
    """Everything a fit answers, as one JSON object."""
    from growthcurves.results.variation.variances import components

    certificate, panel = fitted.certificate, fitted.panel
    intervals = _intervals(fitted, asked)
    random = components(fitted, intervals, asked.level)
    report, reason = _change(fitted, asked, intervals)
    answers = {
        "package": package_version(),
        "model": {"equations": str(fitted.equations()), "method": fitted.method},
        "data": {
            "rows": fitted.nobs,
            "persons": panel.persons.count,
            "dropped": panel.dropped,
            "time_unit": panel.time_unit,
            "outcome_unit": panel.outcome_unit,
        },
        "level": asked.level,
        "fixed_effects": fitted.fixed_effects(asked.ddf, asked.level),
        "variance_components": random.table(),
        "intervals": random.intervals,
        "change": report.to_dict() if report is not None else None,
        "indices": {name: getattr(fitted, name) for name in _indices(fitted)},
        **_design(fitted),
        "certificate": {
            name: getattr(certificate, name)
            for name in ("converged", "singular", "identified", "decrement", "direction", "confounded", "ends")
        }
        | _quadrature(certificate.quadrature),
        "warnings": [in_options(text) for text in (*fitted.warnings, *([reason] if reason else []))],
    }
    return as_json(answers)


def _indices(fitted: Any) -> tuple[str, ...]:
    """Fit indices that there are: a pseudo-likelihood has no criteria."""
    return ("llf", "deviance", "aic", "bic") if fitted.weighing is None else ("llf", "deviance")


def _design(fitted: Any) -> dict[str, Any]:
    """The sampling design; nothing where there is none."""
    one = fitted.weighing
    if one is None:
        return {}
    weights = [{"unit": w.unit, "column": w.column, "scaling": w.scaling} for w in one.columns]
    sampled = {"sampling_units": one.sampling_units, "strata": one.stratum_count, "df": one.df}
    return {"design": {"weights": weights, **sampled}}


def _quadrature(found: Any) -> dict[str, Any]:
    """How an integral was taken and what more points change; nothing for normal outcomes."""
    return {} if found is None else {"quadrature": asdict(found) | {"settled": found.settled}}


def _change(fitted: Any, asked: Asked, intervals: Any) -> tuple[Any, str]:
    """The change report, or why there is none; options that ask for it are then an error."""
    from growthcurves.errors import NotEstimableError
    from growthcurves.results.change.differences import arm_of

    try:
        return fitted.change(**{"by": arm_of(fitted)} | asked.change, method=intervals, ddf=asked.ddf), ""
    except NotEstimableError as error:
        if set(asked.change) - {"level", "by"}:
            raise
        return None, str(error)
