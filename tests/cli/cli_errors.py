"""What every wrong input must look like."""

from __future__ import annotations

import os
import re
from pathlib import Path

import growthcurves

#: The variables of a process that imports the package under test, wherever it runs.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(growthcurves.__file__).resolve().parents[1])}

SLEEP = ["--id", "subject", "--time", "day", "--outcome", "reaction"]
TRIAL = ["--id", "patient", "--time", "week", "--outcome", "depression"]

#: The most signs of a sentence, and of what stands before it.
LONGEST = 340
#: Words of Python, which no one types in a shell: calls, names of options with an equals sign, types, raw floats.
PYTHON = re.compile(
    r"\b\w+\([^()]*\.\.\.|\b(?:gc|fit|model|panel|pd|np|growthcurves)\.[a-z]\w*|\b\w+_\w+\(|\b[A-Z][a-z]+[A-Z]?\w*\(\)"
    r"|(?<![-\w ])[a-z]\w*=|(?<=\s)(?<!--read )(?<!--set )[a-z_]\w*=|\bNone\b|\w+Error\b|Traceback|\d\.\d{9,}"
    r"|\bdict\b|\btuple\b|\bDataFrame\b|\bpandas\b|\bufunc\b"
)


def one_line(result):
    """The error as the user sees it: exit code 2, one line, no traceback."""
    assert result.exit_code == 2, result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1 and lines[0].startswith("growthcurves: "), result.stderr
    assert "Traceback" not in result.output
    return lines[0]


def spoken_plainly(text, given=()):
    """Lines that are short and hold no words of Python but the user's own, which are quoted or were `given`."""
    for line in text.splitlines():
        own = sorted((item for item in given if len(item) > 2 and not item.startswith("--")), key=len, reverse=True)
        for item in own:
            line = line.replace(item, "it")
        found = PYTHON.search(re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`|such as [\w=]+", "it", line))
        assert found is None, f"{found[0]!r} in {line}"
        assert len(line) <= LONGEST, f"{len(line)} signs: {line}"
