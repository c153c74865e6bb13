"""How long work takes here, and what a peer in R needs for the same."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

ROUNDS = 5


def seconds(made: Callable[[], object]) -> float:
    """The best of some rounds."""
    return in_turns(made)[0]


def in_turns(*made: Callable[[], object]) -> list[float]:
    """The best of some rounds of each, which take turns, so that what else a machine does falls on all of them."""
    best = [np.inf] * len(made)
    for _ in range(ROUNDS):
        for place, one in enumerate(made):
            begin = time.perf_counter()
            one()
            best[place] = min(best[place], time.perf_counter() - begin)
    return [float(one) for one in best]


def of_r(script: str, task: str, data: pd.DataFrame) -> tuple[float, float] | None:
    """Seconds and -2 log likelihood that a script of this folder prints; None where R or its package is not there."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        data.to_csv(file, index=False)
        command = ["Rscript", str(Path(__file__).resolve().parent / script), task, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found, deviance = map(float, done.stdout.split()[-2:])
    except ValueError:
        return None
    return found, deviance


def run(description: str, heading: str, section: Callable[[], str]) -> None:
    """Print a section of docs/benchmarks.md, and with --write put it there."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the section into docs/benchmarks.md")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    made = section()
    print(made)
    if asked.write:
        put("benchmarks.md", heading, made)
