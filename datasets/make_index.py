"""Writes index.json: what each data set is, with the SHA-256 of its file. Run it after export.R and simulate.py.

python datasets/make_index.py
"""

from __future__ import annotations

import hashlib
import json
import runpy
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).resolve().parent
SIMULATED = runpy.run_path(str(HERE / "simulate.py"))

CROWDER_HAND = "Crowder MJ, Hand DJ (1990). Analysis of Repeated Measures. London: Chapman and Hall."
FACTS = "Published measurements (facts), distributed with {} under GPL (>= 2); cite the publication."
OWN = {
    "source": "Simulated by simulate.py of this project; the true values are the entry's truth",
    "citation": "None needed: made for this project, no person stands behind the numbers.",
    "licence": "BSD-3-Clause, as the package.",
}

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
    {
        "name": "orthodont",
        "title": "Growth of 27 children's jaws from age 8 to 14, boys and girls",
        "file": "orthodont.csv",
        "layout": "long",
        "source": "R package nlme, data set Orthodont, exported by export.R",
        "citation": (
            "Potthoff RF, Roy SN (1964). A generalized multivariate analysis of variance model useful especially for "
            "growth curve problems. Biometrika 51:313-326."
        ),
        "licence": FACTS.format("nlme"),
        "roles": {"id": "subject", "time": "age", "outcome": "distance"},
        "units": {"time": "years", "outcome": "mm"},
        "levels": {"sex": ["Male", "Female"]},
    },
    {
        "name": "bodyweight",
        "title": "Body weight of 16 rats on three diets over 64 days",
        "file": "bodyweight.csv",
        "layout": "long",
        "source": "R package nlme, data set BodyWeight, exported by export.R",
        "citation": CROWDER_HAND + " Table 2.4.",
        "licence": FACTS.format("nlme"),
        "roles": {"id": "rat", "time": "day", "outcome": "weight"},
        "units": {"time": "days", "outcome": "g"},
        "levels": {"diet": ["1", "2", "3"]},
    },
    {
        "name": "chickweight",
        "title": "Body weight of 50 chicks on four diets from hatching to day 21",
        "file": "chickweight.csv",
        "layout": "long",
        "source": "R package datasets, data set ChickWeight, exported by export.R",
        "citation": CROWDER_HAND + " Example 5.3.",
        "licence": FACTS.format("R"),
        "roles": {"id": "chick", "time": "day", "outcome": "weight"},
        "units": {"time": "days", "outcome": "g"},
        "levels": {"diet": ["1", "2", "3", "4"]},
    },
    {
        "name": "oxboys",
        "title": "Height of 26 boys from Oxford on nine occasions",
        "file": "oxboys.csv",
        "layout": "long",
        "source": "R package nlme, data set Oxboys (age is standardised, without a unit), exported by export.R",
        "citation": (
            "Goldstein H (1987). Multilevel Models in Educational and Social Research. London: Griffin. "
            "By way of Pinheiro JC, Bates DM (2000). Mixed-Effects Models in S and S-PLUS. New York: Springer, A.19."
        ),
        "licence": FACTS.format("nlme"),
        "roles": {"id": "boy", "time": "age", "outcome": "height", "wave": "occasion"},
        "units": {"time": "standardised age", "outcome": "cm"},
    },
    {
        "name": "trial",
        "title": "Simulated two-arm trial: depression of 600 patients over 16 weeks, with dropout",
        "file": "trial.csv",
        "layout": "long",
        **OWN,
        "roles": {"id": "patient", "time": "week", "outcome": "depression", "wave": "visit"},
        "units": {"time": "weeks", "outcome": "points"},
        "other_units": {"age": "years"},
        "levels": {"arm": ["placebo", "drug"], "sex": ["female", "male"], "severity": ["moderate", "severe"]},
        "truth": SIMULATED["TRIAL"],
    },
    {
        "name": "survey",
        "title": "Simulated panel survey: wellbeing of 2,000 persons of three educations at times of their own",
        "file": "survey.csv",
        "layout": "long",
        **OWN,
        "roles": {"id": "person", "time": "year", "outcome": "wellbeing", "wave": "wave"},
        "units": {"time": "years", "outcome": "points"},
        "other_units": {"stress": "hours per week"},
        "levels": {"education": ["low", "middle", "high"]},
        "truth": SIMULATED["SURVEY"],
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
