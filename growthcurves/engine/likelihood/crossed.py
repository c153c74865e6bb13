"""Persons and crossed units: persons are eliminated one by one, all other units together.

With W the columns of all units beside persons, K_i = Z_i'W and M_i, Q_i, P_i, U_i of a person as always,

    S = W'W - sum K_i'M_i K_i,  R = W'[X y] - sum K_i'M_i C_i,  M = D (I + S D)^-1,  H_i = Q_i K_i,

so that P_ij = delta P_i - H_i M H_j', P_iw = H_i (I - M S), P_ww = S - S M S (docs/engine.md, section 9.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.linalg import block_diag
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.sparse import csr_matrix

from growthcurves.engine.likelihood.blocks import Blocks, standard_products
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.pairs import AT_ONCE, Pairs, corrected
from growthcurves.engine.likelihood.with_units import WithUnits, common_columns
from growthcurves.engine.sums.crossing import Crossing
from growthcurves.engine.sums.moments import Moments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.component import identity, pairs, times
from growthcurves.numerics.factors import shrinkage, square_root


@dataclass(frozen=True, eq=False)
class Met:
    """Persons and the units that they meet, component first.

    Attributes
    ----------
    G, C : (r, r, N), (r, p + 1, N) arrays
        Z_i'Z_i and Z_i'[X_i y_i] in the common columns.
    K : tuple of r (N, m) sparse matrices
        Z_i'W, a row of every K_i each; all with entries at the same places.
    S, R : (m, m), (m, p + 1) arrays
        W'W and W'[X y].
    sizes : tuple of (int, int)
        Units and columns of each factor.
    """

    G: Array
    C: Array
    K: tuple[csr_matrix, ...]
    S: Array
    R: Array
    sizes: tuple[tuple[int, int], ...]

    @property
    def places(self) -> list[slice]:
        """Where the columns of each factor lie among all."""
        ends = np.cumsum([0, *(units * columns for units, columns in self.sizes)])
        return [slice(first, last) for first, last in zip(ends[:-1], ends[1:], strict=True)]

    def turned(self, rows: Array, roots: list[Array]) -> Array:
        """Rows (k, m) times the block-diagonal matrix of a factor's roots, one for each of its units."""
        out = np.empty_like(rows)
        for place, (units, q), root in zip(self.places, self.sizes, roots, strict=True):
            if q == 1:
                np.multiply(rows[:, place], root[0, 0], out=out[:, place])
            else:
                out[:, place] = (rows[:, place].reshape(len(rows), units, q) @ root).reshape(len(rows), units * q)
        return out

    def weighted(self, weights: Array) -> list[csr_matrix]:
        """Rows of A_i K_i for matrices A (r, r, N)."""
        owner = np.repeat(np.arange(self.K[0].shape[0]), np.diff(self.K[0].indptr))
        data = [one.data for one in self.K]
        made = (sum(row[b, owner] * data[b] for b in range(len(data))) for row in weights)
        return [csr_matrix((one, self.K[0].indices, self.K[0].indptr), self.K[0].shape) for one in made]


class Eliminated(NamedTuple):
    """All units at relative covariances: what the value needs, and what is left for pairs.

    `explained` is (p + 1, p + 1). Of persons `P` (r, r, N), `U` (r, p + 1, N) and the r rows `H` (N, m) of every H_i;
    of the m columns of all other units `S` (m, m), `R` (m, p + 1) and `M` (m, m).
    """

    log_det: float
    explained: Array
    P: Array
    U: Array
    H: list[csr_matrix]
    S: Array
    R: Array
    M: Array

    @property
    def taken_scores(self) -> Array:
        """What units take of U, H_i M R of every person, (r, p + 1, N)."""
        return np.stack([one @ (self.M @ self.R) for one in self.H]).transpose(0, 2, 1)


def eliminated(met: Met, D: list[Array]) -> Eliminated:
    """Evaluate persons, then all units beside them together."""
    _, M = shrinkage(met.G, D[0])
    Q = identity(len(met.G)) - times(met.G, M)
    taken = met.weighted(M)
    S, R = met.S.copy(), met.R.copy()
    for a, (K, MK) in enumerate(zip(met.K, taken, strict=True)):
        S -= (K.T @ MK).toarray()
        R -= MK.T @ met.C[a].T
    roots = [square_root(own) for own in D[1:]]
    inner = met.turned(met.turned(S, roots).T, roots)
    inner[np.diag_indices_from(inner)] += 1.0
    factor, failed = dpotrf(inner, lower=1, overwrite_a=1, clean=1)
    if failed:
        raise np.linalg.LinAlgError("the units' covariance matrix is beyond all numbers")
    log_det = 2.0 * float(np.log(np.diag(factor)).sum())
    lower = np.tril(dpotri(factor, lower=1, overwrite_c=1)[0])
    whole = lower + np.tril(lower, -1).T
    back = [root.T for root in roots]
    M = met.turned(met.turned(whole, back).T, back)
    return Eliminated(log_det, R.T @ M @ R, times(Q, met.G), times(Q, met.C), met.weighted(Q), S, R, M)


