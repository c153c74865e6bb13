"""The shipped data sets: listed by an index, checked by their SHA-256 before they are read."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.data.frame import exact_floats
from growthcurves.errors import DataError, among, unknown

_HERE = Path(__file__).resolve().parent
_COLUMNS = ["name", "title", "rows", "persons", "source", "citation", "licence"]


def list_datasets() -> pd.DataFrame:
    """The data sets that come with the package, one row each.

    Returns
    -------
    DataFrame
        Columns name, title, rows, persons, source, citation, licence.

    Examples
    --------
    >>> list_datasets()["name"].tolist()
    ['sleepstudy', 'sleepstudy_wide', 'orthodont', 'bodyweight', 'chickweight', 'oxboys', 'trial', 'survey']
    """
    return pd.DataFrame(dataset_index())[_COLUMNS]


def load_dataset(name: str) -> pd.DataFrame:
    """Read a shipped data set; columns that are groups come as categories, the reference level first.

    Parameters
    ----------
    name : str
        One of ``list_datasets()["name"]``.

    Returns
    -------
    DataFrame
        Long, a row per person and occasion, unless its name ends in "wide"; units are in `list_datasets`.

    Raises
    ------
    DataError
        For an unknown name, with the nearest known one, and for a file that is not as it was shipped.

    Examples
    --------
    >>> load_dataset("sleepstudy").head(2)
       subject  day  reaction
    0      308    0  249.5600
    1      308    1  258.7047
    >>> load_dataset("trial")["arm"].cat.categories.tolist()
    ['placebo', 'drug']
    """
    entry = dataset_entry(name)
    content = (datasets_folder() / entry["file"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise DataError(f"The file of data set {name!r} is not as it was shipped: install the package anew.")
    levels = entry.get("levels", {})
    frame = pd.read_csv(io.BytesIO(content), dtype=dict.fromkeys(levels, str), **exact_floats())
    for column, labels in levels.items():
        frame[column] = pd.Categorical(frame[column], categories=labels)
    frame.attrs["source"] = {"file": entry["file"], "first_row": 2, "dataset": name}
    return frame


def dataset_entry(name: str) -> dict[str, Any]:
    """What the index says of one data set.

    Parameters
    ----------
    name : str
        One of ``list_datasets()["name"]``.

    Returns
    -------
    dict
        Besides what `list_datasets` shows: file, roles (id, time, outcome, wave), units, levels of the columns that
        are groups, and, for a simulated data set, truth: the generating model and the value of every parameter.

    Raises
    ------
    DataError
        For an unknown name, with the nearest known one.

    Examples
    --------
    >>> dataset_entry("trial")["truth"]["fixed"]["slope:arm[drug]"]
    -0.25
    """
    entries = {entry["name"]: entry for entry in dataset_index()}
    if not among(name, entries):
        raise DataError(unknown("data set", name, entries))
    return entries[name]


def dataset_index() -> list[dict[str, Any]]:
    """The entries of ``index.json``."""
    return json.loads((datasets_folder() / "index.json").read_text(encoding="utf-8"))


def datasets_folder(package: Path = _HERE) -> Path:
    """Where the files lie: inside an installed package, or at the top of a checkout.

    Raises
    ------
    DataError
        When neither place has them.
    """
    for folder in (package / "shipped", package.parents[1] / "datasets"):
        if (folder / "index.json").is_file():
            return folder
    raise DataError("The data sets are not where the package looks for them: install the package anew.")
