"""What a user calls is documented whole: every option by its name, what comes back, an example that runs.

That the examples run is held by tests/results/test_examples.py.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from dataclasses import fields, is_dataclass
from functools import cached_property
from types import FunctionType

import pytest

import growthcurves as gc
from growthcurves.output.save import Saved
from growthcurves.plots import (
    COMPARISON_FIGURES,
    FAMILY_FIGURES,
    FIGURES,
    LADDER_FIGURES,
    LEVEL_FIGURES,
    PANEL_FIGURES,
    PLAN_FIGURES,
    SENSITIVITY_FIGURES,
    SUBGROUP_FIGURES,
    TRIAL_FIGURES,
)
from growthcurves.report import Report

#: Rooms of parts: a user makes their values and hands them over; what the engine asks of these is in docs/extending.
PARTS = (
    "growthcurves.model.shapes",
    "growthcurves.model.covariance",
    "growthcurves.model.families",
    "growthcurves.model.random",
    "growthcurves.results.ddf",
    "growthcurves.results.intervals",
    "growthcurves.results.effects.robust",
    "growthcurves.engine",
)
SECTION = re.compile(r"^([A-Z]\w+)\n-{3,}\n(.*?)(?=^[A-Z]\w+\n-{3,}\n|\Z)", re.M | re.S)


def answers():
    """Every class of answers: what can be saved."""
    for module in pkgutil.walk_packages(gc.__path__, "growthcurves."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = [], [Saved]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        found.append(kind)
    return [kind for kind in found if kind.__module__.startswith("growthcurves.") and kind.__name__[0] != "_"]


def members(kind):
    """What a user finds on a class: its own and inherited names of the package, without plumbing."""
    hidden = vars(importlib.import_module(kind.__module__)).get("_PLUMBING", ())
    for name in dir(kind):
        value = inspect.getattr_static(kind, name)
        value = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        owner = next(base for base in kind.__mro__ if name in vars(base))
        if name[0] != "_" and name not in hidden and owner.__module__.startswith("growthcurves."):
            yield f"{owner.__name__}.{name}", value, inspect.getdoc(getattr(kind, name)) or ""


def callables():
    """(name, function or class, docstring) of everything that a user calls."""
    for name in gc.__all__:
        value = getattr(gc, name)
        if callable(value) and value is not gc.GrowthFit:
            yield f"gc.{name}", value, inspect.getdoc(value) or ""
    public = [getattr(gc, name) for name in gc.__all__ if inspect.isclass(getattr(gc, name))]
    for kind in [*(kind for kind in public if not kind.__module__.startswith(PARTS)), Report, *answers()]:
        for name, value, text in members(kind):
            if isinstance(value, FunctionType):
                yield name, value, text


def attributes():
    for kind in [gc.GrowthFit, gc.Panel, gc.GrowthModel, Report, *answers()]:
        for name, value, text in members(kind):
            if isinstance(value, (property, cached_property)):
                yield name, text


def options(value):
    """The names of a callable's options; what a value has learned from data and does not print is none."""
    names = [name for name in inspect.signature(value).parameters if name != "self"]
    learned = [item.name for item in fields(value) if not item.repr] if is_dataclass(value) else []
    return [name for name in names if name not in learned]


def documented(text):
    """The names in a docstring's Parameters, of a record its Attributes."""
    sections = dict(SECTION.findall(text))
    listed = sections.get("Parameters", "") + sections.get("Attributes", "")
    lines = [line for line in listed.splitlines() if line[:1].strip()]
    return {name.strip("* ") for line in lines for name in line.partition(" : ")[0].split(",")}


def lacking(value, text):
    """What a docstring lacks."""
    sections = dict(SECTION.findall(text))
    parts = [f"option {name}" for name in options(value) if name not in documented(text)]
    if not inspect.isclass(value) and not {"Returns", "Yields"} & set(sections):
        parts.append("Returns")
    if ">>>" not in sections.get("Examples", ""):
        parts.append("Examples")
    return parts


CALLABLES = {name: (value, text) for name, value, text in callables()}


@pytest.mark.parametrize("name", CALLABLES)
def test_what_a_user_calls_is_documented_whole(name):
    value, text = CALLABLES[name]
    assert not lacking(value, text), f"{name} lacks {', '.join(lacking(value, text))}"


def test_attributes_are_documented():
    assert [name for name, text in attributes() if not text] == []


def test_nothing_is_left_out_of_sight():
    """The collection finds methods of fits, answers, panels and trials, inherited ones too."""
    assert {
        "gc.fit", "gc.AR1", "EffectAnswers.means", "GrowthFit.refit", "Panel.missing", "Trial.subgroups", "Saved.save",
        "ChangeReport.sentences", "Answer.to_dict", "GrowthModel.replace", "Report.save",
    } <= set(CALLABLES)  # fmt: skip


def test_a_missing_part_is_found():
    def bare(fit, level=0.95):
        """Nothing but a sentence."""

    assert lacking(bare, inspect.getdoc(bare)) == ["option fit", "option level", "Returns", "Examples"]


REGISTRIES = {
    **FIGURES, **FAMILY_FIGURES, **LEVEL_FIGURES, **PANEL_FIGURES, **LADDER_FIGURES, **COMPARISON_FIGURES,
    **TRIAL_FIGURES, **SUBGROUP_FIGURES, **PLAN_FIGURES, **SENSITIVITY_FIGURES,
}  # fmt: skip


@pytest.mark.parametrize("kind", REGISTRIES.values(), ids=lambda kind: kind.__name__)
def test_figures_say_their_options(kind):
    text = inspect.getdoc(kind)
    assert {item.name for item in fields(kind)} <= documented(text), kind.__name__


@pytest.fixture(scope="module")
def fit():
    return gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))


@pytest.mark.parametrize("name", FIGURES)
def test_methods_of_figures_are_documented_whole(name, fit, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    method = getattr(fit.plot, name)
    assert method.__name__ == name and not lacking(method, method.__doc__)
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(method, name, globs={}, module=False):
        assert runner.run(test).failed == 0 and test.examples
