"""Whether outcomes of a family are as the model says: a picture, and how much counts scatter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from growthcurves.report.figures import Picture, drawn
from growthcurves.report.format import polished
from growthcurves.report.section import Subject
from growthcurves.results.change.of_outcomes import ratio_texts
from growthcurves.results.persons.scatter import COUNTED, scatter_of_outcomes, scatters_freely

#: Rows up to which each is foretold from the person's outcomes before it; beyond, the population's mean is expected.
MOST_FORETOLD = 20_000


def pictures_of_outcomes(subject: Subject) -> list[Picture]:
    """A rootogram of counts, the calibration of yes or no and of ordered categories."""
    fit = subject.fit
    if fit.family is None:
        return []
    if not fit.panel.has_rows:
        subject.lack("observed outcomes beside what the model expects", fit.panel.refusal())
        return []
    if fit.family.name in COUNTED:
        return drawn(subject, ("rootogram",))
    return drawn(subject, ("calibration",), people="average" if _many(fit) else "seen", level=subject.level)


def scatter_of_counts(subject: Subject) -> Iterator[dict[str, Any]]:
    """Whether counts scatter as much as the family says."""
    fit = subject.fit
    if not scatters_freely(fit) or not fit.panel.has_rows or not fit.identified or _many(fit):
        return
    found = scatter_of_outcomes(fit, subject.level)
    ratio, low, high = map(polished, ratio_texts(*found))
    inside = f"{ratio} times those that the model expects ({subject.interval} {low} to {high})"
    text = f"Squared errors about {subject.said('each person')}'s own curve are {inside}"
    if found.conf_low > 1:
        yield {"well": None, "word": "Overdispersed", "text": f"{text}: {_more(fit)}"}
    elif found.conf_high < 1:
        less = "outcomes scatter less than the model says, so that intervals of this page are rather too wide"
        yield {"well": None, "word": "Underdispersed", "text": f"{text}: {less}."}
    else:
        shown = "more or less scatter than the model says is not shown"
        yield {"well": True, "word": "Scatter of outcomes", "text": f"{text}: {shown}."}


def _more(fit: Any) -> str:
    """What to do about outcomes that scatter more than their family says."""
    narrow = "outcomes scatter more than the model says, so that intervals and p-values of this page claim too much"
    advice = {
        "poisson": "fit the negative binomial distribution, family='negative-binomial', beside it",
        "negative-binomial": "look at the rootogram, and compare gc.NegativeBinomial(variance='linear')",
        "binomial": "take fit.robust()'s standard errors, or a random effect that the model lacks",
    }
    return f"{narrow}; {advice[fit.family.name]}."


def _many(fit: Any) -> bool:
    return bool(fit.panel.persons.sizes.sum() > MOST_FORETOLD)
