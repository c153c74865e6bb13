"""Threads: results in the order of the pieces, the same digits whatever their number."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.engine.likelihood import own
from growthcurves.engine.sums import rows
from growthcurves.errors import ModelError
from growthcurves.numerics import chunks
from growthcurves.numerics.threads import VARIABLE, cores, in_order, thread_count


def panel(own_times: bool, persons: int = 400) -> pd.DataFrame:
    """Five visits of every person less those that are missed, at the waves or at times of the person's own."""
    rng = np.random.default_rng(3)
    kept = rng.random(persons * 5) > 0.2
    person = np.repeat(np.arange(persons), 5)[kept]
    time = np.tile(np.arange(5.0), persons)[kept] + own_times * rng.uniform(-0.4, 0.4, kept.sum())
    arm, level, rate = rng.integers(0, 2, persons), rng.normal(0, 2, persons), rng.normal(0, 0.7, persons)
    y = 10 + level[person] + (0.5 + 0.3 * arm[person] + rate[person]) * time + rng.normal(0, 1.5, time.size)
    return pd.DataFrame({"id": person, "time": time, "arm": arm[person], "y": y})


def digits(fit: gc.GrowthFit) -> list[np.ndarray]:
    """Everything that is estimated, as it lies in memory."""
    numbers = (fit.params, fit.cov_params(), fit.cov_re, fit.scale, fit.deviance, fit.random_effects)
    return [np.asarray(part, dtype=float) for part in numbers]


@pytest.mark.parametrize("own_times", [False, True])
def test_a_fit_has_the_same_bits_with_any_number_of_threads(own_times, monkeypatch):
    data = panel(own_times)
    monkeypatch.setattr(chunks, "CHUNK_PERSONS", 16)
    monkeypatch.setattr(rows, "CHUNK_ROWS", 64)
    monkeypatch.setattr(own, "FEW", 0)
    found = []
    for count in (1, 2, 7):
        monkeypatch.setenv(VARIABLE, str(count))
        found.append(digits(gc.fit("y ~ time * arm + (time | id)", data)))
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            assert np.array_equal(one, two)


def test_results_come_in_the_order_of_the_pieces(monkeypatch):
    monkeypatch.setenv(VARIABLE, "4")
    gate = threading.Barrier(4, timeout=30)

    def work(piece: int) -> tuple[int, str]:
        if piece < 4:
            gate.wait()  # passes only when four work at once
        return piece, threading.current_thread().name

    done = list(in_order(work, range(20)))
    assert [piece for piece, _ in done] == list(range(20))
    assert len({name for _, name in done}) > 1


def test_work_inside_work_gets_no_threads_of_its_own(monkeypatch):
    monkeypatch.setenv(VARIABLE, "2")

    def inner(piece: int) -> str:
        return threading.current_thread().name

    def outer(piece: int) -> bool:
        return set(in_order(inner, range(50))) == {threading.current_thread().name}

    assert all(in_order(outer, range(20)))


def test_an_error_in_a_piece_is_raised(monkeypatch):
    monkeypatch.setenv(VARIABLE, "2")
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda piece: 1 / piece, [1, 0, 2]))


def test_the_number_of_threads(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert thread_count() == cores() >= 1
    monkeypatch.setenv(VARIABLE, " 3 ")
    assert thread_count() == 3


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_a_number_of_threads_that_is_none(text, monkeypatch):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ModelError, match=VARIABLE):
        thread_count()


def test_products_of_matrices_have_one_thread_only_while_pieces_are_worked_on(monkeypatch):
    from threadpoolctl import threadpool_info

    def blas() -> list[int]:
        return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]

    monkeypatch.setenv(VARIABLE, "2")
    before = blas()
    inside = list(in_order(lambda piece: (list(in_order(lambda _: None, [1, 2])), blas())[1], [1, 2, 3]))
    assert inside == [[1] * len(before)] * 3
    assert blas() == before
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda piece: 1 / piece, [1, 0]))
    assert blas() == before
