"""Every row keeps its place: which file, table or partition it is of, and which row there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ColumnError, DataError, ModelError

pytestmark = pytest.mark.usefixtures("small_batches")
FORMULA = "y ~ day + (1 | who)"
WHO = np.repeat(np.arange(30), 4)
TABLE = pd.DataFrame({"who": WHO, "day": np.tile(np.arange(4.0), 30)})
TABLE["y"] = np.random.default_rng(2).normal(size=120) + TABLE["day"]
BAD = TABLE.assign(y=TABLE["y"].where(TABLE.index != 70, np.inf))
PLACE = "person 17, row 11 of table 3"


def in_tables(table: pd.DataFrame, shuffle: bool = False) -> list[pd.DataFrame]:
    parts = [table[at : at + 30] for at in range(0, 120, 30)]
    return [part.sample(frac=1, random_state=1) for part in parts] if shuffle else parts


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch", [1, 50, 1_000])
def test_a_value_that_cannot_be_names_its_table_and_row(shuffle, batch):
    tables = in_tables(BAD, shuffle)
    row = int(np.flatnonzero(np.isinf(tables[2]["y"]))[0]) + 1
    with pytest.raises(DataError, match=rf"\(person 17, row {row} of table 3\)"):
        gc.fit(FORMULA, iter(tables), batch=batch)


def test_tables_that_were_read_from_files_name_the_row_of_the_file(tmp_path):
    for number, part in enumerate(in_tables(BAD)):
        part.to_csv(tmp_path / f"{number}.csv", index=False)
    tables = [gc.read_table(path) for path in sorted(tmp_path.iterdir())]
    for data in (tables, [table[1:] for table in tables], tmp_path):
        with pytest.raises(DataError, match=r"\(person 17, row 12 of 2\.csv\)"):
            gc.fit(FORMULA, data)


def broken():
    yield TABLE
    raise OSError("the disk is gone\nat sector 7")


WRONG = {
    "The list of data is empty: nothing was read.": lambda: [],
    "Table 2 of a list of 2 tables is no table: a pandas or polars DataFrame is needed, not '3'.": lambda: [TABLE, 3],
    "Table 1 of an iterator of tables is no table: a pandas or polars DataFrame is needed, not 'None'.":
        lambda: iter([None, TABLE]),
    "Table 2 of an iterator of tables could not be read: OSError: the disk is gone; at sector 7.": broken,
    "Table 2 of a function that gives tables could not be read: OSError: the disk is gone; at sector 7.":
        lambda: broken,
    "There is no table in an iterator of tables: has it been read to its end before?": lambda: iter([pd.DataFrame()]),
    "There are no rows in an iterator of tables.": lambda: iter([TABLE[:0]] * 2),
    "table 2 has other columns: There is no column 'day'. Did you mean 'days'? Known: who, days, y.":
        lambda: [TABLE, TABLE.rename(columns={"day": "days"})],
    "Column 'day' held numbers before and holds text in row 1 of table 2 ('x'): all tables need the same kinds of "
    "columns; correct it there, or make all of them text.": lambda: [TABLE, TABLE.assign(day="x")],
    "Column 'y' holds the text 'x' where a number is needed (person 0, row 1 of table 2): correct the cell, or make "
    "such a code missing before rows are read in batches.": lambda: [TABLE, TABLE.assign(y="x")],
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_names_its_table(words):
    with pytest.raises((DataError, ColumnError, ModelError)) as caught:
        gc.fit(FORMULA, WRONG[words]())
    assert str(caught.value) == words


def test_an_error_of_the_users_own_stays_chained():
    with pytest.raises(DataError) as caught:
        gc.fit(FORMULA, broken())
    assert isinstance(caught.value.__cause__, OSError)


def test_a_table_without_columns_among_others_is_no_table():
    assert str(gc.fit(FORMULA, iter([pd.DataFrame(), TABLE]))) == str(gc.fit(FORMULA, TABLE))


def test_a_partition_that_cannot_be_computed_is_named():
    dask, frames = pytest.importorskip("dask"), pytest.importorskip("dask.dataframe")

    def made(number: int) -> pd.DataFrame:
        if number == 2:
            raise OSError("the disk is gone")
        return TABLE[number * 30 : number * 30 + 30]

    def other(number: int) -> pd.DataFrame:
        return made(number).rename(columns={"day": "days"} if number == 1 else {})

    for make, words in ((made, "Partition 3 of 4 could not be computed: OSError: the disk is gone."),
                        (other, "Partition 2 of 4 could not be computed: .*'days'")):  # fmt: skip
        table = frames.from_delayed([dask.delayed(make)(number) for number in range(4)], meta=TABLE[:0])
        with pytest.raises(DataError, match=words) as caught:
            gc.fit(FORMULA, table)
        assert caught.value.__cause__ is not None


def test_a_lazy_frame_that_cannot_be_computed_says_so(tmp_path):
    polars = pytest.importorskip("polars")
    with pytest.raises(DataError, match="A lazy frame of polars could not be computed: FileNotFoundError"):
        gc.fit(FORMULA, polars.scan_parquet(tmp_path / "none.parquet"))
