"""The picture of the page: trajectories of persons, the mean, and both bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from growthcurves.plots import FIGURES
from growthcurves.plots.facets import MOST_TOGETHER
from growthcurves.plots.people import groups_of
from growthcurves.plots.trajectories import MOST_SHADED
from growthcurves.report.figures import drawn
from growthcurves.report.section import Section, Subject
from growthcurves.results.persons.trajectories import curve_times, mean_curve


class Pictures(Section):
    """Trajectories, and the distribution of rates where rates vary."""

    name = "pictures"
    title = "Trajectories"
    core = True

    def why_not(self, subject: Subject) -> str | None:
        kind: Any = FIGURES["trajectories"]
        return kind(by=subject.by).why_not(subject.fit)

    def context(self, subject: Subject) -> Mapping[str, Any]:
        band = subject.once(_band)
        return {
            "pictures": drawn(subject, ("trajectories",)),
            "persons_band": band,
            "others": _panels(subject),
            "single": "single outcomes" if subject.fit.family is not None else subject.said("single measurements"),
        }


def _panels(subject: Subject) -> bool:
    """Whether each group has a panel of its own, with the means of the others in grey."""
    return subject.by is not None and len(groups_of(subject.fit.panel, subject.by).labels) > MOST_TOGETHER


def _band(subject: Subject) -> bool:
    """Whether the band that holds most persons is drawn: for few groups, and where its width is known well enough."""
    fit = subject.fit
    groups = 1 if subject.by is None else len(groups_of(fit.panel, subject.by).labels)
    if not fit.identified or not fit.random_names or groups > MOST_SHADED:
        return False
    times = curve_times(fit)
    return bool(mean_curve(fit, np.array([times.min(), times.max()]), by=subject.by)["persons_low"].notna().any())
