"""Fits of rows in batches travel to other processes, with their persons and without temporary files."""

from __future__ import annotations

import pickle

import pytest

import growthcurves as gc
from growthcurves.estimate.in_batches import people

TRIAL = gc.load_dataset("trial")[:900]


@pytest.mark.parametrize("room", [0, 256 << 20], ids=["on disk", "in memory"])
def test_a_fit_of_batches_is_pickled_with_its_persons(room, monkeypatch):
    monkeypatch.setattr(people, "IN_MEMORY", room)
    fit = gc.fit("depression ~ week * arm + (week | patient)", [TRIAL[at : at + 100] for at in range(0, 900, 100)])
    found = pickle.loads(pickle.dumps(fit))
    assert str(found) == str(fit)
    assert found.people().equals(fit.people())


def test_what_is_left_of_a_panel_is_shown_in_a_line():
    fit = gc.fit("depression ~ week + (week | patient)", [TRIAL])
    shown = f"SavedPanel(id='patient', time='week', outcome='depression': {fit.panel.persons.count} persons, "
    assert repr(fit.panel).startswith(shown)
