"""Parquet and text files, folders and patterns, iterators; what is wrong with one names it and loses nothing."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.sources import pieces
from growthcurves.errors import ColumnError, DataError, DataWarning, ModelError, NotAvailableError
from growthcurves.estimate.in_batches import people

TRIAL = gc.load_dataset("trial")
FORMULA = "depression ~ week * arm + age + (week | patient)"


@pytest.fixture(scope="module")
def expected() -> str:
    return str(gc.fit(FORMULA, TRIAL))


def parts(folder, ending: str, cuts=(0, 700, 1_500, 3_059), table=TRIAL) -> None:
    for number, (start, end) in enumerate(zip(cuts[:-1], cuts[1:], strict=True)):
        part = table[start:end]
        path = folder / f"part-{number}{ending}"
        if ending == ".parquet":
            part.to_parquet(path, index=False)
        else:
            part.to_csv(path, index=False)


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_folder_and_a_pattern_of_files(ending, tmp_path, expected):
    parts(tmp_path, ending)
    for data in (tmp_path, str(tmp_path / f"*{ending}"), sorted(tmp_path.iterdir())):
        assert str(gc.fit(FORMULA, data, batch=400)) == expected


def test_one_text_file_in_pieces_of_lines(tmp_path, expected, monkeypatch):
    path = tmp_path / "trial.csv"
    table = TRIAL.assign(note='a "quoted",\ntext over lines')
    table.to_csv(path, index=False)
    monkeypatch.setattr(pieces, "HEAD", 2_000)
    assert str(gc.fit(FORMULA, path, batch=150)) == expected


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_ids_with_leading_zeros_stay_apart(tmp_path):
    days = ((who, day) for who in ("007", "7", "12", "9") for day in range(3))
    rows = [f"{who},{day},{len(who) + day}.{(day * 7 + len(who) * 3) % 10}" for who, day in days]
    path = tmp_path / "ids.csv"
    path.write_text("who,day,y\n" + "\n".join(rows) + "\n")
    fit = gc.fit("y ~ day + (1 | who)", path, batch=3)
    assert sorted(fit.panel.persons.labels) == ["007", "12", "7", "9"]


def test_what_can_be_read_once_only_is_put_aside(expected, caplog):
    with caplog.at_level(logging.INFO, "growthcurves"):
        assert str(gc.fit(FORMULA, (TRIAL[at : at + 500] for at in range(0, 3_059, 500)), batch=200)) == expected
    assert "can be read once only" in caplog.text


def test_what_can_be_read_once_only_is_there_for_a_model_of_all_rows():
    formula = "depression ~ week + ar1(week | patient)"
    assert str(gc.fit(formula, iter([TRIAL[:900], TRIAL[900:]]))) == str(gc.fit(formula, TRIAL))


def test_objects_of_other_packages(tmp_path, expected):
    arrow = pytest.importorskip("pyarrow")
    dataset = pytest.importorskip("pyarrow.dataset")
    polars = pytest.importorskip("polars")
    parts(tmp_path, ".parquet")
    assert str(gc.fit(FORMULA, dataset.dataset(tmp_path))) == expected
    assert str(gc.fit(FORMULA, arrow.Table.from_pandas(TRIAL))) == expected
    assert str(gc.fit(FORMULA, polars.scan_parquet(tmp_path / "*.parquet"))) == expected
    assert str(gc.fit(FORMULA, [polars.from_pandas(TRIAL)])) == expected


def test_rows_that_lie_apart_say_what_it_costs(caplog, expected):
    shuffled = TRIAL.sample(frac=1, random_state=1).reset_index(drop=True)
    with caplog.at_level(logging.WARNING, "growthcurves"):
        assert str(gc.fit(FORMULA, [shuffled], batch=500)) == expected
    assert "all rows are put aside by person in temporary files first" in caplog.text


def test_a_model_whose_sums_do_not_add_up_reads_all_rows(caplog, tmp_path):
    parts(tmp_path, ".parquet")
    model = gc.GrowthModel(outcome="depression", time="week", id="patient", residual="ar1", random=("intercept",))
    with caplog.at_level(logging.WARNING, "growthcurves"):
        fit = gc.fit(model, tmp_path)
    assert str(fit) == str(gc.fit(model, TRIAL))
    assert "all rows of the folder" in caplog.text and "MB" in caplog.text
    assert len(fit.resid) == len(TRIAL)


def test_a_part_with_other_columns_is_named(tmp_path):
    parts(tmp_path, ".parquet")
    TRIAL[:10].rename(columns={"week": "weeks"}).to_parquet(tmp_path / "part-9.parquet", index=False)
    with pytest.raises(ColumnError, match=r"part-9\.parquet has other columns: There is no column 'week'"):
        gc.fit(FORMULA, tmp_path)


@pytest.mark.filterwarnings("ignore:.*share patient and time:growthcurves.errors.DataWarning")
def test_a_part_with_text_among_numbers_is_named(tmp_path):
    parts(tmp_path, ".csv")
    bad = TRIAL[:6].assign(age=["41", "42", "old", "41", "40", "39"])
    bad.to_csv(tmp_path / "part-9.csv", index=False)
    with pytest.warns(DataWarning, match="'age' holds 'old' in 1 cell; all others are numbers"):
        gc.fit(FORMULA, tmp_path)  # a factor, as `gc.read_table` of all rows gives it
    bad = TRIAL[:6].assign(depression=["41", "42", "sad", "41", "40", "39"])
    bad.to_csv(tmp_path / "part-9.csv", index=False)
    with pytest.raises(DataError, match=r"the text 'sad' where .* \(person P001, row 4 of part-9\.csv\)"):
        gc.fit(FORMULA, tmp_path)


def test_a_file_cut_short_is_named(tmp_path):
    parts(tmp_path, ".parquet")
    whole = (tmp_path / "part-1.parquet").read_bytes()
    (tmp_path / "part-1.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"part-1\.parquet cannot be read as Parquet: .*Is the file whole\?"):
        gc.fit(FORMULA, tmp_path)
    text_file = tmp_path / "cut.csv"
    text_file.write_text(TRIAL.to_csv(index=False)[:-9])
    with pytest.raises(DataError, match=r"Line 3060 of cut\.csv has"):
        gc.fit(FORMULA, text_file)


@pytest.mark.parametrize(
    "data, error, words",
    [
        ("nowhere/*.parquet", DataError, "No file fits the pattern"),
        ("nowhere.parquet", DataError, "There is no file"),
        ([TRIAL, "a.csv"], ModelError, "all paths or all tables"),
        (lambda: TRIAL, DataError, "gives tables one after the other"),
        ([TRIAL[:0]], DataError, "no rows"),
        ([TRIAL.assign(depression=np.nan)], DataError, "depression"),
        (lambda: iter([3]), DataError, "Table 1 of .* is no table: a pandas or polars DataFrame is needed, not '3'"),
    ],
)
def test_what_is_no_source_says_so(data, error, words):
    with pytest.raises(error, match=words):
        gc.fit(FORMULA, data)


def test_batch_is_of_sources_alone():
    with pytest.raises(ModelError, match="batch= is of rows that are read in batches"):
        gc.fit(FORMULA, TRIAL, batch=100)
    with pytest.raises(ModelError, match="batch= is a number of rows"):
        gc.fit(FORMULA, [TRIAL], batch=0)


def test_a_column_that_varies_within_a_person_names_the_person():
    table = TRIAL.copy()
    table.loc[2_000, "age"] += 1.0
    model = gc.GrowthModel(outcome="depression", time="week", id="patient", predictors="age")
    with pytest.raises(ModelError, match="'age' is a level-2 predictor but varies within person"):
        gc.fit(model, [table], batch=300)


def test_what_needs_rows_says_why():
    fit = gc.fit(FORMULA, [TRIAL])
    for answer in (lambda: fit.resid, fit.check, lambda: fit.refit(residual="ar1"), fit.predict):
        with pytest.raises(NotAvailableError, match="were read in batches and not kept"):
            answer()
    assert len(fit.people()) == 600


def test_a_fit_of_a_source_is_saved_and_loaded(tmp_path):
    fit = gc.fit(FORMULA, [TRIAL], batch=200)
    again = gc.load(fit.save(tmp_path / "fit.json"))
    assert str(again) == str(fit)
    assert again.people().equals(fit.people())
    assert str(gc.load(fit.save(tmp_path / "small.json", people=False)).fixed_effects()) == str(fit.fixed_effects())


def test_the_report_of_a_source(tmp_path):
    fit, table = gc.fit(FORMULA, [TRIAL], batch=500), gc.fit(FORMULA, TRIAL)
    page, whole = fit.report(), table.report()
    assert page.tables
    for name, found in page.tables.items():
        if name == "checklists":  # of a page without the steps to its model
            continue
        assert str(found) == str(whole.tables[name]), name


def test_an_empty_part_and_missing_values_are_counted():
    table = TRIAL.copy()
    table.loc[:400, "age"] = np.nan
    fit, whole = gc.fit(FORMULA, [table[:200], table[200:]], batch=150), gc.fit(FORMULA, table)
    assert fit.panel.dropped.equals(whole.panel.dropped) and str(fit) == str(whole)


def test_categories_of_parts_become_those_of_all(expected):
    table = TRIAL.assign(arm=TRIAL["arm"].astype("category"))
    pieces = [table[:700], table[700:]]
    assert str(gc.fit(FORMULA, pieces)) == str(gc.fit(FORMULA, table))
    texts = TRIAL.assign(patient=TRIAL["patient"].astype("category"))
    assert str(gc.fit(FORMULA, [texts[:700], texts[700:]])) == expected


def test_pandas_reads_and_the_fit_sums(tmp_path, expected):
    path = tmp_path / "trial.csv"
    TRIAL.to_csv(path, index=False)
    assert str(gc.fit(FORMULA, pd.read_csv(path, chunksize=300))) == expected
    assert str(gc.fit(FORMULA, lambda: pd.read_csv(path, chunksize=300))) == expected


def test_persons_of_whom_nothing_was_kept_are_read_again_from_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "IN_MEMORY", 0)
    parts(tmp_path, ".parquet")
    fit, other = gc.fit(FORMULA, tmp_path, batch=400), gc.fit(FORMULA, tmp_path, batch=400)
    assert len(fit.people()) == fit.panel.persons.count
    changed = TRIAL[:700].assign(depression=TRIAL["depression"][:700] + 0.5)
    changed.to_parquet(tmp_path / "part-0.parquet", index=False)
    with pytest.raises(DataError, match=r"holds other rows than when the model was fitted: fit it again\."):
        other.people()
