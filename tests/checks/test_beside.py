"""Answers that lean less on the model, beside the model's own."""

from __future__ import annotations

import pytest

import growthcurves as gc


def test_every_answer_is_that_of_its_own_door() -> None:
    fit = gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
    found = fit.check(n=199).beside(n=99, rng=3)
    table = found.table.set_index("term")
    assert table["estimate"].tolist() == pytest.approx(fit.params.tolist())
    assert table["robust_std_error"].tolist() == pytest.approx(fit.robust().table["std_error"].tolist())
    heavy = fit.heavy_tailed().table.set_index("term").loc[table.index]
    assert table["heavy_tailed"].tolist() == pytest.approx(heavy["estimate"].tolist())
    assert (table["bootstrap_std_error"] / table["robust_std_error"]).between(0.7, 1.4).all()
    assert "seed 3" in str(found) and found.to_dict()["notes"] == list(found.notes)


def test_what_is_missing_is_told() -> None:
    data = gc.load_dataset("trial").assign(well=lambda table: (table["depression"] < 25).astype(int))
    fit = gc.fit("well ~ week * arm + (1 | patient)", data, time="week", family="binomial")
    found = fit.check(n=199).beside(n=3)
    assert found.table["heavy_tailed"].isna().all() and "Without heavy tails" in str(found)


def test_a_page_with_problems_leads_to_them() -> None:
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    assert ".beside()" in str(fit.check(n=199))
