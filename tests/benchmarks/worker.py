"""One engine at one task in a process of its own: `python worker.py '{"engine": ..., ...}'` prints JSON.

The first fit of the task measures memory; before it, a fit of a small part loads what an engine loads late.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import resource
import sys
import time
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
from engines import ACTIONS, GROWTH, SLEEPSTUDY, Action, Model
from simulate import load

SMALL = 500


def main() -> None:
    job = json.loads(sys.argv[1])
    warnings.simplefilter("ignore")
    frame, model = panel_of(job)
    make = ACTIONS[job["engine"], job["kind"]]
    warm_up(make(small_part(frame, model), model))
    print(json.dumps(measure(make(frame, model), frame, job["seconds"])))


def panel_of(job: dict[str, Any]) -> tuple[pd.DataFrame, Model]:
    """The data and the model that the job names."""
    if job["data"].endswith(".csv"):
        return pd.read_csv(job["data"]), SLEEPSTUDY
    return load(Path(job["data"]), job["shuffled"], job["text_ids"]), GROWTH


def small_part(frame: pd.DataFrame, model: Model) -> pd.DataFrame:
    """All rows of the first persons."""
    ids = frame[model.id]
    return frame[ids.isin(ids.drop_duplicates().iloc[:SMALL])].sort_values(model.id, ignore_index=True)


def warm_up(action: Action) -> None:
    action.run(action.renew(action.state))


def measure(action: Action, frame: pd.DataFrame, seconds: float) -> dict[str, Any]:
    """Time repeats until `seconds` are used up, three at least unless one alone takes longer."""
    state = action.renew(action.state)
    before = reset_peak()
    first, fitted = timed(action, state)
    extra = peak_memory() - before
    deviance = action.deviance(fitted)
    del fitted
    times = [first]
    while sum(times) < seconds or (len(times) < 3 and first < seconds):
        gc.collect() if first > 0.1 else None
        times.append(timed(action, action.renew(action.state))[0])
    return {
        "best": min(times),
        "median": median(times),
        "repeats": len(times),
        "deviance": deviance,
        "rows": len(frame),
        "frame_bytes": int(frame.memory_usage(deep=True).sum()),
        "extra_bytes": extra,
    }


def timed(action: Action, state: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    fitted = action.run(state)
    return time.perf_counter() - start, fitted


def reset_peak() -> int:
    """Give freed memory back, forget the peak so far where Linux allows it, and return what is in use."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


def peak_memory() -> int:
    """The largest resident memory of this process so far, in bytes."""
    with contextlib.suppress(OSError):
        status = Path("/proc/self/status").read_text().split("VmHWM:")
        if len(status) == 2:
            return int(status[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
