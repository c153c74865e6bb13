"""An option that several commands have, in help and model files under one heading."""

from __future__ import annotations

from typing import Any

import click


class SharedOption(click.Option):
    """An option with the section in which help and model files show it."""

    def __init__(self, section: str, *names: str, **options: Any) -> None:
        self.section = section
        super().__init__(list(names), **options)

    @property
    def key(self) -> str:
        """Its name in a model file: that of the command line without the dashes."""
        return max(self.opts, key=len).lstrip("-")
