"""A Dask DataFrame: partitions make their sums where they lie, and the fit is that of the table."""

from __future__ import annotations

import logging
import os

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.sources import dask_frame
from growthcurves.errors import DataError, ModelError

frames = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

TRIAL = gc.load_dataset("trial")
FORMULA = "depression ~ week * arm + age + (week | patient)"


def answers(fit) -> list[str]:
    return [str(fit), str(fit.fixed_effects()), str(fit.change()), str(fit.slopes(by="arm"))]


@pytest.fixture(scope="module")
def expected() -> list[str]:
    return answers(gc.fit(FORMULA, TRIAL))


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_partitions_that_cut_persons_are_the_table(partitions, expected):
    assert answers(gc.fit(FORMULA, frames.from_pandas(TRIAL, npartitions=partitions))) == expected


def test_some_rows_of_a_large_partition_tell_what_its_columns_hold(expected, monkeypatch):
    monkeypatch.setattr(dask_frame, "SOME", 400)
    assert answers(gc.fit(FORMULA, frames.from_pandas(TRIAL, npartitions=2))) == expected
    (table,) = dask_frame.DaskFrame(frames.from_pandas(TRIAL, npartitions=1)).some(["week"])
    assert len(table) == 400 and table.index[-1] == len(TRIAL) - 1
    assert (table["week"].to_numpy() == TRIAL["week"].to_numpy()[table.index]).all()


def test_rows_in_no_order_are_shuffled_by_dask(expected, caplog):
    shuffled = TRIAL.sample(frac=1, random_state=1).reset_index(drop=True)
    with caplog.at_level(logging.WARNING, "growthcurves"):
        found = gc.fit(FORMULA, frames.from_pandas(shuffled, npartitions=3, sort=False))
        assert answers(found)[:2] == expected[:2]
    assert "Dask shuffles all rows by patient first" in caplog.text


def test_what_the_first_partition_does_not_teach_is_learned(expected):
    table = TRIAL.sort_values(["arm", "patient", "week"], kind="stable").reset_index(drop=True)
    found = gc.fit(FORMULA, frames.from_pandas(table, npartitions=6, sort=False))
    assert answers(found)[:2] == answers(gc.fit(FORMULA, table))[:2]
    nested = "depression ~ ns(week, 2) + center(age) + (week | patient)"
    assert str(gc.fit(nested, frames.from_pandas(TRIAL, npartitions=4))) == str(gc.fit(nested, TRIAL))


def test_levels_above_persons():
    rng = np.random.default_rng(2)
    site = dict(zip(TRIAL["patient"].unique(), rng.integers(0, 12, 600), strict=True))
    table = TRIAL.assign(site=TRIAL["patient"].map(site))
    model = gc.GrowthModel(
        outcome="depression", time="week", id="patient", predictors="arm", levels={"site": ("intercept",)}
    )
    found = gc.fit(model, frames.from_pandas(table, npartitions=5))
    assert str(found) == str(gc.fit(model, table))
    assert found.units("site").round(6).equals(gc.fit(model, table).units("site").round(6))


def test_partitions_are_the_batches():
    with pytest.raises(ModelError, match=r"leave batch= out, and make partitions smaller by repartition"):
        gc.fit(FORMULA, frames.from_pandas(TRIAL, npartitions=2), batch=50_000)


def test_a_partition_with_text_among_numbers_is_named():
    def spoiled(part: pd.DataFrame, partition_info=None) -> pd.DataFrame:
        number = 0 if partition_info is None else partition_info["number"]
        return part.assign(age=part["age"].astype(str)) if number == 2 else part

    table = frames.from_pandas(TRIAL, npartitions=4).map_partitions(spoiled, meta=TRIAL.iloc[:0])
    with pytest.raises(DataError, match="'age' held numbers before and holds text in row 1 of partition 3"):
        gc.fit(FORMULA, table)


def dying(part: pd.DataFrame, flag: str, partition_info=None) -> pd.DataFrame:
    """The second partition ends its worker when it is first asked for."""
    if partition_info is not None and partition_info["number"] == 1:
        try:
            os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return part
        os._exit(1)
    return part


def test_a_worker_that_is_lost_changes_no_digit(tmp_path, expected):
    flag = tmp_path / "died"
    table = frames.from_pandas(TRIAL, npartitions=4).map_partitions(dying, str(flag), meta=TRIAL.iloc[:0])
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        assert answers(gc.fit(FORMULA, table)) == expected
    assert flag.exists()
