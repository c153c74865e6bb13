"""The command line as a function, run inside a folder of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from growthcurves.cli import main
from growthcurves.data.datasets import load_dataset

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command line inside a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def asks(run):
    """Run a command with --json and read what it prints."""

    def answers(*arguments):
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return answers


def written(folder, file, dataset):
    load_dataset(dataset).to_csv(folder / file, index=False)
    return folder / file


@pytest.fixture
def sleep(tmp_path):
    return written(tmp_path, "sleep.csv", "sleepstudy")


@pytest.fixture
def trial(tmp_path):
    return written(tmp_path, "trial.csv", "trial")


@pytest.fixture
def wide(tmp_path):
    return written(tmp_path, "wide.csv", "sleepstudy_wide")
