"""The examples in the docstrings of the room run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import growthcurves.data

MODULES = [module.name for module in pkgutil.iter_modules(growthcurves.data.__path__, "growthcurves.data.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
