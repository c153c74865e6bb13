"""Units above persons: growth of their average persons, empirical Bayes effects, and ranks with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import PersonState
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.factors import triangular_root
from growthcurves.numerics.seeds import seed_of
from growthcurves.results.persons.people import ordered
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.tables.units import unit_sizes

#: Draws of all units together that ranks are taken of, and how many are held at once.
DRAWS, AT_ONCE = 4_000, 200


@dataclass(frozen=True, eq=False)
class Level:
    """The units of a level above persons.

    Attributes
    ----------
    fit : FittedModel
    place : int
        1 for the first level above persons.
    state : PersonState
        The random effects of the units, then those of the units above them (of crossed units their own alone).
    """

    fit: FittedModel
    place: int
    state: PersonState

    @property
    def unit(self) -> str:
        """The column of the units."""
        return list(self.fit.model.above)[self.place - 1]

    @property
    def names(self) -> list[str]:
        """The units' own random effects."""
        part = self.fit.recipe.random
        return [part.own_names[name] for name in part.names if part.unit_of[name] == self.unit]

    @property
    def columns(self) -> np.ndarray:
        """Where the random effects of `state` stand among all of a path."""
        units = list(self.fit.recipe.random.unit_of.values())
        first = units.index(self.unit)
        return np.arange(first, first + len(self.state.effects))

    @property
    def labels(self) -> np.ndarray:
        """Who the units are."""
        if self.fit.bound.crossed:
            return self.fit.bound.crossed[self.place - 1][1]
        return np.asarray(self.fit.sums.people.nesting.labels[self.place - 1])

    @property
    def told(self) -> np.ndarray:
        """Who the units are in words that tell them apart: "B (Lincoln)" where a name is used again in units above."""
        labels = self.labels
        if self.fit.bound.crossed or len(np.unique(labels)) == len(labels):
            return labels
        nesting = self.fit.sums.people.nesting
        above = _level(self.fit, self.place + 1).told[nesting.parents(self.place - 1)]
        return np.array([f"{one} ({other})" for one, other in zip(labels, above, strict=True)], dtype=object)

    @property
    def persons(self) -> np.ndarray:
        """The unit of each person, (N,)."""
        return np.asarray(self.fit.sums.people.nesting.units[self.place - 1])


def units(fit: FittedModel, unit: str | None = None, level: float = 0.95, rng: Any = 1) -> pd.DataFrame:
    """One row per unit of a level above persons; see `GrowthFit.units`."""
    found, level = level_of(fit, unit), checked_level(level)
    columns = counts(found)
    if not fit.bound.crossed:
        columns = _above(found) | columns | _growth(found)
    columns |= _effects(found)
    if not fit.bound.crossed:
        columns |= _ranks(fit, found, level, rng)
    return ordered(pd.DataFrame(columns, index=pd.Index(found.labels, name=found.unit)))


def units_table(fit: FittedModel, unit: str) -> pd.DataFrame:
    """Counts and effects of the units, without ranks, which cost draws."""
    found = level_of(fit, unit)
    return ordered(pd.DataFrame(counts(found) | _effects(found), index=pd.Index(found.told, name=found.unit)))


def level_of(fit: FittedModel, unit: str | None) -> Level:
    """The units of a column, the only one where none is named.

    Raises
    ------
    ModelError
        For a column whose units are no level of the model, with those that are.
    """
    known = list(fit.model.above)
    if not known:
        raise ModelError("The model has no units above persons: levels={'school': ('intercept',)} gives it some.")
    if unit is None and len(known) > 1:
        raise ModelError(f"The model has several levels above persons: name one of {', '.join(map(repr, known))}.")
    unit = known[0] if unit is None else unit
    if not among(unit, known):
        raise ModelError(unknown("level above persons", unit, known))
    return _level(fit, known.index(unit) + 1)


def _level(fit: FittedModel, place: int) -> Level:
    """The units of a level by its place, 1 the first above persons."""
    estimates: Any = fit.estimates  # of a model with units above persons
    return Level(fit, place, estimates.units(place))


def counts(found: Level) -> dict[str, np.ndarray]:
    """How many persons have rows in each unit, and how many rows."""
    fit = found.fit
    if fit.bound.crossed:
        rows = np.bincount(fit.bound.crossed[found.place - 1][0])
    else:
        rows = np.bincount(found.persons, weights=fit.panel.persons.sizes, minlength=len(found.labels))
    return {"persons": unit_sizes(fit)[found.place - 1].astype(int), "rows": rows.astype(int)}


def _above(found: Level) -> dict[str, np.ndarray]:
    """The units above that units lie in."""
    nesting, names = found.fit.sums.people.nesting, list(found.fit.model.above)
    columns: dict[str, np.ndarray] = {}
    codes = np.arange(len(found.labels))
    for level in range(found.place, len(names)):
        codes = nesting.parents(level - 1)[codes]
        columns[names[level]] = np.asarray(nesting.labels[level])[codes]
    return columns


def _growth(found: Level) -> dict[str, np.ndarray]:
    """Growth parameters of a unit's average person: at the mean of its persons' predictors, with its effects."""
    fit = found.fit
    columns: dict[str, np.ndarray] = {}
    for k, name in enumerate(fit.model.parameters):
        moves = _mean(found, fit.effects[fit.kinds.codes, k, :].T)[found.columns]
        rows = _mean(found, fit.growth_design[k])
        value = fit.estimates.beta @ rows + np.einsum("qj,qj->j", moves, found.state.effects)
        variance = prediction_variance(fit, rows, found.state, moves)
        columns |= {f"eb_{name}": _withheld(fit, value), f"eb_{name}_se": _withheld(fit, np.sqrt(variance))}
    return columns


