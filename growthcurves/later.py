"""Modules that are loaded when something of them is first used, so that importing `fit` does not load every answer."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module until it is needed.

    Parameters
    ----------
    name : str
        The module's full name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
