"""Notes of a fit: kept by the same model fitted by ML, and given where their sentences are true."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.note import NoteKind
from growthcurves.estimate import by_likelihood


def panel(seed: int) -> pd.DataFrame:
    """Persons who begin at different times and are followed for different spans; some cells hold a code."""
    rng = np.random.default_rng(seed)
    persons = int(rng.integers(4, 40))
    sizes = rng.integers(3, 7, persons)
    id = np.repeat(np.arange(persons), sizes)
    first = rng.normal(0, rng.choice([0.0, 0.3, 0.6, 1.0, 3.0]), persons)
    step = rng.uniform(0.2, 0.8, persons)
    order = np.concatenate([np.arange(size) for size in sizes])
    t = first[id] + order * step[id]
    y = rng.normal(size=persons)[id] + t * (1 + rng.normal(0, 0.3, persons))[id] + rng.normal(size=t.size)
    y[: rng.integers(0, 3)] = -99.0
    data = pd.DataFrame({"id": id, "t": t, "y": y})
    return data.sample(frac=1, random_state=seed) if seed % 3 == 0 else data


@pytest.mark.parametrize("seed", range(20))
def test_a_fit_by_ml_keeps_what_was_noted_of_the_rows(seed):
    data = panel(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit, by_ml = (gc.fit("y ~ t + (t | id)", data, method=method) for method in ("reml", "ml"))
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        again = by_likelihood(fit)
    assert again.notes == by_ml.notes
    assert [str(warning.message) for warning in given] == list(again.warnings)


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_a_fit_without_its_rows_is_refitted_by_likelihood_from_its_sums(tmp_path):
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    loaded = gc.load(fit.save(tmp_path / "fit.json"))
    assert by_likelihood(loaded).deviance == pytest.approx(by_likelihood(fit).deviance, rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_cohorts_are_noted_where_starts_differ_by_more_than_half_the_median_follow_up(seed):
    data = panel(seed)
    times = data.groupby("id")["t"].agg(["min", "max"])
    wanted = times["min"].std(ddof=0) > 0.5 * (times["max"] - times["min"]).median()
    fit = gc.fit("y ~ t + (1 | id)", data, time="t")
    assert (NoteKind.COHORTS in {note.kind for note in fit.notes}) == wanted
