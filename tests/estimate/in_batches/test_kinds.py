"""A column of a text file is of one kind in all of its rows, and a file is written in one way, whatever the batches."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.sources import pieces
from growthcurves.errors import DataError

RNG = np.random.default_rng(3)
WHO = np.repeat(np.arange(40), 4)
TABLE = pd.DataFrame({"who": WHO, "day": np.tile(np.arange(4.0), 40), "age": RNG.normal(40, 5, 40)[WHO]})
TABLE["y"] = RNG.normal(0, 2, 40)[WHO] + TABLE["day"] + RNG.normal(0, 1, len(TABLE))
TEXTS = {
    "ids": {"who": [f"{one}x" if one >= 30 else str(one) for one in WHO]},
    "numbers": {"arm": np.select([WHO < 15, WHO < 30], ["1", "2"], "x")},
    "truth": {"arm": np.select([WHO < 15, WHO < 30], ["True", "False"], "maybe")},
    "truth and numbers": {"arm": np.select([WHO < 15, WHO < 30], ["True", "False"], "1")},
    "truth, some missing": {"arm": np.select([np.arange(160) == 30, WHO < 20], ["", "True"], "False")},
    "None and numbers": {"arm": np.select([WHO < 12, WHO < 25], ["None", "1.5"], "2")},
    "None and text": {"arm": np.select([WHO < 12, WHO < 25], ["None", "x"], "2")},
    "nan and text": {"arm": np.select([WHO < 12, WHO < 25], ["nan", "x"], "2")},
    "None and nan": {"arm": np.select([WHO < 12], ["nan"], "None")},
}
#: How files are written beside it, and the file's own way: a decimal comma that is none, characters of Windows.
WRITTEN = {
    "comma": (lambda text: text, "utf-8"),
    "one point": (lambda text: text.replace(",", ".", 1), "utf-8"),
    "Windows-1252": (lambda text: text.replace("2,5", "gross").replace("1,5", "größer"), "cp1252"),
}


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("case", TEXTS)
def test_text_that_comes_late_is_text_from_the_first_row_on(case, tmp_path):
    path = tmp_path / "late.csv"
    TABLE.assign(**TEXTS[case]).to_csv(path, index=False)
    formula = f"y ~ day + {'arm' if case != 'ids' else 'age'} + (1 | who)"
    assert str(gc.fit(formula, path, batch=37)) == str(gc.fit(formula, gc.read_table(path)))


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("case", WRITTEN)
def test_a_file_is_written_in_one_way(case, tmp_path):
    change, encoding = WRITTEN[case]
    table = TABLE.assign(y=(TABLE["y"] * 1000).round().astype(int), day=TABLE["day"].astype(int))
    table = table.assign(age=np.where(WHO < 20, "2,5", "1,5"))
    path = tmp_path / "one.csv"
    path.write_bytes(change(table.to_csv(index=False, sep=";")).encode(encoding))
    fits = [str(gc.fit("y ~ day + age + (1 | who)", data, batch=batch)) for data, batch in
            ((gc.read_table(path), None), (path, 37))]  # fmt: skip
    assert fits[0] == fits[1]


def test_a_last_line_without_its_end_is_told(tmp_path, caplog):
    text = TABLE.to_csv(index=False)
    for name, end in (("a", None), ("b", -3)):
        (tmp_path / f"{name}.csv").write_text(text[:end])
    with caplog.at_level(logging.INFO, "growthcurves"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.fit("y ~ day + (1 | who)", tmp_path)
        told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        (tmp_path / "a.csv").write_text(text.rstrip())
        gc.fit("y ~ day + (1 | who)", tmp_path)
    last = text[:-3].splitlines()[-1]
    assert [line for line in told if "no line end" in line] == [
        f"The last line of b.csv has no line end and is read as it stands (line 161, {last!r}): if the file was cut "
        f"short, copy it anew."
    ]  # fmt: skip
    later = [record for record in caplog.records if "no line end" in record.getMessage()][1:]
    assert {record.levelname for record in later} == {"INFO"}  # all files end so: that is how they were written


def test_a_quote_that_nothing_closes_is_named_before_all_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "ROW", 500)
    lines = TABLE.to_csv(index=False).splitlines()
    lines[20] = f'"{lines[20]}'
    path = tmp_path / "open.csv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=r'Line 21 of open\.csv has a quotation mark'):
        gc.fit("y ~ day + (1 | who)", path, batch=5)


def test_a_name_of_two_columns_in_a_table_of_a_list():
    twice = pd.concat([TABLE, TABLE[["age"]]], axis=1)
    with pytest.raises(DataError, match="table 2 has several columns called 'age'"):
        gc.fit("y ~ day + age + (1 | who)", [TABLE, twice])
