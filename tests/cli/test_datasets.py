"""`growthcurves datasets`: listed, shown, written, and what is shown can be typed."""

from __future__ import annotations

import re
import shlex

import pandas as pd
import pytest
from cli_errors import one_line

import growthcurves as gc

NAMES = gc.list_datasets()["name"].tolist()


def test_list(run, asks):
    assert [row["name"] for row in asks("datasets")] == NAMES
    text = run("datasets").stdout
    assert all(name in text for name in NAMES) and max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_can_be_typed(run, asks, name):
    text = run("datasets", name).stdout
    assert asks("datasets", name)["roles"]["id"] in text
    taken = re.sub(r"\\\n", " ", text[text.index("Take it") :])
    commands = re.findall(r"growthcurves (.*)", taken)
    assert len(commands) == 2
    for command in commands:
        result = run(*shlex.split(command))
        assert result.exit_code == 0, result.output


def test_written(run, tmp_path):
    assert run("datasets", "trial", "-o", "trial.parquet").exit_code == 0
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "trial.parquet"), gc.load_dataset("trial"))


def test_what_is_wrong(run):
    assert "'trial'" in one_line(run("datasets", "trail"))
    assert "name it" in one_line(run("datasets", "-o", "trial.csv"))
    assert ".csv" in one_line(run("datasets", "trial", "-o", "trial.sav"))
