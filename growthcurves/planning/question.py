"""What a planned study is to find: a row of fixed effects for each difference, and how large each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, NotAvailableError, unknown
from growthcurves.model.recipe import Read
from growthcurves.model.shapes import Occasions
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.numerics.times import time_text
from growthcurves.planning.design import Design
from growthcurves.results.questions.hypotheses import read_hypotheses


@dataclass(frozen=True, eq=False)
class Question:
    """Rows of fixed effects that are tested together.

    Attributes
    ----------
    names : tuple of str
        Each row as a term.
    L : (k, p) array
    arms : tuple
        The arm that each row compares with the reference; None for rows of something else.
    rate : bool
        Whether the rows are rates of change.
    words : str
        What is tested.
    """

    names: tuple[str, ...]
    L: Array
    arms: tuple[Any, ...]
    rate: bool
    words: str


def question(design: Design, test: Any = None, at: Any = None, since: Any = None) -> Question:
    """What is tested: a hypothesis in the names of the planned analysis, or a difference between arms at a time.

    Raises
    ------
    ModelError
    """
    if at is None:
        if since is not None:
            raise ModelError("since= belongs to at=: the change since that time, until at=.")
        _refuse_variances(test)
        return _by_name(design, _default(design) if test is None else test)
    if test is not None:
        raise ModelError("test= and at= both say what is tested: leave one of them out.")
    return _at_time(design, at, since)


def is_of_variances(test: Any) -> bool:
    """Whether a test names an SD or a correlation."""
    return isinstance(test, str) and test.startswith(("sd:", "cor:"))


def _refuse_variances(test: Any) -> None:
    if is_of_variances(test):
        raise NotAvailableError(f"The power of a test of {test} has no formula: take method='simulation'.")


def _default(design: Design) -> str:
    """The difference in rates between arms, the difference at the last visit, or the mean rate."""
    rates = [name for name in design.model.parameters if name.startswith("slope")]
    if not rates:
        what = "A study of visits" if _visits(design) else "A curve of this shape"
        raise ModelError(f"{what} has no one rate of change: say when arms are compared, with at=.")
    return f"{rates[0]}:{design.study.arm}" if len(design.study.arms) > 1 else rates[0]


def _visits(design: Design) -> bool:
    return isinstance(design.model.growth_shape, Occasions)


def _by_name(design: Design, test: Any) -> Question:
    read = read_hypotheses(cast(Any, design), test)  # a design has what of a fit is asked there
    if np.any(read.rhs != 0):
        raise ModelError(f"A planned test is of something being zero, not {read.texts[0]!r}: its size is effect=.")
    names = tuple(text.removesuffix(" = 0") for text in read.texts)
    owners = {design.recipe.term_names[j].parameter for row in read.L for j in np.flatnonzero(row)}
    rate = bool(owners) and all(owner.startswith("slope") for owner in owners)
    arms = tuple(_arm_of(design, row) for row in read.L)
    return Question(names, read.L, arms, rate, _words(design, names, arms, owners))


def _words(design: Design, names: tuple[str, ...], arms: tuple[Any, ...], owners: set[str]) -> str:
    """What is tested, in words beside its name where it is differences of one growth parameter between arms."""
    if None in arms or len(owners) != 1:
        return ", ".join(names)
    reference, what = next(iter(design.study.arms)), design.called(next(iter(owners)))
    if len(names) > 1:
        return f"the {what}, each against {reference}"
    return f"the {what}, {arms[0]} against {reference} ({names[0]})"


def _arm_of(design: Design, row: Array) -> Any:
    """The arm that a row of one term compares with the reference."""
    places = np.flatnonzero(row)
    if len(places) != 1:
        return None
    parts = dict(design.recipe.term_names[places[0]].parts)
    return parts.get(design.study.arm) if len(parts) == 1 else None


def _at_time(design: Design, at: Any, since: Any) -> Question:
    study = design.study
    if len(study.arms) < 2:
        raise ModelError("at= compares arms at a time, and the study has one group: name a term with test=.")
    reference, *others = study.arms
    time = finite_number(at, "at= is a time")
    rows = {arm: _row(design, arm, time) - _row(design, reference, time) for arm in others}
    words = f"the difference between arms at {time_text(time)}{_beyond(study.visits, time)}"
    if since is not None:
        begin = finite_number(since, "since= is a time")
        if begin >= time:
            raise ModelError(f"since= ({begin:g}) is a time before at= ({time:g}).")
        before = {arm: _row(design, arm, begin) - _row(design, reference, begin) for arm in others}
        rows = {arm: rows[arm] - before[arm] for arm in others}
        words = f"the difference between arms in the change from {time_text(begin)} to {time_text(time)}"
        words += _beyond(study.visits, begin, time)
    names = tuple(f"{study.arm}[{arm}] at {time_text(time)}" for arm in others)
    if len(others) > 1:
        words += f", each against {reference}"
    L = np.array(list(rows.values()))
    if not L.any(axis=1).all():
        raise ModelError(f"The planned analysis takes arms to be alike at {time_text(time)}: ask for another time.")
    return Question(names, L, tuple(others), False, words)


def _beyond(visits: tuple[float, ...], *times: float) -> str:
    """That the curve is drawn out beyond the visits, where it is."""
    if all(visits[0] <= time <= visits[-1] for time in times):
        return ""
    return f" (by the curve, beyond the visits from {time_text(visits[0])} to {time_text(visits[-1])})"


def _row(design: Design, arm: Any, time: float) -> Array:
    """The mean of an arm at a time as a combination of fixed effects; covariates at their means cancel."""
    study, recipe = design.study, design.recipe
    only = recipe.shape.only_at
    if only is not None and not any(abs(time - one) < 1e-9 for one in only):
        raise ModelError(f"Means of visits are known at the planned visits alone, and {time:g} is none.")
    kinds = pd.Series([arm]).astype(pd.CategoricalDtype(list(study.arms)))
    values = {name: pd.Series([next(iter(v)) if isinstance(v, dict) else 0.0]) for name, v in study.covariates.items()}
    basis = recipe.shape.basis(np.array([time]), np.zeros((1, 0)))
    read = Read(np.array([time]), basis, values | {study.arm: kinds})
    return recipe.growth_columns(read.table, read.basis)[0]


# ---------------------------------------------------------------- how large


def effects(design: Design, asked: Question, effect: Any, slowing: Any, slope: float | None) -> Array:
    """The size of each row that is taken to be true, (k,).

    Raises
    ------
    ModelError
        For a size that is given in two ways, or in none.
    """
    if (effect is None) == (slowing is None):
        both = "effect= and slowing= both say how large the effect is: leave one of them out."
        raise ModelError(
            both
            if effect is not None
            else "Nothing is said of how large the effect is: give effect= or "
            "slowing=, or ask for the smallest that is found, with gc.detectable_effect."
        )
    sizes = _several(design, asked, effect, "effect") if effect is not None else _slowed(design, asked, slowing, slope)
    if not sizes.any():
        raise ModelError("An effect of 0 is never found but by chance: give a size that matters.")
    return sizes


def _slowed(design: Design, asked: Question, slowing: Any, slope: float | None) -> Array:
    if not asked.rate:
        raise ModelError("slowing= is a share of the rate of change: give effect= where no rate is tested.")
    if slope is None or slope == 0:
        raise ModelError("slowing= is a share of the mean rate of change: give slope=, a rate that is not 0.")
    shares = _several(design, asked, slowing, "slowing")
    if np.abs(shares).max() > 1:
        raise ModelError(
            f"slowing= is a share of the mean rate, from -1 to 1 (0.3 is change that is 30 % slower, -0.3 30 % "
            f"faster), not {shares[np.abs(shares).argmax()]:g}."
        )
    return -slope * shares


def _several(design: Design, asked: Question, value: Any, option: str) -> Array:
    """One size, or one for each row by its arm or its name."""
    if not isinstance(value, Mapping):
        if len(asked.names) > 1:
            such = ", ".join(f"{name!r}: ..." for name in (asked.arms if None not in asked.arms else asked.names))
            raise ModelError(f"{option}= has a size for each of {len(asked.names)} differences: {{{such}}}.")
        return np.array([finite_number(value, f"{option}= is a size")])
    known = asked.arms if None not in asked.arms else asked.names
    for name in value:
        if name not in (*known, *asked.names):
            raise ModelError(unknown(f"difference (for {option}=)", name, known))
    missing = [one for one, name in zip(known, asked.names, strict=True) if one not in value and name not in value]
    if missing:
        raise ModelError(f"{option}= says nothing of {shown_value(missing[0])}.")
    found = [value.get(one, value.get(name)) for one, name in zip(known, asked.names, strict=True)]
    return np.array([finite_number(one, f"{option}= is a size") for one in found])
