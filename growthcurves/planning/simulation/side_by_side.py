"""Simulated studies of normal outcomes, drawn as sums of kinds of persons and fitted side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.estimates import Kinds, NormalOutcomes, planned_fits, planned_tail
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array
from growthcurves.planning.design import Design
from growthcurves.planning.simulation.from_rows import RowOutcomes
from growthcurves.planning.simulation.groups import groups_of
from growthcurves.planning.simulation.progress import batches
from growthcurves.planning.simulation.replicated import Replicated, p_of_f, p_of_t
from growthcurves.planning.simulation.setting import Setting
from growthcurves.planning.simulation.truths import Truths
from growthcurves.results.ddf.satterthwaite import fai_cornelius

#: Numbers that the studies fitted at once may hold, and their most.
CHUNK_NUMBERS, MOST_AT_ONCE = 1 << 21, 500


@dataclass(frozen=True, eq=False)
class SideBySide:
    """The planned analysis of independent residuals without units above persons.

    Attributes
    ----------
    setting : Setting
    truths : Truths
        What the studies are drawn from.
    seed : int
    """

    setting: Setting
    truths: Truths
    seed: int

    @property
    def design(self) -> Design:
        """The design."""
        return self.setting.design

    @cached_property
    def kinds(self) -> Kinds:
        """Kinds of persons, and the problem that studies of them are."""
        design, study = self.design, self.setting.study
        X, Z, _ = design.arrays_of_kinds
        expected = study.persons * np.array([kind.share for kind in design.persons.kinds])
        scale = float(np.sqrt(np.mean([np.diag(V).mean() for V in self.truths.covariances(0)])))
        return Kinds(X, Z, design.recipe.random.positions, expected, self.setting.beta(), scale)

    def source(self, setting: Setting, truths: Truths) -> Any:
        """What draws outcomes about the expected ones."""
        seed = np.random.SeedSequence(self.seed)
        if setting.method.normal and not setting.study.depends:
            return NormalOutcomes(self.kinds, truths.all_covariances(), groups_of(setting.design), seed)
        return RowOutcomes(self.kinds, setting, truths, seed)

    @cached_property
    def _told(self) -> bool:
        """Whether the design tells variances between persons and of residuals apart."""
        return bool(self.kinds.identified)

    def run(self) -> Replicated:
        """All studies.

        Raises
        ------
        NotEstimableError
            For a test of variances that the design cannot tell apart.
        """
        if self.setting.smaller is not None:
            if not self._told:
                raise NotEstimableError(
                    "The planned visits cannot tell variances between persons and of residuals apart",
                    "plan one more visit",
                )
            return self._with_ratios()
        return Replicated.joined(list(self._fitted(self.source(self.setting, self.truths))))

    # ------------------------------------------------ tests of fixed effects

    def _fitted(self, source: Any) -> Iterator[Replicated]:
        for first, last in batches(self.setting.method.n, min(self._at_once, source.most)):
            drawn = source.next(last - first)
            fits, known = planned_fits(self.kinds, drawn, self.setting.question.L, self.setting.adjusted)
            yield self._record(first, fits, known)

    @property
    def _at_once(self) -> int:
        width, K = self.kinds.problem.p + 1, len(self.kinds.lengths)
        return int(np.clip(CHUNK_NUMBERS // (K * self.kinds.problem.q**2 * width**2 + 1), 1, MOST_AT_ONCE))

    def _record(self, first: int, fits: Any, known: Any) -> Replicated:
        (n, p), spread = fits.beta.shape, known.spread
        own = slice(first, first + n)
        base = self.kinds.beta
        away = fits.beta - base
        variances = Variances.of(self.design, fits, known, self.setting.method.level)
        if not self._told:
            variances = variances.withheld()
        truth = np.column_stack([self.truths.beta(own, n), self.truths.of(variances.names, own, n)])
        beta = truth[:, :p] + away
        errors = np.sqrt(np.maximum(np.einsum("zii->zi", spread), 0.0))
        half = _quantile(known.df[:, :p], self.setting) * errors
        p_values, null, df = self._tested(own, away, spread, known.df[:, p:])
        return Replicated(
            (*self.design.terms, *variances.names),
            truth,
            np.column_stack([beta, variances.estimates]),
            np.column_stack([errors, variances.errors]),
            np.column_stack([beta - half, variances.low]),
            np.column_stack([beta + half, variances.high]),
            beta @ self.setting.question.L.T,
            df,
            p_values,
            null,
            fits.singular,
            fits.converged,
        )

    def _tested(self, own: slice, away: Array, spread: Array, df: Array) -> tuple[Array, Array, Array]:
        """p-values with the effect and without it, and degrees of freedom."""
        L, test = self.setting.question.L, self.setting.test
        n = len(away)
        if not len(L):
            return np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
        sizes, apart = self.truths.sizes(own, n), away @ L.T
        V = L @ spread @ L.T
        if len(L) == 1:
            error, df = np.sqrt(V[:, 0, 0]), self._df(df[:, 0])
            side = float(np.sign(sizes[0, 0]) or 1.0)
            found = (p_of_t((apart + shift)[:, 0] / error, df, test, side) for shift in (sizes, 0.0))
            return (*found, df)  # type: ignore[return-value]
        df = self._df(np.array([fai_cornelius(row) for row in df]))
        squares = [np.full(n, np.nan), np.full(n, np.nan)]
        able = np.isfinite(V).all(axis=(1, 2))
        for place, shift in enumerate((sizes, np.zeros_like(sizes))):
            at = (apart + shift)[able]
            squares[place][able] = np.einsum("zk,zk->z", at, np.linalg.solve(V[able], at[..., None])[..., 0])
        return (*(p_of_f(square / len(L), len(L), df) for square in squares), df)  # type: ignore[return-value]

    def _df(self, df: Array) -> Array:
        fixed = self.setting.between
        return df if fixed is None else np.full(len(df), fixed)

    # ------------------------------------------------ tests of variances

    def _with_ratios(self) -> Replicated:
        """The same with likelihood ratios against the smaller model, and again where that is true."""
        setting = self.setting
        whole = Replicated.joined(list(self._fitted(self.source(setting, self.truths))))
        p_values = self._ratios(self.source(setting, self.truths))
        null = setting.without()
        p_null = self._ratios(self.source(null, self.truths.without(null)))
        place = whole.names.index(setting.question.names[0])
        return Replicated(**{**vars(whole), "p_values": p_values, "null": p_null,
                             "tested": whole.estimates[:, [place]]})  # fmt: skip

    def _ratios(self, source: Any) -> Array:
        smaller = self.setting.smaller
        assert smaller is not None
        found = []
        for first, last in batches(self.setting.method.n, min(self._at_once, source.most)):
            found.append(planned_tail(self.kinds, source.next(last - first), smaller.kept, smaller.blocks))
        return np.concatenate(found)


def _quantile(df: Array, setting: Setting) -> Array:
    """Of t, at the level of the intervals."""
    from scipy.special import stdtrit

    if setting.between is not None:
        df = np.full_like(df, setting.between)
    p = 0.5 + setting.method.level / 2.0
    return np.asarray(stdtrit(np.where(np.isinf(df), 1e12, df), p))


@dataclass(frozen=True, eq=False)
class Variances:
    """SDs, correlations and the residual SD of n studies with Wald intervals on the log and atanh scales, (n, P)."""

    names: tuple[str, ...]
    estimates: Array
    errors: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, design: Design, fits: Any, known: Any, level: float) -> Variances:
        """From fits side by side with their uncertainty."""
        from scipy.special import ndtri

        z = float(ndtri(0.5 + level / 2.0))
        part, place = design.recipe.random, {pair: i for i, pair in enumerate(known.entries)}
        inside = ~_on_boundary(fits.D, part.positions)
        columns = []
        for block, here in zip(part.positions, inside.T, strict=True):
            for i, a in enumerate(block):
                columns.append((f"sd:{part.names[a]}", *_sd(known, place[a, a], here, z)))
                for b in block[:i]:
                    name = f"cor:{part.names[b]},{part.names[a]}"
                    columns.append((name, *_correlation(known, place[a, a], place[b, b], place[a, b], here, z)))
        columns.append(("sd:residual", *_sd(known, len(place), np.ones(len(fits), dtype=bool), z)))
        columns.sort(key=lambda column: (column[0] == "sd:residual", column[0].startswith("cor:")))
        names, *arrays = zip(*columns, strict=True)
        return cls(tuple(names), *(np.column_stack(part) for part in arrays))

    def withheld(self) -> Variances:
        """The same where the design does not tell them apart: nothing is known of them."""
        none = np.full_like(self.estimates, np.nan)
        return Variances(self.names, none, none, none, none)


def _on_boundary(D: Array, blocks: tuple[tuple[int, ...], ...]) -> Array:
    """Whether the covariance matrix of each block is estimated without its rank, (n, blocks)."""
    out = np.zeros((len(D), len(blocks)), dtype=bool)
    able = np.isfinite(D).all(axis=(1, 2))
    for column, block in enumerate(blocks):
        values = np.linalg.eigvalsh(D[able][:, list(block)][:, :, list(block)])
        out[able, column] = values[:, 0] <= 1e-9 * np.maximum(1.0, values.sum(axis=1))
    return out


def _sd(known: Any, j: int, inside: Array, z: float) -> tuple[Array, Array, Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.sqrt(np.maximum(known.variances[:, j], 0.0))
        error = np.where(inside, np.sqrt(known.covariance[:, j, j]) / (2.0 * sd), np.nan)
        half = np.where(error <= sd, z * error / sd, np.nan)
        return sd, error, sd * np.exp(-half), sd * np.exp(half)


def _correlation(known: Any, a: int, b: int, ab: int, inside: Array, z: float) -> tuple[Array, Array, Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        va, vb, c = (known.variances[:, j] for j in (a, b, ab))
        r = c / np.sqrt(va * vb)
        g = np.stack([-r / (2.0 * va), -r / (2.0 * vb), 1.0 / np.sqrt(va * vb)], axis=1)
        V = known.covariance[:, [a, b, ab]][:, :, [a, b, ab]]
        error = np.where(inside, np.sqrt(np.einsum("zi,zij,zj->z", g, V, g)), np.nan)
        half = z * error / (1.0 - r * r)
        middle = np.arctanh(np.clip(r, -1.0, 1.0))
        return np.where(np.isfinite(r), r, np.nan), error, np.tanh(middle - half), np.tanh(middle + half)
