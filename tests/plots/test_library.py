"""matplotlib is loaded in one place, and a backend that is none is one sentence there."""

from __future__ import annotations

import os
import subprocess
import sys

CODE = """
import os
from growthcurves.errors import ModelError
from growthcurves.plots.style import styled
try:
    with styled():
        pass
except ModelError as error:
    print(error)
os.environ["MPLBACKEND"] = "agg"
with styled():
    print("drawn")
"""


def test_a_backend_that_is_none():
    environment = os.environ | {"MPLBACKEND": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    said, after = done.stdout.splitlines()
    assert said.startswith("The environment variable MPLBACKEND is 'nonsense'")
    assert after == "drawn"
