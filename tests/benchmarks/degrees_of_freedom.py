"""Degrees of freedom and adjusted errors after a fit: `python tests/benchmarks/degrees_of_freedom.py`.

Every round fits anew, since a fit remembers its information matrices; the fit is outside the clock.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from simulate import growth_panel
from tables import Table, seconds_text

import growthcurves as gc
from growthcurves.results.effects.coefficients import joint_test

FORMULA = "y ~ time * group + age + (time | id)"
METHODS = [
    gc.Satterthwaite(),
    gc.Satterthwaite(information="expected"),
    gc.KenwardRoger(),
    gc.KenwardRoger(information="observed"),
    gc.Robust("CR0"),
    gc.Robust("CR2"),
]


def seconds(data: Any, method: Any, rounds: int) -> float:
    """The table of fixed effects and a test of three terms together, best of some rounds."""
    best = np.inf
    for _ in range(rounds):
        fit = gc.fit(FORMULA, data)
        start = time.perf_counter()
        fit.fixed_effects(ddf=method)
        joint_test(fit, np.eye(5)[2:], ddf=method)
        best = min(best, time.perf_counter() - start)
    return best


def measured(persons: int, rounds: int) -> Table:
    """All methods at growing numbers of persons, and with times of their own."""
    sizes = [size for size in (1_000, 10_000, 100_000) if size <= persons]
    panels = [growth_panel(size) for size in sizes] + [growth_panel(sizes[-1], own_times=True)]
    head = ["method", *(f"{size:,} persons" for size in sizes), f"{sizes[-1]:,}, own times"]
    rows = [[method.label, *(seconds_text(seconds(data, method, rounds)) for data in panels)] for method in METHODS]
    text = (
        "Table of fixed effects and an F test of three terms, after the fit, in this process. pbkrtest makes "
        "matrices of rows by rows and cannot hold the larger ones."
    )
    return Table("Degrees of freedom and robust errors", text, head, rows)


if __name__ == "__main__":
    print(measured(100_000, 3).markdown())
