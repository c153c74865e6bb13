"""Fits of families whose programs in R are kept and run: `python tests/programs/family_cases.py` writes the programs,
tests/reference/make_family_programs.R runs them.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import growthcurves as gc

REFERENCE = Path(__file__).parents[1] / "reference"
FOLDER = REFERENCE / "family_programs"
ONE, TWO = "time * arm + (1 | id)", "time * arm + (time | id)"
#: Outcome and right side, options.
CASES = {
    "yes": (f"yes ~ {ONE}", {"family": "binomial", "quadrature": 11}),
    "cloglog": (f"yes ~ {ONE}", {"family": "cloglog", "quadrature": "laplace"}),
    "successes": (f"successes ~ {TWO}", {"family": "binomial", "trials": "trials", "quadrature": "laplace"}),
    "counts": (f"counts ~ {ONE}", {"family": "poisson", "exposure": "exposure", "quadrature": "laplace"}),
    "nb1": (f"counts ~ {ONE}", {"family": "nb1", "quadrature": "laplace"}),
    "amounts": (f"exposure ~ {ONE}", {"family": "gamma", "quadrature": "laplace"}),
    "ordered": (f"trials ~ {ONE}", {"family": "ordinal", "quadrature": 11}),
}


def fitted(case: str) -> gc.GrowthFit:
    formula, options = CASES[case]
    data = pd.read_csv(REFERENCE / "panel_outcomes.csv")
    return gc.fit(formula, data, time="time", reference={"arm": "placebo"}, **options)


if __name__ == "__main__":
    for case in CASES:
        (FOLDER / f"{case}.R").write_text(fitted(case).code("r") + "\n", encoding="utf-8")
