"""The name of the distribution: what is installed, told and advised, never the other package of the import name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from click.testing import CliRunner

import growthcurves as gc
from growthcurves.cli import main
from growthcurves.version import DISTRIBUTION, VERSION

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: What would bring the other package: the bare name or one with extras, not followed by a hyphen.
OTHER = re.compile(r"pip install [^`\n&]*\bgrowthcurves(?![\w-])")


TOLD = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "growthcurves").rglob("*.py")]


def test_name_and_version_have_one_source():
    assert PROJECT["project"]["name"] == DISTRIBUTION
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "growthcurves/version.py"
    assert gc.__version__ == VERSION
    assert CliRunner().invoke(main, ["--version"]).output.split()[-2:] == [VERSION, f"({DISTRIBUTION})"]


def test_nobody_is_told_to_install_the_other_package():
    assert OTHER.search("pip install -U growthcurves") and not OTHER.search("pip install growthcurves-longitudinal")
    for path in TOLD:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not OTHER.search(line) or re.search(r"[Nn]ever|\*\*not\*\*", line), (path, line)
