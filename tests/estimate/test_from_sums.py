"""A fit from sums that were added up is the fit of the rows, and says what it has no rows or persons for."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.data.absent import Absent
from growthcurves.data.persons import Occasions
from growthcurves.data.saved_panel import SavedPanel, SavedPersons
from growthcurves.engine.build import Sums, summed
from growthcurves.errors import NotAvailableError
from growthcurves.estimate.from_sums import ByPerson, fit_of_sums
from growthcurves.estimate.run import rows_of
from growthcurves.fit import GrowthFit

WHY = Absent("Nobody sends persons", "fit the rows.", "nobody sends persons")


def added(fit, pieces: int):
    """The moments of pieces of whole persons of the fit's rows, about the same centres."""
    frame, who = fit.panel.frame, np.asarray(fit.panel.persons.codes)
    centres = rows_of(fit.bound).about
    bound = (fit.recipe.rows(frame[who % pieces == piece]) for piece in range(pieces))
    return reduce(add, (summed(rows_of(one, centres=centres)).moments for one in bound))


def from_sums(fit, pieces: int) -> GrowthFit:
    """The same fit from those sums, without rows and persons."""
    moments, panel = added(fit, pieces), fit.panel
    sizes = panel.persons.occasions
    persons = SavedPersons(panel.persons.count, len(panel), Occasions(*sizes), lambda: WHY, lambda: WHY, WHY)
    roles = {name: getattr(panel, name) for name in ("id", "time", "outcome", "wave", "time_unit", "outcome_unit")}
    saved = SavedPanel(
        **roles, since=None, where=None, persons=persons, time_facts=panel.time_facts, reasons=(),
        clock_of=lambda: panel.clock, table_of=lambda: WHY, gone=WHY,
    )  # fmt: skip
    by_person = ByPerson.absent(fit.recipe, persons.count, WHY)
    return fit_of_sums(fit.recipe, Sums.of_batches(moments, lambda: WHY), saved, by_person, GrowthFit, fit.method)


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_sums_of_pieces_are_the_fit_of_all_rows(pieces):
    fit = gc.fit("depression ~ week * arm + (week | patient)", gc.load_dataset("trial"))
    found = from_sums(fit, pieces)
    assert len(found.sums.moments.shared.counts) == len(fit.sums.moments.shared.counts)  # the keys are the same bits
    assert str(found.fixed_effects()) == str(fit.fixed_effects())
    assert str(found.variance_components(method="profile")) == str(fit.variance_components(method="profile"))
    assert "reliability: not available, nobody sends" in str(found)


def test_means_of_covariates_come_from_the_sums():
    data = gc.load_dataset("trial")
    data["stress"] = np.sin(np.arange(len(data)) * 1.7) + 5.0
    fit = gc.fit("depression ~ week + stress + (week | patient)", data)
    found = from_sums(fit, 3)
    assert found.recipe.covariate_means == pytest.approx(fit.recipe.covariate_means, rel=1e-14)
    assert str(found.fixed_effects()) == str(fit.fixed_effects())


def test_another_method_and_another_origin_need_no_rows():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    found = from_sums(fit, 2)
    assert str(found.refit("ml").fixed_effects()) == str(fit.refit("ml").fixed_effects())
    assert str(found.recentre(4).fixed_effects()) == str(fit.recentre(4).fixed_effects())


def test_what_needs_rows_or_persons_says_why_there_are_none():
    found = from_sums(gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")), 2)
    for answer in (found.people, found.influence, found.check, lambda: found.refit(residual="ar1")):
        with pytest.raises(NotAvailableError, match="Nobody sends persons: fit the rows"):
            answer()
