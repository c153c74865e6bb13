"""What is asked: every shipped data set with the same columns, and models of every kind for any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import growthcurves as gc
from growthcurves.data.datasets import dataset_entry

#: A group of persons in the data, where there is one; else every other person is of group "b".
GROUPS = {"orthodont": "sex", "bodyweight": "diet", "chickweight": "diet", "trial": "arm", "survey": "education"}
NAMES = tuple(gc.list_datasets()["name"])


@dataclass(frozen=True)
class Table:
    """A data set with the columns y, t, id, g (a group), x (a number of the person) and s (varies in time)."""

    name: str
    frame: pd.DataFrame

    @property
    def times(self) -> tuple[float, float, float]:
        """First, middle and last time that occur."""
        seen = np.unique(self.frame["t"].to_numpy(float))
        return float(seen[0]), float(seen[len(seen) // 2]), float(seen[-1])


@cache
def table(name: str, persons: int = 40) -> Table:
    """A shipped data set under these names, of some of its persons."""
    entry = dataset_entry(name)
    roles, frame = entry["roles"], gc.load_dataset(name)
    if isinstance(entry.get("columns"), str):
        frame = gc.to_long(frame, id=roles["id"], time=roles["time"], columns={roles["outcome"]: entry["columns"]})
    long = pd.DataFrame({"id": frame[roles["id"]].astype(str), "t": frame[roles["time"]], "y": frame[roles["outcome"]]})
    place = pd.factorize(long["id"])[0]
    group = frame[GROUPS[name]].astype(str) if name in GROUPS else pd.Series(np.where(place % 2, "b", "a"))
    long["g"], long["x"] = group.to_numpy(), 20.0 + place * 7 % 11
    long["s"] = np.random.default_rng(1).normal(10, 2, len(long)) + place % 3
    return Table(name, long[_spread(place) < persons].reset_index(drop=True))


def _spread(place: np.ndarray) -> np.ndarray:
    """Persons in an order in which those of one group do not come first."""
    return np.random.default_rng(2).permutation(place.max() + 1)[place]


def two_occasions(long: pd.DataFrame) -> pd.DataFrame:
    """The first two rows of every person: variances of a line and of the residual cannot be told apart."""
    return long.groupby("id", sort=False).head(2)


def alike(long: pd.DataFrame) -> pd.DataFrame:
    """Persons who do not differ at all, so that the fit is singular."""
    return long.assign(y=np.random.default_rng(3).normal(size=len(long)))


def yes_or_no(long: pd.DataFrame) -> pd.DataFrame:
    """Whether an outcome is above the median, with some chance, so that every group has both answers."""
    return long.assign(y=(_noisy(long) > 0.0).astype(float))


def counts(long: pd.DataFrame) -> pd.DataFrame:
    """Counts that go with the outcome."""
    return long.assign(y=np.random.default_rng(5).poisson(np.exp(0.5 + 0.3 * _noisy(long))).astype(float))


def categories(long: pd.DataFrame) -> pd.DataFrame:
    """Three ordered categories of the outcome."""
    return long.assign(y=np.digitize(_noisy(long), [-0.5, 0.7]).astype(float))


def _noisy(long: pd.DataFrame) -> np.ndarray:
    y = long["y"].to_numpy(float)
    return (y - np.nanmedian(y)) / np.nanstd(y) + np.random.default_rng(4).normal(size=len(y))


def model(**options: Any) -> Callable[[Table], Any]:
    """A growth model; an option that is a function is made of the first, middle and last time."""

    def made(data: Table) -> Any:
        ready = {name: value(data.times) if callable(value) else value for name, value in options.items()}
        return gc.GrowthModel("y", "t", "id", **ready)

    return made


#: Models through the formula's door and the model's, and how the table is changed before.
MODELS: dict[str, tuple[Any, Callable[[pd.DataFrame], pd.DataFrame] | None]] = {
    "line": ("y ~ t + (t | id)", None),
    "line by group": ("y ~ t * g + (t | id)", None),
    "no covariance": ("y ~ t * g + (t || id)", None),
    "own means": ("y ~ t + (1 | id)", None),
    "no time": ("y ~ 1 + (1 | id)", None),
    "no time by group": ("y ~ g + (1 | id)", None),
    "own slopes": ("y ~ t + (0 + t | id)", None),
    "square": ("y ~ t + I(t**2) + (t | id)", None),
    "times as levels": ("y ~ C(t) * g + (1 | id)", None),
    "polynomial": ("y ~ poly(t, 2) * g + (1 | id)", None),
    "b-spline": ("y ~ bs(t, df=4) + (1 | id)", None),
    "natural spline": ("y ~ ns(t, df=3) * g + (t | id)", None),
    "within and between": ("y ~ t + within(s) + between(s) + (t | id)", None),
    "time-varying": ("y ~ t * s + g + (t | id)", None),
    "three-way": ("y ~ t * g * x + (t | id)", None),
    "levels of x": ("y ~ t * C(x > 24) + (t | id)", None),
    "one line per group": ("y ~ 0 + g + g:t + (t | id)", None),
    "singular": ("y ~ t * g + (t | id)", alike),
    "two occasions": ("y ~ t * g + (t | id)", two_occasions),
    "no random effects": (model(predictors="g", random=()), None),
    "quadratic": (model(shape="quadratic", predictors="g + x"), None),
    "cubic": (model(shape="cubic", random=("intercept", "slope")), None),
    "spline": (model(shape="spline", predictors="g"), None),
    "pieces": (model(shape=lambda times: gc.Piecewise(knots=[times[1]]), predictors="g"), None),
    "jump": (model(shape=lambda times: gc.Piecewise(knots=[times[1]], jump=True), random=("intercept",)), None),
    "logarithm": (model(shape=lambda times: gc.LogTime(), origin=lambda times: times[0], predictors="g"), None),
    "occasions": (model(shape="occasions", predictors="g", random=("intercept",)), None),
    "diagonal": (model(random=gc.Diagonal("intercept", "slope"), predictors={"slope": "x"}), None),
    "origin at the end": (model(predictors="g", origin=lambda times: times[2]), None),
    "yes or no": (model(predictors="g", random=("intercept",), family="binomial"), yes_or_no),
    "counts": (model(predictors="g", random=("intercept",), family="poisson"), counts),
    "counts with a dispersion": (model(random=("intercept",), family="negative-binomial"), counts),
    "ordered categories": (model(predictors="g", random=("intercept",), family="ordinal"), categories),
    "groups and a number": (model(predictors={"intercept": "g * x", "slope": "g"}), None),
}


def panel_and_model(name: str, data: Table) -> tuple[Any, gc.Panel]:
    """The model of that name for a table, and the panel that it is fitted to."""
    wanted, change = MODELS[name]
    frame = data.frame if change is None else change(data.frame)
    return (wanted if isinstance(wanted, str) else wanted(data)), gc.Panel(frame, id="id", time="t", outcome="y")
