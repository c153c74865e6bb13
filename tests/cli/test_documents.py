"""The examples of the command line's page run, and the table of options is the one that the commands say."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import growthcurves as gc
from growthcurves.cli.model_file import read_model_file

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "command-line.md").read_text(encoding="utf-8")


def test_the_examples_run_in_their_order(undrawn, run):
    commands = re.findall(r"^\$ growthcurves (.*)$", PAGE, re.MULTILINE)
    assert len(commands) > 20 and commands[0] == "demo"  # which runs in a process of its own
    for command in commands[1:]:
        result = run(*shlex.split(command))
        assert result.exit_code == 0, (command, result.output)


def test_the_commands_of_the_readme_run(run):
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^growthcurves (.*)$", readme, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["demo", "datasets", "datasets", "report", "report"]
    for command in commands[1:]:
        given = re.sub(r"^report (.*?)( -o \S+)?$", r"fit \1", command)  # the same table and model without the page
        result = run(*shlex.split(given))
        assert result.exit_code == 0, (command, result.output)


def test_the_home_page_has_the_commands_and_the_ten_lines_of_the_readme():
    readme, home = ((DOCS.parent / name).read_text(encoding="utf-8") for name in ("README.md", "docs/index.md"))
    blocks = re.findall(r"```.*?```", readme, re.DOTALL)[:3]
    assert all(block in home for block in blocks)


def test_the_model_file_of_the_page_is_read(asks, tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert set(tomllib.loads(text)) == {"table", "model", "answers"}
    (tmp_path / "model.toml").write_text(text, encoding="utf-8")
    assert read_model_file(str(tmp_path / "model.toml"))["reference"] == [{"arm": "placebo"}]
    gc.load_dataset("trial").to_csv(tmp_path / "trial.csv", index=False)
    terms = [row["term"] for row in asks("fit", "trial.csv", "--model", "model.toml")["fixed_effects"]]
    assert {"slope1:age", "slope2:arm[drug]"} <= set(terms)


def test_the_table_of_options_is_current():
    spec = importlib.util.spec_from_file_location("make_options", DOCS / "make_options.py")
    assert spec is not None and spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert make.PAGE.read_text(encoding="utf-8") == make.page(), "run python docs/make_options.py"
