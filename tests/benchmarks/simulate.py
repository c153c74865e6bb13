"""The panels of the benchmarks, and how they travel to the processes that fit them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

WAVES = 5
LOST = 0.1
COLUMNS = ("id", "time", "group", "age", "y")
WHOLE = ("id", "group")


def growth_panel(persons: int, own_times: bool = False, seed: int = 20, lost: float = LOST) -> pd.DataFrame:
    """Two groups of persons over five waves, some of the rows lost, rows sorted by whole-number id.

    Parameters
    ----------
    persons : int
    own_times : bool
        Whether every person is seen at times of their own (within .4 of the wave) instead of at the waves.
    seed : int
    lost : float
        Share of the rows that are lost.
    """
    rng = np.random.default_rng(seed)
    kept = rng.random(persons * WAVES) >= lost
    person = np.repeat(np.arange(persons), WAVES)[kept]
    time = np.tile(np.arange(float(WAVES)), persons)[kept]
    if own_times:
        time += rng.uniform(-0.4, 0.4, time.size)
    group = rng.integers(0, 2, persons)[person]
    age = rng.normal(50.0, 10.0, persons).round(1)[person]
    intercept = rng.normal(0.0, 2.0, persons)
    slope = rng.normal(0.0, 0.7, persons) + 0.1 * intercept
    y = 10.0 + 0.5 * time - 0.5 * group + 0.3 * group * time + 0.1 * age
    y += intercept[person] + slope[person] * time + rng.normal(0.0, 1.5, time.size)
    return pd.DataFrame({"id": person, "time": time, "group": group, "age": age, "y": y})


def save(frame: pd.DataFrame, folder: Path) -> None:
    """One file of plain doubles for each column: what Python and R both read in no time."""
    folder.mkdir(parents=True, exist_ok=True)
    for column in COLUMNS:
        frame[column].to_numpy(np.float64).tofile(folder / f"{column}.f8")


def load(folder: Path, shuffled: bool = False, text_ids: bool = False) -> pd.DataFrame:
    """The panel that was saved, in the order and with the ids asked for."""
    frame = pd.DataFrame({column: np.fromfile(folder / f"{column}.f8") for column in COLUMNS})
    frame = frame.astype(dict.fromkeys(WHOLE, np.int64))
    if shuffled:
        frame = frame.sample(frac=1.0, random_state=7, ignore_index=True)
    if text_ids:
        frame["id"] = "P" + frame["id"].astype(str).str.zfill(7)
    return frame
