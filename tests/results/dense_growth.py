"""Textbook formulas with dense matrices, written without growthcurves' engine, and a simulated trial.

With V_i = Z_i G Z_i' + s I: beta = (sum X_i' V_i^-1 X_i)^-1 sum X_i' V_i^-1 y_i (Laird and Ware 1982),
u_i = G Z_i' V_i^-1 (y_i - X_i beta), and var(pi_hat - pi) by Henderson (1975). The variances at which they are
evaluated are those of the fit; that they are the optimum is tested by the numerical gradient of the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

ARMS = ("placebo", "low", "high")


def trial_panel() -> pd.DataFrame:
    """Three arms, age that predicts the slope, one to six occasions at own times, text ids, shuffled rows."""
    rng = np.random.default_rng(20240611)
    persons = 54
    rows = []
    for i in range(persons):
        arm, age = ARMS[i % 3], round(float(rng.normal(50, 8)), 1)
        u = rng.multivariate_normal([0, 0], [[9.0, 0.8], [0.8, 0.64]])
        slope = 1.0 + {"placebo": 0.0, "low": 0.6, "high": -1.4}[arm] + 0.05 * (age - 50) + u[1]
        count = 1 if i in (7, 23) else int(rng.integers(3, 7))
        for week in np.sort(rng.choice(np.arange(0, 9), count, replace=False)):
            score = 20 + 0.1 * age + u[0] + slope * week + rng.normal(0, 1.5)
            rows.append((f"p{i + 1}", float(week), arm, age, round(score, 3)))
    table = pd.DataFrame(rows, columns=["patient", "week", "arm", "age", "score"])
    return table.sample(frac=1, random_state=3).set_axis(np.arange(len(table)) * 2 + 11)


def trial_weights(arm: pd.Series, age: pd.Series) -> np.ndarray:
    """(n, 4): 1, low, high, age (the order of formulaic: categories before numbers is not assumed by the tests)."""
    return np.column_stack([np.ones(len(arm)), arm == "low", arm == "high", age.astype(float)])


TRIAL_TERMS = [f"{p}{t}" for p in ("intercept", "slope") for t in ("", ":arm[low]", ":arm[high]", ":age")]


@dataclass(frozen=True)
class Dense:
    """Data as matrices; G and s are where the formulas are evaluated; A holds (K, p) per person."""

    y: np.ndarray
    X: np.ndarray
    Z: np.ndarray
    ids: np.ndarray
    reml: bool
    G: np.ndarray
    s: float

    @cached_property
    def rows(self) -> dict:
        return {i: np.flatnonzero(self.ids == i) for i in np.unique(self.ids)}

    def sums(self, G, s):
        """X'V^-1 X, X'V^-1 y, y'V^-1 y, log|V|."""
        p = self.X.shape[1]
        A, b, c, logdet = np.zeros((p, p)), np.zeros(p), 0.0, 0.0
        for rows in self.rows.values():
            X, Z, y = self.X[rows], self.Z[rows], self.y[rows]
            V = Z @ G @ Z.T + s * np.eye(len(rows))
            W = np.linalg.solve(V, np.column_stack([X, y]))
            A, b, c = A + X.T @ W[:, :p], b + X.T @ W[:, p], c + y @ W[:, p]
            logdet += np.linalg.slogdet(V)[1]
        return A, b, c, logdet

    def m2ll(self, G, s) -> float:
        A, b, c, logdet = self.sums(G, s)
        n, p = self.X.shape
        if self.reml:
            logdet += np.linalg.slogdet(A)[1]
            n -= p
        return n * np.log(2 * np.pi) + logdet + c - b @ np.linalg.solve(A, b)

    def cov_beta_at(self, G, s) -> np.ndarray:
        return np.linalg.inv(self.sums(G, s)[0])

    @cached_property
    def cov_beta(self) -> np.ndarray:
        return self.cov_beta_at(self.G, self.s)

    @cached_property
    def beta(self) -> np.ndarray:
        A, b, _, _ = self.sums(self.G, self.s)
        return np.linalg.solve(A, b)

    def person(self, i):
        """EB effects of a person, their variance given y with beta known, and their derivative in beta."""
        rows = self.rows[i]
        X, Z = self.X[rows], self.Z[rows]
        B = self.G @ Z.T @ np.linalg.inv(Z @ self.G @ Z.T + self.s * np.eye(len(rows)))
        return B @ (self.y[rows] - X @ self.beta), self.G - B @ Z @ self.G, -B @ X

    # -------------------------------------------------------------- variance parameters (vech G, s)

    @cached_property
    def place(self):
        return np.tril_indices(len(self.G))

    @cached_property
    def parameters(self) -> np.ndarray:
        return np.append(self.G[self.place], self.s)

    def matrices(self, parameters):
        G = np.zeros_like(self.G)
        G[self.place] = parameters[:-1]
        return G + np.tril(G, -1).T, parameters[-1]

    def gradient(self, function, at, h):
        """Central differences of fourth order."""
        columns = []
        for k in range(len(at)):
            e = np.zeros(len(at))
            e[k] = h[k]
            wide, near = function(at + 2 * e) - function(at - 2 * e), function(at + e) - function(at - e)
            columns.append((8 * near - wide) / (12 * h[k]))
        return np.array(columns)

    @cached_property
    def steps(self) -> np.ndarray:
        d = np.sqrt(np.diag(self.G))
        return 2e-3 * np.append(np.outer(d, d)[self.place], self.s)

    def information(self) -> np.ndarray:
        """Covariance matrix of (vech G, s): twice the inverse Hessian of -2 log likelihood."""

        def criterion(x):
            return self.m2ll(*self.matrices(x))

        H = self.gradient(lambda x: self.gradient(criterion, x, self.steps), self.parameters, self.steps)
        return 2 * np.linalg.inv((H + H.T) / 2)

    def delta(self, function, covariance) -> float:
        """SE of function(beta, G, s); estimates of beta and of the variances are taken as uncorrelated."""
        g = self.gradient(lambda x: function(self.beta, *self.matrices(x)), self.parameters, self.steps / 10)
        errors = np.sqrt(np.diag(self.cov_beta))
        b = self.gradient(lambda x: function(x, self.G, self.s), self.beta, errors / 100)
        return float(np.sqrt(g @ covariance @ g + b @ self.cov_beta @ b))

    def satterthwaite(self, row, covariance) -> float:
        """2 f^2 / (g' A g) for f = l' V l (Giesbrecht and Burns 1985)."""
        f = row @ self.cov_beta @ row
        g = self.gradient(lambda x: row @ self.cov_beta_at(*self.matrices(x)) @ row, self.parameters, self.steps)
        return float(2 * f**2 / (g @ covariance @ g))


def trial_formulas(trial: pd.DataFrame, fit) -> Dense:
    """X in the order of TRIAL_TERMS; G and s are the fit's."""
    W = trial_weights(trial["arm"], trial["age"])
    t = trial["week"].to_numpy()
    return Dense(
        trial["score"].to_numpy(),
        np.column_stack([W, W * t[:, None]]),
        np.column_stack([np.ones(len(t)), t]),
        trial["patient"].to_numpy(),
        fit.method == "reml",
        fit.cov_re.loc[["intercept", "slope"], ["intercept", "slope"]].to_numpy(),
        fit.scale,
    )


def sleep_formulas(sleep: pd.DataFrame, fit) -> Dense:
    X = np.column_stack([np.ones(len(sleep)), sleep["day"]])
    G = fit.cov_re.to_numpy()
    return Dense(sleep["reaction"].to_numpy(), X, X, sleep["subject"].to_numpy(), fit.method == "reml", G, fit.scale)
