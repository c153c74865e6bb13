"""The memory of a fit in batches does not grow with the number of rows: a limit on the process proves it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

#: More than twice as many bytes of rows as the process may still take.
SCRIPT = """
import resource, sys
import numpy as np, pandas as pd
import growthcurves as gc
from growthcurves.estimate.in_batches import people

BATCHES, PERSONS, WAVES = 60, 12_000, 5
people.IN_MEMORY = 1 << 20


def rows(batches):
    for number in range(batches):
        rng, who = np.random.default_rng(number), np.repeat(np.arange(PERSONS), WAVES)
        wave, u = np.tile(np.arange(float(WAVES)), PERSONS), rng.normal(size=(PERSONS, 2))
        y = 5 + u[who, 0] + (1 + 0.3 * u[who, 1]) * wave + rng.normal(size=len(who))
        yield pd.DataFrame({"who": who + number * PERSONS, "wave": wave, "y": y})


FORMULA = "y ~ wave + (wave | who)"
str(gc.fit(FORMULA, lambda: rows(3)))
pages = int(open("/proc/self/statm").read().split()[5])
limit = pages * resource.getpagesize() + (40 << 20)
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
if sys.argv[1] == "batches":
    fit = gc.fit(FORMULA, lambda: rows(BATCHES))
    print(fit.sums.rows, len(str(fit)) > 0)
else:
    pd.concat(rows(BATCHES))
"""


def outcome(kind: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, kind]
    alone = os.environ | {"GROWTHCURVES_THREADS": "1"}  # a BLAS takes memory for each thread that calls it
    return subprocess.run(command, capture_output=True, text=True, check=False, env=alone)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit on a process is Linux's")
def test_rows_beyond_the_limit_of_the_process_are_fitted():
    batches = outcome("batches")
    assert batches.stdout.split() == ["3600000", "True"], batches.stderr[-2_000:]
    whole = outcome("table")
    assert whole.returncode and "Memory" in whole.stderr
