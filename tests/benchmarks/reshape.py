"""Wide to long against pandas: `python tests/benchmarks/reshape.py [--write]`.

Both turn the same table into five million rows, in turns, in one process; the best time of each counts. `--write`
puts the table into docs/benchmarks.md, in the place of the one that is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from page import publish
from tables import Table, seconds_text

import growthcurves as gc

TITLE = "Wide to long"
WAVES = range(5)
OUTCOMES = [f"y_{wave}" for wave in WAVES]

Case = tuple[str, Callable[[], pd.DataFrame], Callable[[], pd.DataFrame]]


def wide_table(persons: int) -> pd.DataFrame:
    """One row per person: a number, a category and a text to keep, five waves of an outcome and their times."""
    rng = np.random.default_rng(1)
    kept = {
        "subject": np.arange(persons),
        "age": rng.normal(size=persons),
        "arm": pd.Categorical(rng.choice(["drug", "placebo"], persons)),
        "site": rng.choice(["Basel", "Bern", "Chur"], persons),
    }
    times = {f"day_{wave}": wave + rng.random(persons) for wave in WAVES}
    return pd.DataFrame(kept | {name: rng.normal(size=persons) for name in OUTCOMES} | times)


def cases(wide: pd.DataFrame) -> list[Case]:
    """What is done, by pandas and by us."""
    numbers = wide[["subject", "age", *OUTCOMES]]
    kept = wide[["subject", "age", "arm", "site", *OUTCOMES]]
    shuffled = numbers.sample(frac=1, random_state=1).reset_index(drop=True)
    own = wide[["subject", "age", *OUTCOMES, *(f"day_{wave}" for wave in WAVES)]]
    groups = {"y": OUTCOMES, "day": [f"day_{wave}" for wave in WAVES]}
    return [
        ("a number kept; `melt`", lambda: melted(numbers), lambda: ours(numbers)),
        ("number, category and text kept; `melt`", lambda: melted(kept), lambda: ours(kept)),
        (
            "a number kept; `melt`, times as numbers, sorted as ours",
            lambda: melted_and_sorted(numbers),
            lambda: ours(numbers),
        ),
        (
            "persons in no order; `melt`, times as numbers, sorted as ours",
            lambda: melted_and_sorted(shuffled),
            lambda: ours(shuffled),
        ),
        (
            "own times per wave; `lreshape`",
            lambda: pd.lreshape(own, groups, dropna=False),
            lambda: gc.to_long(own, id="subject", time="day", columns="y_{wave}", times="day_{wave}"),
        ),
    ]


def ours(wide: pd.DataFrame) -> pd.DataFrame:
    return gc.to_long(wide, id="subject", time="day", columns="y_{day}")


def melted(wide: pd.DataFrame) -> pd.DataFrame:
    kept = [name for name in wide.columns if name not in OUTCOMES]
    return wide.melt(id_vars=kept, value_vars=OUTCOMES, var_name="day", value_name="y")


def melted_and_sorted(wide: pd.DataFrame) -> pd.DataFrame:
    long = melted(wide)
    long["day"] = np.repeat(np.arange(len(WAVES)), len(wide))
    return long.sort_values(["subject", "day"], ignore_index=True)


def best_in_turns(theirs: Callable[[], object], own: Callable[[], object], rounds: int) -> tuple[float, float]:
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for position, work in enumerate((theirs, own)):
            start = time.perf_counter()
            result = work()
            best[position] = min(best[position], time.perf_counter() - start)
            del result
    return best[0], best[1]


def measured(persons: int, rounds: int) -> Table:
    rows = []
    for what, theirs, own in cases(wide_table(persons)):
        pandas, here = best_in_turns(theirs, own, rounds)
        rows.append([what, seconds_text(pandas), seconds_text(here), f"{here / pandas:.2f}"])
    text = (
        f"Written by `python tests/benchmarks/reshape.py --write`. {persons:,} persons and {len(WAVES)} waves, "
        f"{persons * len(WAVES):,} long rows; pandas {pd.__version__} and `to_long` in turns, best of {rounds}."
    )
    return Table(TITLE, text, ["what; pandas' way", "pandas", "growthcurves", "times pandas"], rows)


if __name__ == "__main__":
    publish(__doc__, lambda **numbers: [measured(**numbers)], persons=1_000_000, rounds=7)
