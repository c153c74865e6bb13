"""The likelihood ratio test of two nested models, by the distribution that their difference has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import Pair
from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.bounds import MOST_DRAWS, whole_number
from growthcurves.numerics.distributions import chi_square_tail
from growthcurves.numerics.seeds import seed_of
from growthcurves.output.styles import p_equals
from growthcurves.results.intervals.draws import in_batches
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.printing import number, p_text

METHODS = ("auto", "exact", "bootstrap")
DRAWS = {"auto": 10_000, "exact": 10_000, "bootstrap": 1000}
#: A replicate's ratio within this of the observed one is equal to it.
EQUAL = 1e-7


@dataclass(frozen=True)
class Tail:
    """A p-value with the distribution that it is from.

    Attributes
    ----------
    p_value : float
        NaN where the distribution is not known; `why_not` says why.
    distribution : str
    error : float
        Monte Carlo standard error; 0 for a closed form.
    draws : int
    notes : tuple of str
    """

    p_value: float
    distribution: str
    error: float = 0.0
    draws: int = 0
    why_not: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class LikelihoodRatio(Answer):
    """A likelihood ratio test.

    Attributes
    ----------
    table : DataFrame
        One row: statistic, parameters (that the larger model has more), p_value, p_naive, mc_error, distribution.
    title : str
    notes : tuple of str
    """

    title: str
    notes: tuple[str, ...] = field(default=())

    @property
    def statistic(self) -> float:
        """Twice the difference of the log likelihoods."""
        return float(self.table["statistic"].iloc[0])

    @property
    def p_value(self) -> float:
        """By the distribution that the situation has."""
        return float(self.table["p_value"].iloc[0])

    @property
    def p_naive(self) -> float:
        """By a chi-square with all parameters, as if no variance were at its boundary."""
        return float(self.table["p_naive"].iloc[0])

    def __str__(self) -> str:
        title, *lines = self._blocks()
        return "\n".join([title, *(f"  {line}" for line in lines)])

    def _blocks(self) -> tuple[str, ...]:
        row = self.table.iloc[0]
        error = f", Monte Carlo error {row['mc_error']:.2g}" if row["mc_error"] > 0 else ""
        more = f"{row['parameters']} more parameter{'s' if row['parameters'] > 1 else ''}"
        lines = [
            f"Likelihood ratio test: {self.title}",
            f"LR = {number(row['statistic'])}, {more}",
            f"{p_equals(p_text(row['p_value']))} ({row['distribution']}{error})",
        ]
        if row["p_naive"] != row["p_value"]:
            lines.append(f"{p_equals(p_text(row['p_naive']))} naively (chi-square {row['parameters']})")
        return (*lines, *self.notes)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "title": self.title, "notes": list(self.notes)}


def ratio_test(pair: Pair, title: str, method: str, n: int | None, rng: Any) -> LikelihoodRatio:
    """Test a pair by a method.

    Raises
    ------
    ModelError
        For an unknown method, one that does not apply to the pair, or draws that are asked for where none are made.
    """
    tail, seed = tail_of(pair, method, n, rng)
    row = [pair.ratio, pair.free, tail.p_value, naive(pair), tail.error, tail.distribution, title]
    columns = ["statistic", "parameters", "p_value", "p_naive", "mc_error", "distribution", "label"]
    notes = (*tail.notes, *([f"No p-value: {tail.why_not}."] if tail.why_not else []))
    if tail.draws:
        notes = (f"{tail.draws:,} draws, rng={seed}", *notes)
    return LikelihoodRatio(pd.DataFrame([row], columns=columns), title, notes)


def naive(pair: Pair) -> float:
    """The p-value of a chi-square with all parameters, as if no variance were at its boundary."""
    return chi_square_tail(pair.ratio, pair.free)


def tail_of(pair: Pair, method: str, n: int | None, rng: Any) -> tuple[Tail, int]:
    """The tail beyond the observed ratio, and the seed of its draws."""
    if not among(method, METHODS):
        raise ModelError(unknown("method of a likelihood ratio test", method, METHODS))
    draws = DRAWS[method] if n is None else n
    whole_number(draws, "n= is the number of draws", 1, MOST_DRAWS)
    seed = seed_of(rng)
    if method == "exact":
        return exact(pair, draws, seed), seed
    if method == "bootstrap":
        return bootstrap(pair, draws, seed), seed
    return large_sample(pair, draws, seed), seed


def large_sample(pair: Pair, draws: int, seed: int) -> Tail:
    """The asymptotic distribution: a chi-square, a mixture of two, or the projection on the tangent cone."""
    reason = _why_not(pair)
    if reason:
        return Tail(float("nan"), "not known", why_not=reason)
    known = closed_form(pair)
    if known is not None:
        return known
    if pair.sampled is None or not pair.sampled.projects:
        return Tail(float("nan"), "not known", why_not=pair.large.why_not("mixtures"))
    shares = pair.sampled.squared_shares(draws, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.where(shares > 0, pair.ratio / shares, np.inf if pair.ratio > 0 else 0.0)
    tails = chi_square_tails(beyond, pair.free)
    error = float(tails.std() / np.sqrt(draws))
    words = f"projection of a normal on the tangent cone, {pair.boundaries} variances at the boundary, by simulation"
    return Tail(float(tails.mean()), words, error, draws)


def closed_form(pair: Pair) -> Tail | None:
    """Chi-square, or with one variance at its boundary half and half of two of them (Stram and Lee 1994)."""
    d, ratio = pair.free, pair.ratio
    if pair.boundaries > 1 or _why_not(pair):
        return None
    if not pair.boundaries:
        return Tail(chi_square_tail(ratio, d), f"chi-square {d}")
    mixed = 0.5 * (chi_square_tail(ratio, d - 1) + chi_square_tail(ratio, d))
    return Tail(mixed, f"half chi-square {d - 1}, half chi-square {d}")


def _why_not(pair: Pair) -> str:
    """Why the large-sample distribution is not known; empty where it is."""
    if not pair.random:
        return ""
    if not (pair.small.verdict.identified and pair.large.verdict.identified):
        return "the design cannot tell the variances of these models apart"
    if pair.small.verdict.singular:
        return (
            "the smaller model has a variance of zero itself, where the distribution of the ratio is another one; "
            "use method='bootstrap'"
        )
    return ""


def exact(pair: Pair, draws: int, seed: int) -> Tail:
    """The finite-sample distribution for one variance (Crainiceanu and Ruppert 2004)."""
    sampled = pair.mixed()
    if pair.fixed or pair.random != 1 or pair.boundaries != 1:
        raise ModelError(
            "The exact distribution is known for one variance that is uncorrelated with the others and for the same "
            "fixed effects; use method='bootstrap'."
        )
    found = sampled.one_variance(draws, seed)
    kind = "restricted likelihood ratio" if pair.large.frame.reml else "likelihood ratio"
    if found.alone:
        return _counted(found.ratios, pair.ratio, f"exact {kind} by its spectral representation")
    words = f"{kind} by the spectral representation without the other variances"
    note = "Approximate with other variances in the model (Greven, Crainiceanu, Kuechenhoff and Peters 2008)."
    return _counted(found.ratios, pair.ratio, words, (note,))


def bootstrap(pair: Pair, draws: int, seed: int) -> Tail:
    """Replicates drawn from the smaller model and fitted by both (Davison and Hinkley 1997, section 4.2.3)."""
    drawings = pair.mixed().drawings(seed)
    large, small = (in_batches(drawing, draws, "bootstrap") for drawing in drawings)
    shift = (pair.small.comparable - pair.small.deviance) - (pair.large.comparable - pair.large.deviance)
    good = large.converged & small.converged
    ratios = np.maximum(small.deviance - large.deviance + shift, 0.0)[good]
    lost = draws - int(good.sum())
    notes = (f"{lost:,} replicates did not converge and are left out",) if lost else ()
    return _counted(ratios, pair.ratio, "parametric bootstrap from the smaller model", notes)


def _counted(ratios: np.ndarray, observed: float, words: str, notes: tuple[str, ...] = ()) -> Tail:
    """(1 + number of draws not below the observed) / (1 + number of draws)."""
    n = len(ratios)
    p = float((1 + (ratios >= observed - EQUAL).sum()) / (1 + n))
    return Tail(p, words, float(np.sqrt(p * (1.0 - p) / max(n, 1))), n, notes=notes)


def chi_square_tails(x: np.ndarray, df: int) -> np.ndarray:
    """Probabilities that a chi-square with df degrees of freedom exceeds each x."""
    from scipy.special import chdtrc

    return np.asarray(chdtrc(df, x))
