"""Expected information of a planned study: sums over persons of X'V^-1 X, and what tests need beside it.

With W = [X, Z_1, ..., Z_L] of a person, V its covariance matrix and V_i its derivatives in the variance parameters,

    M = W'V^-1 W,   E_i = W'V^-1 V_i V^-1 W,   F_ij = W'V^-1 V_i V^-1 V_j V^-1 W,   t_ij = tr(V^-1 V_i V^-1 V_j)

add up over persons. A unit with random effects Z ~ N(0, G) has V + Z G Z' in the place of V, and the same four are
again algebra of the sums of those that it holds (Woodbury). Fixed effects are such effects of infinite variance: the
last step of all gives the expected restricted information of the variance parameters (Harville 1977).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: Share of a column's information that is left beside the others, below which it follows from them.
FOLLOWS = 1e-10


@dataclass(frozen=True, eq=False)
class Whitened:
    """One person in coordinates in which V is one: L^-1 W, and L^-1 V_i L^-T for V = L L'."""

    W: Array
    inside: Array

    @classmethod
    def of(cls, W: Array, Z: Array, G: Array, R: Array, derivatives: Sequence[tuple[bool, Array]]) -> Whitened:
        """From W (n, w), V = Z G Z' + R, and derivatives: of R itself (n, n), or of G, which are said to be (q, q).

        V is never made: in coordinates of R and of the columns of Z it is one beside a block of their size, so that
        nothing cancels where residuals are small.
        """
        root = np.linalg.cholesky(R)
        Q, T = np.linalg.qr(np.linalg.solve(root, Z), mode="complete")
        r = min(Z.shape)
        block = np.linalg.cholesky(np.eye(r) + T[:r] @ G @ T[:r].T)

        def half(A: Array) -> Array:
            turned = Q.T @ np.linalg.solve(root, A)
            turned[:r] = np.linalg.solve(block, turned[:r])
            return turned

        own, inside = np.linalg.solve(block, T[:r]), np.zeros((len(derivatives), len(R), len(R)))
        for place, (of_effects, one) in enumerate(derivatives):
            if of_effects:
                inside[place, :r, :r] = own @ one @ own.T
            else:
                inside[place] = half(half(one).T)
        return cls(half(W), inside)

    def traced(self, Phi: Array) -> Array:
        """tr(Phi F_ij) of all pairs of parameters, (m, m), for Phi (p, p) of the first columns of W."""
        X = self.W[:, : len(Phi)]
        return products((X @ Phi @ X.T) @ self.inside, self.inside)

    def linked(self, W: Array, p: int) -> Array:
        """The sum of W_ij F_ij over pairs of parameters, (p, p), for W (m, m) and the first p columns."""
        X, mixed = self.W[:, :p], np.tensordot(W, self.inside, 1)
        return X.T @ (self.inside @ mixed).sum(axis=0) @ X

    def sums(self, of_units: bool) -> Sums:
        """The sums of one such person; F only where units above persons will need it."""
        W, inside, m = self.W, self.inside, len(self.inside)
        E = W.T @ inside @ W
        F = W.T @ (inside[:, None] @ inside[None, :]) @ W if of_units else np.zeros((m, m, 0, 0))
        return Sums(W.T @ W, E, F, products(inside, inside))


def products(one: Array, other: Array) -> Array:
    """tr(A_i B_j) of all pairs of matrices (m, n, n), (m, m)."""
    size = one.shape[1] * one.shape[2]
    return one.reshape(len(one), size) @ np.swapaxes(other, 1, 2).reshape(len(other), size).T


@dataclass(frozen=True, eq=False)
class Sums:
    """The four sums; arrays (w, w), (m, w, w), (m, m, w, w) and (m, m) for m variance parameters, or m = 0."""

    M: Array
    E: Array
    F: Array
    t: Array

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.M + other.M, self.E + other.E, self.F + other.F, self.t + other.t)

    def times(self, count: float) -> Sums:
        """Those of so many alike."""
        return Sums(count * self.M, count * self.E, count * self.F, count * self.t)

    def within_unit(self, z: Array, G: Array, directions: Array) -> Sums:
        """The sums of a unit with random effects of its own, from those of all that it holds.

        Parameters
        ----------
        z : array of int
            Places of its columns Z in W.
        G : (q, q) array
        directions : (m, q, q) array
            Derivatives of G; zero for parameters of others.
        """
        M, E, F = self.M, self.E, self.F
        H = np.linalg.solve(np.eye(len(z)) + G @ M[np.ix_(z, z)], G)
        T = np.eye(len(M))
        T[z] -= H @ M[z]
        M1 = M @ T
        E1 = T.T @ E @ T
        F1 = T.T @ (F - (E[:, :, z] @ H)[:, None] @ E[:, z][None, :]) @ T
        Ez, inner = E[:, z][:, :, z], F[:, :, z][:, :, :, z]
        one = np.einsum("ab,ijba->ij", H, inner)
        t1 = self.t - one - one.T + np.einsum("ab,ibc,cd,jda->ij", H, Ez, H, Ez)
        return Sums(M1, E1, F1, t1)._with_directions(z, directions)

    def _with_directions(self, z: Array, dG: Array) -> Sums:
        """The same with the derivatives Z dG Z' of V along its own parameters."""
        M, E = self.M, self.E
        left, right, middle = M[:, z], M[z], M[np.ix_(z, z)]
        own = left @ dG @ right
        mixed = (E[:, :, z])[:, None] @ dG[None, :] @ right  # V_i of others, then dG_a
        both = left @ (dG[:, None] @ middle @ dG[None, :]) @ right
        crossed = np.einsum("aqr,irq->ia", dG, E[:, z][:, :, z])
        t = np.einsum("aqr,rs,bst,tq->ab", dG, middle, dG, middle)
        F = self.F + both + mixed + np.swapaxes(np.swapaxes(mixed, 0, 1), 2, 3)
        return Sums(M, E + own, F, self.t + t + crossed + crossed.T)


