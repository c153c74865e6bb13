"""What is computed once for a record: looked up by its arguments, never changed from outside, not saved."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.engine.general.structured import Structured
from growthcurves.engine.likelihood import from_sums
from growthcurves.remembered import PLACE, remembered


@dataclass(frozen=True)
class Record:
    value: float


@dataclass(frozen=True)
class Told:
    table: pd.DataFrame
    text: str = ""


CALLS: list[tuple] = []


@remembered
def scaled(record: Record, factor: float = 2.0, words: object = None) -> pd.DataFrame:
    CALLS.append((record, factor))
    return pd.DataFrame({"x": [record.value * factor]})


@remembered
def told(record: Record) -> Told:
    return Told(pd.DataFrame({"x": [record.value]}))


@remembered
def refused(record: Record) -> None:
    CALLS.append((record,))
    raise ValueError("no")


@pytest.fixture(autouse=True)
def nothing_called():
    CALLS.clear()


def test_the_same_question_is_computed_once_however_it_is_asked():
    one = Record(3.0)
    assert [scaled(one)["x"][0], scaled(one, 2.0)["x"][0], scaled(one, factor=2.0)["x"][0]] == [6.0] * 3
    assert scaled(one, 3.0)["x"][0] == 9.0 and scaled(Record(3.0))["x"][0] == 6.0
    assert len(CALLS) == 3


def test_arguments_of_another_type_are_another_question():
    one = Record(3.0)
    scaled(one, 1.0)
    scaled(one, True)
    assert len(CALLS) == 2


def test_nobody_changes_what_is_remembered():
    one = Record(3.0)
    table, answer = scaled(one), told(one)
    table["x"] = -1.0
    answer.table.loc[0, "x"] = -1.0
    assert scaled(one)["x"][0] == 6.0 and told(one).table["x"][0] == 3.0


def test_arguments_that_cannot_be_looked_up_are_answered_anew():
    one = Record(3.0)
    assert scaled(one, words=["a"])["x"][0] == scaled(one, words=["a"])["x"][0] == 6.0
    assert len(CALLS) == 2


def test_a_refusal_is_not_remembered():
    one = Record(3.0)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            refused(one)
    assert len(CALLS) == 2


def test_copies_and_pickles_begin_with_nothing():
    one = Record(3.0)
    scaled(one)
    for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one and not other.__dict__[PLACE].answers


def test_threads_get_one_answer():
    one = Record(3.0)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: scaled(one)["x"][0], range(200)))
    assert set(found) == {6.0} and len(one.__dict__[PLACE].answers) == 1


def test_a_fit_is_profiled_once(monkeypatch):
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    text, table = str(fit), fit.variance_components()
    monkeypatch.setattr(from_sums, "joint", lambda *_: pytest.fail("the profile was walked again"))
    assert str(fit) == text
    pd.testing.assert_frame_equal(fit.variance_components(), table)
    pd.testing.assert_frame_equal(fit.variance_components(method=gc.Profile()), table)


def test_parameters_of_a_structure_are_profiled_once(monkeypatch):
    data = gc.load_dataset("orthodont")
    fit = gc.fit(gc.GrowthModel("distance", "age", "subject", random=(), residual="toep"), data)
    text, table = str(fit), fit.variance_components()
    monkeypatch.setattr(Structured, "at", lambda *_: pytest.fail("the profile was walked again"))
    assert str(fit) == text
    pd.testing.assert_frame_equal(fit.variance_components(), table)
    pd.testing.assert_frame_equal(fit.variance_components(method=gc.Profile()), table)


def test_a_printed_fit_is_saved_as_before(tmp_path):
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    before = fit.save(tmp_path / "before.json").read_text(encoding="utf-8")
    text = str(fit)
    assert fit.save(tmp_path / "after.json").read_text(encoding="utf-8") == before
    assert str(gc.load(tmp_path / "after.json")) == text
