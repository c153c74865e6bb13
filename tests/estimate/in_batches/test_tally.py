"""What is counted of batches is what the table has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthcurves.data import counts
from growthcurves.data.counts import Counts
from growthcurves.data.panel import Panel
from growthcurves.estimate.in_batches.tally import Tally


def panel_of(seed: int, waves: int) -> Panel:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, 50)
    who = np.repeat(np.arange(50), sizes)
    day = rng.choice(np.round(np.linspace(-2, 9, waves), 3), len(who))
    table = pd.DataFrame({"who": who, "day": day, "y": rng.normal(size=len(who))})
    return Panel(table, id="who", time="day", outcome="y")


def parts(panel: Panel, pieces: int):
    who = panel.data["who"].to_numpy()
    for piece in range(pieces):
        yield Panel(panel.data[who % pieces == piece], id="who", time="day", outcome="y")


@pytest.mark.parametrize("waves", [2, 6, 12, 13, 90])
@pytest.mark.parametrize("pieces", [1, 3, 10])
def test_facts_of_times_are_those_of_all_rows(waves, pieces):
    panel = panel_of(waves, waves)
    one, two = Tally(), Tally()
    for number, part in enumerate(parts(panel, pieces)):
        (one if number % 2 else two).see(part)
    if pieces > 1:
        one.merged(two)
    found, expected = (one if pieces > 1 else two), panel.time_facts
    facts = found.facts()
    for name in ("first", "last", "middle", "reached", "reaching"):
        assert getattr(facts, name) == getattr(expected, name), name
    assert facts.waves == pytest.approx(expected.waves, rel=1e-14)
    assert facts.mean == pytest.approx(expected.mean, rel=1e-13)
    assert found.occasions == panel.persons.occasions
    assert found.observed().median() == pytest.approx(np.median(panel.times), rel=1e-14)
    first = panel.times.min()
    together = {panel.persons.codes[row] for row in np.flatnonzero(panel.times == first)}
    assert found.observed().begin_together() == (len(together) == panel.persons.count)


def test_quantiles_are_numpys():
    values = np.random.default_rng(3).integers(0, 40, 501).astype(float)
    found = Counts()
    for part in np.array_split(values, 7):
        found.add(part)
    shares = [0.0, 0.1, 0.25, 0.5, 0.77, 1.0]
    assert found.at(shares) == pytest.approx(np.quantile(values, shares).tolist(), rel=1e-14)


def test_of_more_times_than_are_kept_a_grid_is(monkeypatch):
    monkeypatch.setattr(counts, "MOST_VALUES", 50)
    panel = panel_of(1, 90)
    found = Tally()
    for part in parts(panel, 4):
        found.see(part)
    assert not found.exact and len(found.rows_at.values) <= 51
    assert found.observed().median() == pytest.approx(np.median(panel.times), abs=11 / 50)
