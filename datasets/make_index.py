"""Writes index.json: what each data set is, with the SHA-256 of its file. Run it after export.R.

python datasets/make_index.py
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).resolve().parent

SLEEPSTUDY = {
    "source": "R package lme4, data set sleepstudy (the group with 3 hours in bed), exported by export.R",
    "citation": (
        "Belenky G, Wesensten NJ, Thorne DR, Thomas ML, Sing HC, Redmond DP, Russo MB, Balkin TJ (2003). "
        "Patterns of performance degradation and restoration during sleep restriction and subsequent "
        "recovery: a sleep dose-response study. Journal of Sleep Research 12:1-12."
    ),
    "licence": "Published measurements (facts), distributed with lme4 under GPL (>= 2); cite the article.",
    "roles": {"id": "subject", "time": "day", "outcome": "reaction"},
    "units": {"time": "days", "outcome": "ms"},
}

DATASETS: list[dict[str, Any]] = [
    {
        "name": "sleepstudy",
        "title": "Reaction time over ten days of sleep restriction, long table",
        "file": "sleepstudy.csv",
        "layout": "long",
        **SLEEPSTUDY,
    },
    {
        "name": "sleepstudy_wide",
        "title": "Reaction time over ten days of sleep restriction, wide table",
        "file": "sleepstudy_wide.csv",
        "layout": "wide",
        "columns": "reaction_{day}",
        **SLEEPSTUDY,
    },
]


def entry(described: dict[str, Any]) -> dict[str, Any]:
    """A data set's description with what its file says: rows, persons and SHA-256."""
    path = HERE / described["file"]
    frame = pd.read_csv(path)
    return described | {
        "rows": len(frame),
        "persons": int(frame[described["roles"]["id"]].nunique()),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def index_text() -> str:
    """The text of index.json."""
    return json.dumps([entry(described) for described in DATASETS], indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (HERE / "index.json").write_text(index_text(), encoding="utf-8", newline="\n")
