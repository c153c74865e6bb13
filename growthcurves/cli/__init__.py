"""The command line: one thin file per command, every error one plain line. Never estimation or pictures."""

from __future__ import annotations

from growthcurves.cli.app import main

__all__ = ["main"]
