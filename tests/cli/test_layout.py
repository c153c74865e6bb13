"""Text for a terminal: width, colours only where they are wanted."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import pty
import subprocess
import sys

import pandas as pd
import pytest
from cli_errors import ENVIRONMENT, SLEEP, TRIAL

import growthcurves.cli
from growthcurves.cli.layout import emphasised, folded, table_lines, wrapped

MODULES = [module.name for module in pkgutil.iter_modules(growthcurves.cli.__path__, "growthcurves.cli.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_p_stays_with_its_value_and_a_number_with_its_percent_sign():
    for words in range(4, 24):
        lines = wrapped([f"{'word ' * words}p < .001 and {'word ' * words}95 % of all"]).splitlines()
        assert any("p < .001" in line for line in lines) and any("95 %" in line for line in lines)


def test_a_wide_table_is_wrapped_and_nothing_is_lost():
    frame = pd.DataFrame({"n": [1, 22], "title": ["word " * 40, "short"], "x": [0.5, None]})
    lines = table_lines(frame).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.count("word") for line in lines) == 40
    assert lines[-1].split() == ["22", "short", "-"]


def test_columns_without_room_are_counted():
    text = table_lines(pd.DataFrame({f"column number {n}": [n] for n in range(20)}))
    assert max(map(len, text.splitlines())) <= 80 and "more columns" in text


def test_numbers_of_a_column_have_the_same_decimals():
    lines = table_lines(pd.DataFrame({"x": [203.0, 249.56]})).splitlines()
    assert lines[1:] == ["  203.0", "  249.6"]


def test_long_lines_go_on_below_their_label():
    lines = folded("Level 1   " + " + ".join(f"term{n}" for n in range(30))).splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 80
    assert all(line.startswith(" " * 14 + "term") or line.startswith(" " * 14 + "+") for line in lines[1:])


def test_a_wide_terminal_has_terms_and_numbers_on_one_line(run, trial, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    lines = run("fit", trial, *TRIAL, "--slope", "severity + age").stdout.splitlines()
    assert max(map(len, lines)) <= 120
    (named,) = [line for line in lines if line.startswith("  intercept:severity[severe]")]
    assert "to" in named.split()


def test_the_nearest_is_found(run, trial):
    assert "Did you mean 'kenward-roger'?" in run("fit", trial, *TRIAL, "--ddf", "kr").stderr
    assert "Did you mean 'trajectories'?" in run("plot", trial, *TRIAL, "--figure", "spagetti").stderr


def test_headings_are_bold():
    assert emphasised("One\n  a\n\nTwo  b") == "\x1b[1mOne\x1b[0m\n  a\n\n\x1b[1mTwo\x1b[0m  b"


@pytest.mark.parametrize("shape", [[], ["--shape", "quadratic"], ["--knots", "4,8"]])
def test_a_fit_fits_80_columns(run, trial, shape):
    result = run("fit", trial, *TRIAL, "--by", "arm", "--slope", "severity + age", *shape, "--random", "intercept")
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "\x1b" not in result.stdout


def on_a_terminal(arguments, folder, **variables):
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    code = "from growthcurves.cli import main; main(prog_name='growthcurves')"
    plain = {name: value for name, value in ENVIRONMENT.items() if name != "NO_COLOR"}
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(
        command, cwd=folder, stdout=theirs, stderr=theirs, env={**plain, "TERM": "xterm", **variables}
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    process.wait()
    return b"".join(pieces).decode()


def test_colours_on_a_terminal_unless_unwanted(sleep, tmp_path):
    arguments = ["describe", "sleep.csv", *SLEEP]
    assert "\x1b[1mPanel of" in on_a_terminal(arguments, tmp_path)
    assert "\x1b" not in on_a_terminal(arguments, tmp_path, NO_COLOR="1")
    wrong = ["fit", "nowhere.csv", *SLEEP]
    assert "\x1b[31m" in on_a_terminal(wrong, tmp_path)
    assert "\x1b" not in on_a_terminal(wrong, tmp_path, NO_COLOR="1")
