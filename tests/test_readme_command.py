"""The README's command for the tests is the one that continuous integration runs, on all cores by itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_ci_runs_the_command_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = re.findall(r"To work on the package: `([^`]*)`", readme)
    assert printed == ['pip install -e ".[test]" && pytest']
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = re.search(r"^command=.*$", script, re.M)
    assert found and "pytest" not in script and 'eval "$command"' in script
    told = subprocess.run(
        ["bash", "-c", f'{found[0]}; printf %s "$command"'], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == printed[0]


def test_pytest_runs_on_all_cores_by_itself():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "-n auto" in project["tool"]["pytest"]["ini_options"]["addopts"]
    assert any(item.startswith("pytest-xdist") for item in project["project"]["optional-dependencies"]["test"])
