"""Shell completion: the script of each shell, and what the library completes through it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cli_errors import ENVIRONMENT, one_line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(run, shell):
    script = run("completion", shell).stdout
    assert f"_GROWTHCURVES_COMPLETE={shell}_complete" in script


def completed(words, folder):
    code = "from growthcurves.cli import main; main(prog_name='growthcurves')"
    variables = {
        "_GROWTHCURVES_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1),
    }  # fmt: skip
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**ENVIRONMENT, **variables})
    return [line.split(",", 1)[1] for line in done.stdout.splitlines() if line]


def test_commands_options_and_columns(sleep, tmp_path):
    assert completed(["growthcurves", "des"], tmp_path) == ["describe"]
    assert {"--slope", "--shape"} <= set(completed(["growthcurves", "fit", "sleep.csv", "--s"], tmp_path))
    assert completed(["growthcurves", "fit", "sleep.csv", "--outcome", "re"], tmp_path) == ["reaction"]
    assert completed(["growthcurves", "fit", "nowhere.csv", "--outcome", "re"], tmp_path) == []


def test_unknown_shell(run):
    assert "'tcsh'" in one_line(run("completion", "tcsh"))
