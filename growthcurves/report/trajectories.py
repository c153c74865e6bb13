"""The picture of the page: trajectories of persons, the mean, and both bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.plots import FIGURES
from growthcurves.plots.people import groups_of
from growthcurves.plots.trajectories import MOST_SHADED
from growthcurves.report.figures import drawn
from growthcurves.report.section import Section, Subject


class Pictures(Section):
    """Trajectories, and the distribution of rates where rates vary."""

    name = "pictures"
    title = "Trajectories"
    core = True

    def why_not(self, subject: Subject) -> str | None:
        kind: Any = FIGURES["trajectories"]
        return kind(by=subject.by).why_not(subject.fit)

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        shown = fit.identified and bool(fit.random_names) and _groups(subject) <= MOST_SHADED
        return {"pictures": drawn(subject, ("trajectories",)), "persons_band": shown}


def _groups(subject: Subject) -> int:
    return 1 if subject.by is None else len(groups_of(subject.fit.panel, subject.by).labels)
