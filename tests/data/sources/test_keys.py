"""One id has one key, whatever its type in the table that it stands in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.sources.keys import keys_of

TYPES = ["int32", "float32", "Int64", "Float64", "uint64", "UInt64", "object", "int64[pyarrow]"]
BEYOND = 2**53 + 1


@pytest.mark.parametrize("kind", TYPES)
def test_a_number_has_one_key_in_all_types(kind):
    pytest.importorskip("pyarrow")
    plain = pd.DataFrame({"id": [3, 3, 8]})
    assert (keys_of(plain.astype({"id": kind}), ["id"]) == keys_of(plain, ["id"])).all()
    two = plain.assign(site=[1, 1, 2])
    assert (keys_of(two.astype({"id": kind}), ["site", "id"]) == keys_of(two, ["site", "id"])).all()


@pytest.mark.parametrize("kind", ["Int64", "uint64", "UInt64", "object", "int64[pyarrow]"])
def test_numbers_that_no_double_holds_stay_apart(kind):
    pytest.importorskip("pyarrow")
    ids = pd.DataFrame({"id": np.array([BEYOND, BEYOND + 1])}).astype({"id": kind})
    assert keys_of(ids, ["id"]).tolist() == [BEYOND, BEYOND + 1]


def persons_and_fit(shift: int, kinds: tuple[str, ...], shuffle: bool) -> tuple[int, str]:
    table = trial(shift)
    table = table.sample(frac=1.0, random_state=1) if shuffle else table
    parts = [table[at : at + 37] for at in range(0, len(table), 37)]
    for at, kind in enumerate(kinds, start=1):
        parts[at] = parts[at].astype({"patient": kind})
    fit = gc.fit("depression ~ week + (1 | patient)", parts)
    return fit.panel.persons.count, str(fit)


def trial(shift: int = 0) -> pd.DataFrame:
    table = gc.load_dataset("trial")[:600]
    return table.assign(patient=pd.factorize(table["patient"])[0] + shift)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("shift", "kinds"), [(0, ("Int64", "Float64", "float32", "object", "uint64")),
                                              (BEYOND, ("Int64", "object", "uint64"))])  # fmt: skip
def test_persons_are_whole_where_types_differ_between_tables(shift, kinds, shuffle):
    table = trial(shift)
    expected = gc.fit("depression ~ week + (1 | patient)", table)
    assert persons_and_fit(shift, kinds, shuffle) == (table["patient"].nunique(), str(expected))


@pytest.mark.parametrize("shuffle", [False, True])
def test_large_ids_of_parquet_with_a_missing_one_keep_their_digits(shuffle, tmp_path):
    pytest.importorskip("pyarrow")
    table = trial(BEYOND)
    table["patient"] = table["patient"].astype("Int64").mask(np.arange(len(table)) % 50 == 3)
    table = table.sample(frac=1.0, random_state=1) if shuffle else table
    for at in range(0, len(table), 100):
        table[at : at + 100].to_parquet(tmp_path / f"part-{at:03d}.parquet", index=False)
    fit = gc.fit("depression ~ week + (1 | patient)", tmp_path)
    expected = gc.fit("depression ~ week + (1 | patient)", table)
    assert (fit.panel.persons.count, str(fit)) == (expected.panel.persons.count, str(expected))
