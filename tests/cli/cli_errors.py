"""What every wrong input must look like."""

from __future__ import annotations

import os
from pathlib import Path

import growthcurves

#: The variables of a process that imports the package under test, wherever it runs.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(growthcurves.__file__).resolve().parents[1])}

SLEEP = ["--id", "subject", "--time", "day", "--outcome", "reaction"]
TRIAL = ["--id", "patient", "--time", "week", "--outcome", "depression"]


def one_line(result):
    """The error as the user sees it: exit code 2, one line, no traceback."""
    assert result.exit_code == 2, result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1 and lines[0].startswith("growthcurves: "), result.stderr
    assert "Traceback" not in result.output
    return lines[0]