@dataclass(frozen=True, eq=False)
class CrossedBlocks(WithUnits):
    """Persons whose rows lie in units that cross each other.

    Attributes
    ----------
    met : Met
    """

    met: Met

    @property
    def width(self) -> int:
        return self.met.C.shape[1]

    @property
    def fewest(self) -> int:
        return min(units for units, _ in self.met.sizes)

    @property
    def outward(self) -> tuple[Array, ...]:
        return self.into[0], *(np.eye(columns) for _, columns in self.met.sizes)

    def common(self, D: Array) -> list[Array]:
        persons, *others = self.places
        return [self.into[0] @ D[persons, persons] @ self.into[0].T, *(D[place, place] for place in others)]

    def _climbed(self, levels: list[Array]) -> Eliminated:
        return eliminated(self.met, levels)

    def _paired(self, levels: list[Array], climbed: Eliminated) -> Pairs:
        return paired(self.met, climbed)

    def transformed(self, into_z: Array, into_xy: Array) -> Blocks:
        """The same units in columns Z @ into_z (each of one level) and [X y] @ into_xy; persons if alone."""
        turns = self.by_level(into_z)
        kept = [level for level, turn in enumerate(turns) if not level or turn.shape[1]]
        into = tuple(self.into[level] @ turns[level] for level in kept)
        sizes = tuple((self.met.sizes[level - 1][0], turns[level].shape[1]) for level in kept[1:])
        if not sizes:
            return self.persons[0].transformed(into[0], into_xy)
        of_units = zip(self.met.sizes, turns[1:], strict=True)
        whole = block_diag(*(np.kron(np.eye(units), turn) for (units, _), turn in of_units))
        met = replace(
            self.met,
            C=np.einsum("ain,ij->ajn", self.met.C, into_xy),
            K=_at_the_same_places(self.met.K, whole),
            S=whole.T @ self.met.S @ whole,
            R=whole.T @ self.met.R @ into_xy,
            sizes=sizes,
        )
        persons = tuple(block.transformed(np.eye(len(self.met.G)), into_xy) for block in self.persons)
        return CrossedBlocks(persons, into, self.columns, met)


def _at_the_same_places(K: tuple[csr_matrix, ...], whole: Array) -> tuple[csr_matrix, ...]:
    """K @ whole, zeros among the entries kept, so that all have entries at the same places."""
    into = csr_matrix(whole)
    there = csr_matrix((np.ones_like(K[0].data), K[0].indices, K[0].indptr), K[0].shape) @ (into != 0)
    place = there.nonzero()
    return tuple(csr_matrix((np.asarray((one @ into)[place]).ravel(), place), there.shape) for one in K)


def paired(met: Met, at: Eliminated) -> Pairs:
    """Sums over units and pairs of units."""
    out, r, H = Pairs(), len(met.G), at.H
    B = {(a, b): (H[a].T @ H[b]).toarray() for a in range(r) for b in range(a, r)}
    B |= {(b, a): part.T for (a, b), part in B.items()}
    scores = at.taken_scores
    whole = at.U - scores
    taken = own_parts(H, at.M)
    out.add("p", 0, -taken.sum(axis=-1))
    across = pairs(at.U, scores)
    out.add("uu", 0, pairs(scores, scores) - across - across.transpose(2, 3, 0, 1))
    both = pairs(at.P, taken)
    nothing = not at.M.any()  # before anything varies, at the start of a search
    MB = {key: np.zeros_like(part) if nothing else at.M @ part for key, part in B.items()}
    turned = {key: np.ascontiguousarray(part.T) for key, part in MB.items()}
    met_twice = np.empty((r, r, r, r))
    for b, c, d, a in np.ndindex(met_twice.shape):
        met_twice[b, c, d, a] = np.vdot(turned[c, d], MB[a, b])
    out.add("pp", (0, 0), met_twice - both - both.transpose(2, 3, 0, 1))
    flat = whole.reshape(r * whole.shape[1], -1).T
    Y = np.stack([(one.T @ flat).reshape(-1, *whole.shape[:2]) for one in H], axis=1)  # (m, b, a, i)
    size = Y.shape[0]
    through = (at.M @ Y.reshape(size, -1)).reshape(Y.shape)
    found = corrected(at.P, at.U, scores, np.ones(at.U.shape[2]))
    out.add("pu", (0, 0), found - np.einsum("mbai,mcdj->bcdjai", through, Y, optimize=True))
    left = B if nothing else {key: B[key] - at.S @ MB[key] for key in B}  # N'B, N = I - M S
    _units(out, met, at, left, Y)
    return out


