"""Shipped data sets: found in a checkout and in an installed package, whole, and described."""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path

import pytest

from growthcurves.data import datasets
from growthcurves.data.datasets import dataset_entry, datasets_folder, list_datasets, load_dataset
from growthcurves.data.reshape import to_long
from growthcurves.errors import DataError

TOP = Path(__file__).resolve().parents[2]


def test_the_list_says_where_they_come_from():
    table = list_datasets()
    assert table.columns.tolist() == ["name", "title", "rows", "persons", "source", "citation", "licence"]
    assert {"sleepstudy", "sleepstudy_wide"} <= set(table["name"])
    assert (table[["title", "source", "citation", "licence"]].map(len) > 10).all(axis=None)


@pytest.mark.parametrize("name", list_datasets()["name"])
def test_every_data_set_is_as_described(name):
    frame, entry = load_dataset(name), dataset_entry(name)
    assert len(frame) == entry["rows"]
    assert frame[entry["roles"]["id"]].nunique() == entry["persons"]
    assert frame.attrs["source"] == {"file": entry["file"], "first_row": 2, "dataset": name}
    if entry["layout"] == "long":
        assert set(entry["roles"].values()) <= set(frame.columns)


def test_sleepstudy_long_and_wide_hold_the_same():
    long, wide = load_dataset("sleepstudy"), load_dataset("sleepstudy_wide")
    assert long.dtypes.astype(str).tolist() == ["int64", "int64", "float64"]
    assert long.iloc[0].tolist() == [308, 0, 249.56]  # lme4's first row
    made = to_long(wide, id="subject", time="day", columns="reaction_{day}")
    made.attrs = long.attrs
    assert made.equals(long)


def test_the_published_tables_hold_what_their_sources_print():
    orthodont, bodyweight = load_dataset("orthodont"), load_dataset("bodyweight")
    chickweight, oxboys = load_dataset("chickweight"), load_dataset("oxboys")
    assert [len(frame) for frame in (orthodont, bodyweight, chickweight, oxboys)] == [108, 176, 578, 234]
    # Potthoff and Roy (1964), table 1: first girl, first boy, and the means of girls and boys by age
    assert orthodont.loc[orthodont["subject"] == "F01", "distance"].tolist() == [21, 20, 21.5, 23]
    assert orthodont.loc[orthodont["subject"] == "M01", "distance"].tolist() == [26, 25, 29, 31]
    means = orthodont.groupby(["sex", "age"], observed=True)["distance"].mean().round(2)
    assert means["Female"].tolist() == [21.18, 22.23, 23.09, 24.09]
    assert means["Male"].tolist() == [22.88, 23.81, 25.72, 27.47]
    # Crowder and Hand (1990), table 2.4: eleven weighings, the extra one on day 44
    assert bodyweight["day"].unique().tolist() == [1, 8, 15, 22, 29, 36, 43, 44, 50, 57, 64]
    assert bodyweight.groupby("diet", observed=True)["rat"].nunique().tolist() == [8, 4, 4]
    assert chickweight.groupby("diet", observed=True)["chick"].nunique().tolist() == [20, 10, 10, 10]
    assert oxboys.groupby("boy").size().eq(9).all()


def test_columns_that_are_groups_are_categories():
    assert load_dataset("bodyweight")["diet"].cat.categories.tolist() == ["1", "2", "3"]
    assert load_dataset("orthodont")["sex"].cat.categories.tolist() == ["Male", "Female"]
    assert load_dataset("survey")["education"].cat.categories.tolist() == ["low", "middle", "high"]
    for name in list_datasets()["name"]:
        frame = load_dataset(name)
        assert frame.notna().all(axis=None)
        for column, labels in dataset_entry(name).get("levels", {}).items():
            assert sorted(frame[column].unique()) == sorted(labels)
            assert frame.groupby(dataset_entry(name)["roles"]["id"])[column].nunique().eq(1).all()


def test_the_simulated_data_are_what_their_script_draws():
    script = TOP / "datasets" / "simulate.py"
    if not script.is_file():
        pytest.skip("not a checkout")
    made = runpy.run_path(str(script))
    for file, draw in made["FILES"].items():
        text = made["csv_text"](draw())
        assert text.encode("utf-8") == (TOP / "datasets" / file).read_bytes()
    assert dataset_entry("trial")["truth"] == made["TRIAL"]
    assert dataset_entry("survey")["truth"] == made["SURVEY"]


def test_the_trial_loses_more_patients_on_placebo():
    trial = load_dataset("trial")
    seen = trial.groupby(["arm", "visit"], observed=True)["patient"].nunique().unstack()
    assert seen[1].tolist() == [300, 300]
    assert (seen.diff(axis=1).iloc[:, 1:] < 0).all(axis=None)
    assert seen.loc["placebo", 6] < seen.loc["drug", 6]
    assert trial.groupby("patient")["visit"].agg(lambda visits: visits.max() == len(visits)).all()  # monotone


def test_the_survey_is_unequal():
    survey = load_dataset("survey")
    sizes = survey.groupby("person").size()
    assert (sizes.min(), sizes.max()) == (2, 7)
    assert survey["year"].nunique() > 500
    assert survey.groupby("person")["year"].apply(lambda years: years.is_monotonic_increasing).all()


def test_an_unknown_name():
    with pytest.raises(DataError, match="no data set 'sleepstudi'. Did you mean 'sleepstudy'"):
        load_dataset("sleepstudi")


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    for file in ("index.json", "sleepstudy.csv"):
        (tmp_path / file).write_bytes((datasets_folder() / file).read_bytes())
    (tmp_path / "sleepstudy.csv").write_text("subject,day,reaction\n1,2,3\n")
    monkeypatch.setattr(datasets, "datasets_folder", lambda: tmp_path)
    with pytest.raises(DataError, match="'sleepstudy' is not as it was shipped"):
        load_dataset("sleepstudy")


def test_the_folder_inside_a_package_comes_before_the_checkout(tmp_path):
    package = tmp_path / "growthcurves" / "data"
    for folder in (package / "shipped", tmp_path / "datasets"):
        folder.mkdir(parents=True)
    with pytest.raises(DataError, match="install the package anew"):
        datasets_folder(package)
    (tmp_path / "datasets" / "index.json").write_text("[]")
    assert datasets_folder(package) == tmp_path / "datasets"
    (package / "shipped" / "index.json").write_text("[]")
    assert datasets_folder(package) == package / "shipped"


def test_the_index_is_what_its_script_writes():
    script = TOP / "datasets" / "make_index.py"
    if not script.is_file():
        pytest.skip("not a checkout")
    text = runpy.run_path(str(script))["index_text"]()
    assert text == (TOP / "datasets" / "index.json").read_text(encoding="utf-8")
    for name in list_datasets()["name"]:
        content = (TOP / "datasets" / dataset_entry(name)["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == dataset_entry(name)["sha256"]
