"""What the checks of the assumptions found, in the words of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from growthcurves.checks import FitChecks, check
from growthcurves.data.unit_words import level_words, unit_words
from growthcurves.data.units_above import units_above
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.output.words import capital, listed
from growthcurves.report.format import count, with_minus
from growthcurves.report.section import Subject
from growthcurves.report.words import everybody

#: Findings that stand on the first pages.
MOST = 3
#: What a verdict is as a sign of the page: well, to be taken care of, bad.
SIGNS = {"fine": True, "look": None, "problem": False, "note": None}


#: Why there are no checks.
Why = NotEstimableError | NotAvailableError


def checks_of(subject: Subject) -> FitChecks | Why:
    """The checks of the fit, or why there are none."""
    return checked(subject.fit)


def checked(fit: Any, prespecified: bool = False) -> FitChecks | Why:
    """The checks of a fit, or why there are none."""
    try:
        return check(fit, prespecified)
    except (NotEstimableError, NotAvailableError) as error:
        return error


def grave(found: FitChecks) -> list[Any]:
    """The findings that are not fine, problems first."""
    table = found.findings
    return [row for verdict in ("problem", "look") for row in table[table["verdict"] == verdict].itertuples()]


def assumptions(subject: Subject) -> Iterator[dict[str, Any]]:
    """Items of the first pages: the answer in one sentence, the gravest findings, and what nobody looked at."""
    fit, found = subject.fit, subject.once(checks_of)
    if not isinstance(found, FitChecks):
        text = f"The page takes for granted {listed([*_looked_at(fit), *_not_looked_at(fit)])}."
        why = f" {found}" if isinstance(found, NotEstimableError) else ""
        yield {"well": None, "word": "Assumptions", "text": f"Not checked.{why} {text}"}
        return
    rows = grave(found)
    more = f"The gravest {MOST} follow; {len(rows) - MOST} more, the" if len(rows) > MOST else "The"
    text = f"{found.summary} {more} picture and all that was looked at stand in the appendix."
    taken = f"The page takes for granted {listed(_not_looked_at(fit))}."
    yield {"well": SIGNS[rows[0].verdict] if rows else True, "word": "Assumptions", "text": f"{text} {taken}"}
    for row in rows[:MOST]:
        told = with_minus(f"{row.text} {row.meaning}")
        yield {"well": SIGNS[row.verdict], "word": capital(row.looked_at), "text": told}


def advised(found: FitChecks | Why, fit: str = "fit") -> list[str]:
    """What findings advise to do, as code, one text for each; `fit` is what the fit is called there."""
    if not isinstance(found, FitChecks):
        return []
    where = "" if fit == "fit" else f" (fit is {fit})"
    return [
        f"{capital(row.looked_at)}, {found.heading}{where}: {'; '.join(row.advice)}."
        for row in grave(found)
        if row.advice
    ]


def _kind(fit: Any) -> str:
    """What a family takes for granted of single outcomes."""
    kinds = {
        "poisson": ", with a variance that is their mean",
        "negative-binomial": ", and vary as the negative binomial distribution says",
        "gamma": ", with a standard deviation in proportion to their mean",
        "ordinal": ", and every predictor moves all categories alike (proportional odds)",
    }
    return kinds.get(fit.family.name, "")


def _looked_at(fit: Any) -> list[str]:
    """What the model takes for granted and checks look at."""
    said = fit.vocabulary.said
    normal = "that single measurements scatter normally about each person's own line"
    text = [said(normal + ", with one variance and independently of each other" * fit.independent)]
    if fit.family is not None:
        own = said("that, given a person's own random effects, single outcomes are independent of each other")
        text = [own + _kind(fit)]
    if fit.random_names and fit.family is None:
        text.append(f"that {everybody(fit)} differ normally about their {_averages(fit)}")
    return [*text, "that the shape of the line is right"] if fit.recipe.shape.changes else text


def _not_looked_at(fit: Any) -> list[str]:
    """What the model takes for granted and no check looks at."""
    text = []
    if fit.random_names and fit.family is not None:
        scale = f" on the scale of the {fit.family.scale_words.link}"
        text.append(f"that {everybody(fit)} differ normally about their {_averages(fit)}{scale}")
    above = list(fit.model.above)
    if fit.weighing is not None:  # whose errors are by the design
        units = "that sampling units were drawn independently of each other within strata"
        return [*text, units, "that weights are those of the persons in the fit"]
    if fit.bound.crossed:
        text.append(f"that {everybody(fit)} differ independently of each other{_though(fit)}")
    else:
        who = level_words(above[-1]).several if above else fit.vocabulary.who.several
        text.append(f"that {who} are independent of each other{_though(fit)}")
    return text


def _averages(fit: Any) -> str:
    return "average" if not fit.model.above else "averages"


def _though(fit: Any) -> str:
    """The units above persons that the table tells of and the model does not know."""
    if not fit.panel.has_rows:
        return ""
    above = [f"{one.column} ({count(one.units)} {one.several})" for one in units_above(fit.panel, fit.data_columns)]
    if not above:
        return ""
    some = f"those of one {unit_words(above[0].split(' (')[0]).one}" if len(above) == 1 else "those of the same unit"
    return f", {some} too: {listed(above)} {'is' if len(above) == 1 else 'are'} no part of the model"
