"""The command line as a function, run inside a folder of its own."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from growthcurves.cli import main
from growthcurves.data.datasets import load_dataset
from growthcurves.report.page import Report

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


@cache
def text_of(dataset):
    return load_dataset(dataset).to_csv(index=False)


def written(folder, file, dataset):
    (folder / file).write_text(text_of(dataset), encoding="utf-8", newline="")
    return folder / file


@pytest.fixture
def empty_page(monkeypatch):
    """Reports are one empty page, for tests of where a page is written and not of what it says."""

    def made_report(fit, path, *given, **more):
        page = Report("Sleep", "<!doctype html>", lead="", findings=(), sections=())
        page.save(path)
        return page

    monkeypatch.setattr(import_module("growthcurves.cli.report"), "made_report", made_report)


@pytest.fixture
def sleep(tmp_path):
    return written(tmp_path, "sleep.csv", "sleepstudy")


@pytest.fixture
def trial(tmp_path):
    return written(tmp_path, "trial.csv", "trial")


@pytest.fixture
def wide(tmp_path):
    return written(tmp_path, "wide.csv", "sleepstudy_wide")