def _mean(found: Level, values: np.ndarray) -> np.ndarray:
    """Means (a, J) of values of persons (a, N) over the persons of each unit, as these count."""
    count, shares = len(found.labels), found.fit.person_shares
    sums = np.array([np.bincount(found.persons, weights=row * shares, minlength=count) for row in values])
    return np.asarray(sums / np.bincount(found.persons, weights=shares, minlength=count))


def _effects(found: Level) -> dict[str, np.ndarray]:
    """The units' own effects with their standard errors of prediction."""
    fit = found.fit
    columns: dict[str, np.ndarray] = {}
    nothing = np.zeros((len(fit.terms), len(found.labels)))
    for a, name in enumerate(found.names):
        moves = np.zeros_like(found.state.effects)
        moves[a] = 1.0
        error = np.sqrt(prediction_variance(fit, nothing, found.state, moves))
        columns[f"effect_{name}"] = _withheld(fit, found.state.effects[a])
        columns[f"effect_{name}_se"] = _withheld(fit, error)
    return columns


def prediction_variance(fit: FittedModel, rows: np.ndarray, state: PersonState, moves: np.ndarray) -> np.ndarray:
    """Prediction error variance (J,) of rows (p, J) of beta and moves (q, J) of random effects (Henderson 1975)."""
    moved = rows + np.einsum("qj,qpj->pj", moves, state.slope)
    known = np.einsum("pj,pr,rj->j", moved, fit.estimates.cov_beta, moved)
    return known + np.einsum("aj,abj,bj->j", moves, state.spread, moves)


def _withheld(fit: FittedModel, values: np.ndarray) -> np.ndarray:
    """Values that need the variances, NaN where the design cannot tell these apart."""
    return values if fit.identified else np.full(values.shape, np.nan)


# ------------------------------------------------ ranks


def _ranks(fit: FittedModel, found: Level, level: float, rng: Any) -> dict[str, np.ndarray]:
    """Expected ranks of the units' effects, 1 the highest, with the ends that hold them with this probability."""
    count = len(found.labels)
    varying = [a for a in range(len(found.names)) if np.ptp(found.state.effects[a]) > 0] if fit.identified else []
    ranks = _drawn_ranks(fit, found, varying, np.random.default_rng(seed_of(rng))) if varying else {}
    columns: dict[str, np.ndarray] = {}
    for a, name in enumerate(found.names):
        drawn = ranks.get(a, np.full((1, count), np.nan))
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
        columns |= {f"rank_{name}": drawn.mean(axis=0), f"rank_{name}_low": low, f"rank_{name}_high": high}
    return columns


def _drawn_ranks(
    fit: FittedModel, found: Level, varying: list[int], source: np.random.Generator
) -> dict[int, np.ndarray]:
    """Ranks (draws, J) of all units in draws of fixed and random effects given the outcomes."""
    levels = [found, *(_level(fit, place) for place in range(found.place + 1, len(fit.model.above) + 1))]
    pieces: dict[int, list[np.ndarray]] = {a: [] for a in varying}
    for _ in range(0, DRAWS, AT_ONCE):
        effects = _draw(levels, source)
        for a in varying:
            ranks = np.empty(effects[a].shape, dtype=np.int32)
            places = np.arange(1, ranks.shape[1] + 1, dtype=np.int32)
            np.put_along_axis(ranks, np.argsort(-effects[a], axis=1), places[None], axis=1)
            pieces[a].append(ranks)
    return {a: np.concatenate(found) for a, found in pieces.items()}


def _draw(levels: list[Level], source: np.random.Generator) -> np.ndarray:
    """Effects (q, draws, J) of the first of these levels: those of the highest first, then each given those above.

    Given the fixed effects and the effects of the unit above, units that lie in it are independent (docs/engine.md, 9).
    """
    fit = levels[0].fit
    beta = source.standard_normal((AT_ONCE, len(fit.terms))) @ triangular_root(fit.estimates.cov_beta).T
    nesting = fit.sums.people.nesting
    above = np.zeros((0, AT_ONCE, 1))
    for found in reversed(levels):
        state, own = found.state, len(found.names)
        top = found.place == len(fit.model.above)
        parents = np.zeros(len(found.labels), dtype=int) if top else nesting.parents(found.place - 1)
        mean = state.effects[:, None, :] + np.tensordot(state.slope, beta, (1, 1)).transpose(0, 2, 1)
        S = state.spread.transpose(2, 0, 1)
        weights = S[:, :own, own:] @ np.linalg.pinv(S[:, own:, own:], hermitian=True)
        left = S[:, :own, :own] - weights @ S[:, own:, :own]
        here = above[:, :, parents]
        noise = source.standard_normal((own, AT_ONCE, len(found.labels)))
        root = triangular_root(left, np.einsum("jaa->ja", S[:, :own, :own]))
        values = mean[:own] + _each(weights, here - mean[own:]) + _each(root, noise)
        above = np.concatenate([values, here])
    return above[: len(levels[0].names)]


def _each(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A matrix of each unit (J, a, b) times its draws (b, draws, J), (a, draws, J)."""
    out = np.zeros((left.shape[1], *right.shape[1:]))
    for a, b in np.ndindex(left.shape[1:]):
        out[a] += left[:, a, b] * right[b]
    return out