@dataclass(frozen=True, eq=False)
class Information:
    """What a whole study is expected to tell of p fixed effects, which stand first in the sums.

    Attributes
    ----------
    sums : Sums
    p : int
    traced : (m, m) array or None
        The sum of tr(Phi F_ij), where the sums do not have F.
    linked : callable or None
        From W (m, m) the sum of W_ij F_ij, where the sums do not have F.
    """

    sums: Sums
    p: int
    traced: Array | None = None
    linked: Callable[[Array], Array] | None = None

    @cached_property
    def size(self) -> Array:
        """By what columns of X are scaled so that their information is one."""
        diagonal = np.diag(self.sums.M)[: self.p]
        return np.where(diagonal > 0, np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)

    @cached_property
    def _values(self) -> tuple[Array, Array]:
        scaled = self.sums.M[: self.p, : self.p] / np.outer(self.size, self.size)
        return np.linalg.eigh((scaled + scaled.T) / 2.0)

    def refuse_undivided(self, L: Array, terms: tuple[str, ...]) -> None:
        """Refuse rows that the study does not tell.

        Raises
        ------
        NotEstimableError
        """
        values, vectors = self._values
        lost = vectors[:, values <= FOLLOWS * values.max()]
        for row in L / self.size:
            inside = lost @ (lost.T @ row)
            if np.linalg.norm(inside) > 1e-6 * np.linalg.norm(row):
                named = [term for term, weight in zip(terms, inside, strict=True) if abs(weight) > 1e-6]
                *others, last = named
                which = f"{', '.join(others)} and {last} apart" if others else last
                raise NotEstimableError(
                    f"The planned study does not tell {which}",
                    "plan more visits or other persons, or leave a term out",
                )

    @cached_property
    def covariance(self) -> Array:
        """(X'V^-1 X)^-1 of the fixed effects that are told, (p, p)."""
        values, vectors = self._values
        kept = values > FOLLOWS * values.max()
        half = vectors[:, kept] / np.sqrt(values[kept])
        return (half @ half.T) / np.outer(self.size, self.size)

    @cached_property
    def _expected(self) -> tuple[Array, Array]:
        """Expected restricted information of the variance parameters, in units in which its diagonal is one."""
        p, Phi = self.p, self.covariance
        E, one = self.sums.E[:, :p, :p], self.traced
        if one is None:
            one = np.einsum("ab,ijba->ij", Phi, self.sums.F[:, :, :p, :p])
        info = (self.sums.t - one - one.T + products(Phi @ E, Phi @ E)) / 2.0
        diagonal = np.diag(info)
        unit = np.where(diagonal > 0, np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)
        return info / np.outer(unit, unit), unit

    @cached_property
    def variances(self) -> Array:
        """W, the covariance matrix that estimates of the variance parameters will have, (m, m).

        Parameters that the study does not tell apart move X' V^-1 X together or not at all, and count as one.
        """
        if not len(self.sums.t):
            return np.zeros((0, 0))
        info, unit = self._expected
        values, vectors = np.linalg.eigh(info)
        kept = values > 1e-9 * max(values.max(), 1e-300)
        half = vectors[:, kept] / np.sqrt(values[kept])
        return (half @ half.T) / np.outer(unit, unit)

    def df(self, L: Array) -> Array:
        """Satterthwaite's degrees of freedom of each row (k, p), by expected information."""
        half = L @ self.covariance
        slopes = np.einsum("ka,iab,kb->ki", half, self.sums.E[:, : self.p, : self.p], half)
        spread = np.einsum("ki,ij,kj->k", slopes, self.variances, slopes)
        own = np.einsum("ka,ka->k", half, L)
        with np.errstate(divide="ignore"):
            return np.where(spread > 0, 2.0 * own**2 / spread, np.inf)

    @cached_property
    def inflation(self) -> Array:
        """What estimating the variances adds to the covariance of the fixed effects, (p, p).

        Lambda = Phi {sum W_ij (Q_ij - P_i Phi P_j)} Phi of Kackar and Harville (1984), with Q_ij = F_ij and P_i = -E_i.
        """
        p, Phi, W = self.p, self.covariance, self.variances
        if not len(W):
            return np.zeros((p, p))
        Q = np.tensordot(W, self.sums.F[:, :, :p, :p]) if self.linked is None else self.linked(W)
        E = self.sums.E[:, :p, :p]
        through = np.tensordot(E @ Phi, np.tensordot(W, E, 1), ((0, 2), (0, 1)))
        found = Phi @ (Q - through) @ Phi
        return (found + found.T) / 2.0

    def moments(self, L: Array) -> tuple[float, float]:
        """A1 and A2 of Kenward and Roger (1997), from which the scale and the df of F for rows L together follow."""
        Phi, W = self.covariance, self.variances
        Theta = L.T @ np.linalg.solve(L @ Phi @ L.T, L)
        along = Theta @ Phi @ self.sums.E[:, : self.p, : self.p] @ Phi
        trace = np.einsum("iaa->i", along)
        return float(trace @ W @ trace), float((W * products(along, along)).sum())
