"""Kenward and Roger's textbook formulas with dense matrices (1997)."""

from __future__ import annotations

import numpy as np


class KenwardRoger:
    """The formulas of 1997 for persons (X_i, V_i, [V_1i, ..., V_mi]); `W` is expected unless given."""

    def __init__(self, persons, W=None, reml=True):
        m, p = len(persons[0][2]), persons[0][0].shape[1]
        self.P, self.Q = np.zeros((m, p, p)), np.zeros((m, m, p, p))
        A, trace = np.zeros((p, p)), np.zeros((m, m))
        for X, V, Vr in persons:
            inv = np.linalg.inv(V)
            A += X.T @ inv @ X
            T = [inv @ v for v in Vr]
            for r in range(m):
                self.P[r] -= X.T @ T[r] @ inv @ X
                for s in range(m):
                    self.Q[r, s] += X.T @ T[r] @ T[s] @ inv @ X
                    trace[r, s] += np.trace(T[r] @ T[s])
        self.Phi = np.linalg.inv(A)
        if reml:
            PP = np.einsum("ij,rjk,kl,slm->rsim", self.Phi, self.P, self.Phi, self.P)
            trace += -2 * np.einsum("ij,rsji->rs", self.Phi, self.Q) + np.einsum("rsii->rs", PP)
        self.W = 2 * np.linalg.inv(trace) if W is None else W

    def covariance(self):
        inner = self.Q - np.einsum("rij,jk,skl->rsil", self.P, self.Phi, self.P)
        return self.Phi + 2 * self.Phi @ np.einsum("rs,rsij->ij", self.W, inner) @ self.Phi

    def traces(self, L):
        theta = L.T @ np.linalg.solve(L @ self.Phi @ L.T, L)
        M = theta @ self.Phi @ self.P @ self.Phi
        A1 = np.einsum("rs,rii,sjj->", self.W, M, M)
        A2 = np.einsum("rs,rij,sji->", self.W, M, M)
        return A1, A2

    def test(self, L, beta):
        q = len(L)
        A1, A2 = self.traces(L)
        B = (A1 + 6 * A2) / (2 * q)
        g = ((q + 1) * A1 - (q + 4) * A2) / ((q + 2) * A2)
        d = 3 * q + 2 * (1 - g)
        E = 1 / (1 - A2 / q)
        V = 2 / q * (1 + g / d * B) / ((1 - (q - g) / d * B) ** 2 * (1 - (q + 2 - g) / d * B))
        m = 4 + (q + 2) / (q * V / (2 * E**2) - 1)
        F = (L @ beta) @ np.linalg.solve(L @ self.covariance() @ L.T, L @ beta) / q
        return m / (E * (m - 2)) * F, m
