"""What an editor and a type checker know of the package: a user's script, the stubs, and what `dir` shows."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import growthcurves as gc
from growthcurves.plots import FIGURES

ROOT = Path(__file__).resolve().parents[1]

SCRIPT = """\
import growthcurves as gc
import pandas as pd

long = gc.load_dataset("sleepstudy")
fit = gc.fit("reaction ~ day + (day | subject)", long)
reveal_type(fit)  # growthcurves.fit.GrowthFit
reveal_type(fit.change())  # growthcurves.results.change.report.ChangeReport
reveal_type(fit.llf)  # float
reveal_type(fit.refit("ml"))  # growthcurves.fit.GrowthFit
reveal_type(fit.plot)  # growthcurves.plots.doors.FitPlots
reveal_type(gc.compare(fit, fit.refit(random=())))  # growthcurves.results.compare.table.Comparison
reveal_type(gc.Panel(long, id="subject", time="day", outcome="reaction").describe())  # growthcurves.data.describe.PanelSummary
fit.plot.trajectories(people=3, ax=None)
fit.chnage()  # error: attr-defined
fit.plot.trajectory()  # error: attr-defined
fit.plot.trajectories(peopl=3)  # error: call-arg
gc.fitt  # error: attr-defined
fit.conf_int(level="high")  # error: arg-type
gc.GrowthModel("reaction", "day", "subject", shap="linear")  # error: call-arg
"""  # noqa: E501


def test_a_users_script_is_typed(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    lines = re.findall(r"script\.py:(\d+): (\w+): (.*)", said)
    found = {int(line): (kind, text) for line, kind, text in reversed(lines)}
    for number, line in enumerate(SCRIPT.splitlines(), start=1):
        kind, _, wanted = line.partition("  # ")[2].partition("error: ")
        if wanted:
            assert found.get(number, ("", ""))[0] == "error" and f"[{wanted}]" in found[number][1], (line, said)
        elif kind:
            assert f'"{kind}"' in found[number][1].replace("builtins.", ""), (line, said)
        else:
            assert number not in found, (line, said)


def test_the_stubs_are_those_of_the_registries():
    spec = spec_from_file_location("make_stub", ROOT / "docs" / "make_stub.py")
    make = module_from_spec(spec)
    spec.loader.exec_module(make)
    for path, text in make.stubs().items():
        assert path.read_text(encoding="utf-8") == text, "run docs/make_stub.py"
    assert (ROOT / "growthcurves" / "py.typed").exists()


@pytest.fixture(scope="module")
def fit():
    return gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))


def test_dir_shows_what_a_user_asks(fit):
    shown = set(dir(fit))
    assert {"change", "means", "plot", "save", "report", "params", "certificate", "panel", "model"} <= shown
    inside = {"growth_design", "standard_rows", "sums", "estimates", "own_growth", "vocabulary", "when", "_PLUMBING"}
    assert not inside & shown
    panel = set(dir(fit.panel))
    assert {"describe", "missing", "people", "plot", "dropped"} <= panel and not {"restored", "keep"} & panel
    assert set(FIGURES) <= set(dir(fit.plot))
    assert set(dir(gc)) == set(gc.__all__)


def test_what_dir_leaves_out_is_there(fit):
    """A name that is no attribute any more would hide nothing."""
    roles = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
    for thing in (fit, fit.panel, fit.model, gc.mmrm(gc.load_dataset("trial"), **roles, residual="cs")):
        hidden = sys.modules[type(thing).__module__]._PLUMBING
        assert all(hasattr(thing, name) for name in hidden)
        assert not hidden & set(dir(thing))


def test_options_of_a_model_are_shown():
    """Not those of the method that refuses unknown ones, which takes anything."""
    shown = list(inspect.signature(gc.GrowthModel).parameters)
    assert {"outcome", "time", "predictors", "random", "residual"} <= set(shown) and "values" not in shown
