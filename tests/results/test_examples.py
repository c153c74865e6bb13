"""The examples in the docstrings of every public module run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import growthcurves

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(growthcurves.__path__, "growthcurves.")
    if not any(part.startswith("_") for part in module.name.split("."))
)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_examples_are_found():
    finder = doctest.DocTestFinder()
    found = [name for name in MODULES if any(test.examples for test in finder.find(importlib.import_module(name)))]
    shown = {"growthcurves.fit", "growthcurves.answers.persons", "growthcurves.results.compare.table"}
    assert shown <= set(found)
