"""Every person's own straight line, by least squares over the person's own rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.persons import Persons


def own_lines(persons: Persons, times: np.ndarray, values: np.ndarray, origin: float) -> dict[str, Any]:
    """Number of rows, first and last time, and the line of each person, shape (persons,) each.

    Sums are taken about the person's own means, of deviations from the person's first row, so that an origin far
    away costs no digits and a constant outcome has exactly no variation.

    Examples
    --------
    >>> import numpy as np
    >>> lines = own_lines(Persons.of(np.array([1, 1, 2])), np.array([1.0, 3.0, 1.0]), np.array([5.0, 9.0, 2.0]), 0.0)
    >>> lines["intercept"].tolist(), lines["slope"].tolist()
    ([3.0, nan], [2.0, nan])
    """
    if persons.order is not None:
        times, values = times[persons.order], values[persons.order]
    sizes = persons.sizes
    starts = np.cumsum(sizes) - sizes
    time, time_mean = _about_own_mean(times, starts, sizes)
    value, value_mean = _about_own_mean(values, starts, sizes)
    first, last = np.minimum.reduceat(times, starts), np.maximum.reduceat(times, starts)
    varies = np.maximum.reduceat(values, starts) > np.minimum.reduceat(values, starts)
    sxx, sxy, syy = (np.add.reduceat(product, starts) for product in (time * time, time * value, value * value))
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(last > first, sxy / sxx, np.nan)
        r2 = np.where((last > first) & varies, np.minimum(slope * sxy / syy, 1.0), np.nan)
    intercept = value_mean + slope * (origin - time_mean)
    return {"n": sizes, "first": first, "last": last, "intercept": intercept, "slope": slope, "r2": r2}


def origin_of(times: np.ndarray) -> float:
    """Where intercepts are read: time 0 where it lies inside the observed times, else the first of them."""
    low, high = float(times.min()), float(times.max())
    return 0.0 if low <= 0 <= high else low


def people_table(persons: Persons, times: np.ndarray, values: np.ndarray, id: str, time: str) -> pd.DataFrame:
    """The lines as a table; where the intercept is read stands in its ``attrs``."""
    origin = origin_of(times)
    table = pd.DataFrame(own_lines(persons, times, values, origin), index=pd.Index(persons.labels, name=id))
    table.attrs = {"origin": origin, "note": f"intercept at {time} = {origin:g}"}
    return table


def _about_own_mean(values: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first = values[starts]
    deviations = values - np.repeat(first, sizes)
    means = np.add.reduceat(deviations, starts) / sizes
    return deviations - np.repeat(means, sizes), first + means
