"""Whether persons seen at later times differ from others as they themselves come to differ: cohorts."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.directions import mean_scores
from growthcurves.checks.look import Look
from growthcurves.checks.words import shown
from growthcurves.results.tables.printing import number

#: Persons' first times must differ by this share of the spread of time.
APART = 0.2
#: A difference of rates below this share of the SD of outcomes over the spread of time is small.
SMALL = 0.05


class TimeBetweenPersons(Check):
    """The coefficient of persons' first time beside the shape: the rate between cohorts less that within persons.

    The first time does not depend on who drops out, as a mean would.
    """

    name, level, of_families = "time_between_persons", LEVEL_2, True

    def why_not(self, look: Look) -> str | None:
        if look.fit.panel.time is None:
            return "The model has no time."
        first = look.times[look.starts]
        if first.std() < APART * look.times.std() or not mean_scores(look, look.spread(first)[:, None])[1].any():
            return look.fit.vocabulary.said("Persons began at the same time, so that there are no cohorts.")
        return None

    def measure(self, look: Look) -> Measure:
        return Measure(["time"], mean_scores(look, look.spread(look.times[look.starts])[:, None])[0])

    def said(self, look: Look, found: Measured) -> Said:
        fit, said = look.fit, look.fit.vocabulary.said
        time = fit.panel.time
        small = look.normal and abs(found.value) * np.ptp(look.times) < SMALL * np.std(fit.panel.values)
        return Said(
            f"{said('persons')} who began at another {time}",
            f"{said('Persons')} who began one unit of {time} later differ by {shown(found)} from what the change "
            f"within {said('persons')} makes of it.",
            said("The rate of change is a mixture of change within persons and differences between cohorts."),
            (calls.of_package(f"age_cohort(data, id={fit.model.id!r}, age={time!r})"),),
            found.value, *found.expected, bool(small),
            said(f"Persons who began a unit of time later differ by {number(found.value, 3)}."),
        )  # fmt: skip