def _units(out: Pairs, met: Met, at: Eliminated, left: dict[tuple[int, int], Array], Y: Array) -> None:
    """What units beside persons add, alone and with persons."""
    r = len(met.G)
    nothing = not at.M.any()
    N = np.zeros_like(at.S) if nothing else -(at.M @ at.S)
    N[np.diag_indices_from(N)] += 1.0
    P, U = at.S if nothing else at.S @ N, N.T @ at.R
    NY = (N.T @ Y.reshape(len(Y), -1)).reshape(Y.shape)
    for k, (place, (units, q)) in enumerate(zip(met.places, met.sizes, strict=True), start=1):
        own = U[place].reshape(units, q, -1)
        out.add("p", k, np.einsum("ubuc->bc", P[place, place].reshape(units, q, units, q)))
        out.add("uu", k, np.einsum("uai,ubj->aibj", own, own))
        for m in range(k, len(met.sizes) + 1):
            there, (others, s) = met.places[m - 1], met.sizes[m - 1]
            block = P[place, there].reshape(units, q, others, s)
            theirs = U[there].reshape(others, s, -1)
            out.add("pp", (k, m), np.einsum("ubvc,uavd->bcda", block, block, optimize=True))
            out.add("pu", (k, m), np.einsum("ubvc,vdj,uai->bcdjai", block, theirs, own, optimize=True))
        crossing = np.empty((r, q, q, r))
        mine = N[:, place].T.reshape(units, q, -1)
        for (a, b), part in left.items():  # sum over persons and units of (H N)[b, c] (H N)[a, d]
            crossing[b, :, :, a] = np.einsum("udm,ucm->cd", part[place].reshape(units, q, -1), mine, optimize=True)
        out.add("pp", (0, k), crossing)
        scores = NY[place].reshape(units, q, *Y.shape[1:])
        out.add("pu", (0, k), np.einsum("ucbai,udj->bcdjai", scores, own, optimize=True))


def own_parts(H: list[csr_matrix], M: Array) -> Array:
    """H_i M H_i' of every person, (r, r, N)."""
    r, n = len(H), H[0].shape[0]
    out = np.empty((r, r, n))
    step = max(1, AT_ONCE // max(M.shape[0], 1))
    for first in range(0, n, step):
        here = slice(first, first + step)
        for a in range(r):
            through = H[a][here] @ M
            for b in range(r):
                out[a, b, here] = np.asarray(H[b][here].multiply(through).sum(axis=1)).ravel()
    return out


def crossed_blocks(moments: Moments, crossing: Crossing, into_z: Array, into_xy: Array) -> CrossedBlocks:
    """The criterion's part of persons and crossed units.

    Parameters
    ----------
    moments : Moments
        With persons one by one.
    crossing : Crossing
    into_z, into_xy : arrays
        Standard columns of Z, of all levels, and of [X y] = closed centred columns @ into.
    """
    assert moments.own is not None
    common, into = common_columns(moments, into_z)
    G, C = standard_products(moments.own, common, into_xy)
    own = [into_z[:, place] for place in list(moments.terms.places.values())[1:]]
    sizes = tuple((count, one.shape[1]) for count, one in zip(crossing.counts, own, strict=True))
    met = Met(G, C, *_columns(crossing, common, own, into_xy, sizes, G.shape[2]), sizes)
    return CrossedBlocks((OwnBlocks(moments.own, common, into_xy),), tuple(into), common, met)


def _columns(
    crossing: Crossing,
    common: Array,
    own: list[Array],
    into_xy: Array,
    sizes: tuple[tuple[int, int], ...],
    persons: int,
) -> tuple[tuple[csr_matrix, ...], Array, Array]:
    """K, W'W and W'[X y] of units in their standard columns."""
    firsts = np.cumsum([0, *(units * q for units, q in sizes)])
    S, R = np.zeros((firsts[-1], firsts[-1])), np.zeros((firsts[-1], into_xy.shape[1]))
    rows, columns, data = [], [], []
    for (f, g), cell in crossing.shared.items():
        q = sizes[g - 1][1]
        there = firsts[g - 1] + cell.second[:, None] * q + np.arange(q)
        if f == 0:
            rows.append(np.repeat(cell.first, q))
            columns.append(there.ravel())
            made = common.T @ cell.G @ own[g - 1]  # (c, r, q)
            data.append(made.transpose(1, 0, 2).reshape(common.shape[1], -1))
            continue
        here = firsts[f - 1] + cell.first[:, None] * sizes[f - 1][1] + np.arange(sizes[f - 1][1])
        made = own[f - 1].T @ cell.G @ own[g - 1]
        S[here[:, :, None], there[:, None, :]] = made
        S[there[:, :, None], here[:, None, :]] = made.swapaxes(1, 2)
    for f, (G, C) in enumerate(zip(crossing.G, crossing.C, strict=True)):
        units, q = sizes[f]
        place = firsts[f] + np.arange(units)[:, None] * q + np.arange(q)
        S[place[:, :, None], place[:, None, :]] = own[f].T @ G @ own[f]
        R[place.ravel()] = (own[f].T @ C @ into_xy).reshape(units * q, -1)
    shape = (persons, int(firsts[-1]))
    place = np.concatenate(rows), np.concatenate(columns)
    K = tuple(csr_matrix((values, place), shape) for values in np.concatenate(data, axis=1))
    return K, S, R
