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
    assert frame.attrs["source"] == {"file": entry["file"], "first_row": 2}
    if entry["layout"] == "long":
        assert set(entry["roles"].values()) <= set(frame.columns)


def test_sleepstudy_long_and_wide_hold_the_same():
    long, wide = load_dataset("sleepstudy"), load_dataset("sleepstudy_wide")
    assert long.dtypes.astype(str).tolist() == ["int64", "int64", "float64"]
    assert long.iloc[0].tolist() == [308, 0, 249.56]  # lme4's first row
    made = to_long(wide, id="subject", time="day", columns="reaction_{day}")
    made.attrs = long.attrs
    assert made.equals(long)


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
