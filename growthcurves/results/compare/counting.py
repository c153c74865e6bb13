"""Information criteria as lme4, nlme and SAS count rows, persons and parameters, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.data.markup import Block
from growthcurves.fitted import FittedModel
from growthcurves.model.covariance import residual_of
from growthcurves.model.outcomes import is_computed, likelihood_of
from growthcurves.results.tables.answer import Answer, text_table

COUNTED = {
    "lme4": "all parameters; n the rows, by REML too. fit.aic, fit.aicc and fit.bic are these.",
    "nlme": "all parameters; n the rows, by REML less the fixed effects.",
    "SAS": (
        "all parameters by ML, by REML covariance parameters alone; those on their boundary do not count. AICC has n "
        "the rows, by REML less the fixed effects; BIC the persons."
    ),
}


class Counting(NamedTuple):
    """What a program counts: parameters, and n of AICc and of BIC."""

    parameters: int
    n_aicc: int
    n_bic: int


@dataclass(frozen=True, eq=False, repr=False)
class CriteriaTable(Answer):
    """AIC, AICc and BIC by the counting of each program.

    Attributes
    ----------
    table : DataFrame
        One row per program: program, deviance, parameters, n_aicc, n_bic, aic, aicc, bic, and what it counts.
    method : {"reml", "ml"}
    scale : str
        The outcome whose likelihood it is, where that is computed, as ``"log(bdi)"``.
    """

    method: str
    scale: str = ""

    def __str__(self) -> str:
        shown = self._numbers.to_string(index=False, float_format=lambda value: f"{value:.2f}")
        return "\n".join([self._title(), shown, *self._notes()])

    def _blocks(self) -> tuple[Block, ...]:
        return (self._title(), text_table(self._numbers), *self._notes())

    @property
    def _numbers(self) -> pd.DataFrame:
        """What is printed as a table: how it is counted stands below."""
        return self.table.drop(columns=["counts", "label"])

    def _title(self) -> str:
        return f"Information criteria{f' of {self.scale}' if self.scale else ''} ({self.method.upper()})"

    def _notes(self) -> list[str]:
        return [f"{program}: {text}" for program, text in zip(self.table["program"], self.table["counts"], strict=True)]

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        return [("", self._numbers)]

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "method": self.method}


def criteria_table(fit: FittedModel) -> CriteriaTable:
    """AIC, AICc and BIC as lme4, nlme and SAS count, in one table.

    AIC = d + 2 k, AICc = d + 2 k n / (n - k - 1), BIC = d + k log(n), with the deviance d = -2 log (restricted)
    likelihood (Akaike 1973; Hurvich and Tsai 1989; Schwarz 1978). Programs differ in k and n:

    - **lme4** (`logLik` and `nobs` of its help): k all parameters, n the rows, by REML as by ML.
    - **nlme** (Pinheiro and Bates 2000, section 2.4.1): n by REML is the rows less the fixed effects.
    - **SAS** PROC MIXED (SAS/STAT User's Guide, "The MIXED Procedure", information criteria): k by REML is the number
      of covariance parameters that are not on their boundary, by ML with the fixed effects; n of AICC is the rows, by
      REML less the fixed effects, and k + 2 at least; n of BIC is the number of persons.

    The two R packages print no AICc; theirs is by their own n. Criteria by REML compare only fits of the same fixed
    effects.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.criteria().table[["program", "parameters", "n_bic", "aic", "bic"]].round(2)
      program  parameters  n_bic      aic      bic
    0    lme4           6    180  1755.63  1774.79
    1    nlme           6    178  1755.63  1774.72
    2     SAS           4     18  1751.63  1755.19
    """
    deviance = fit.estimates.deviance + fit.jacobian
    rows = [[program, deviance, *one, *_criteria(deviance, one)] for program, one in _counted(fit).items()]
    columns = ["program", "deviance", *Counting._fields, "aic", "aicc", "bic"]
    table = pd.DataFrame(rows, columns=columns)
    said = fit.vocabulary.said
    labels = [f"criteria as {program} counts" for program in table["program"]]
    table = table.assign(counts=[said(COUNTED[program]) for program in table["program"]], label=labels)
    return CriteriaTable(table, fit.method, likelihood_of(fit.model) if is_computed(fit.model) else "")


def _counted(fit: FittedModel) -> dict[str, Counting]:
    k, n, p = fit.parameter_count, fit.sums.rows, len(fit.terms)
    left = n - p if fit.method == "reml" else n
    inside = fit.estimates.free - _on_boundary(fit) + (p if fit.method == "ml" else 0)
    return {
        "lme4": Counting(k, n, n),
        "nlme": Counting(k, left, left),
        "SAS": Counting(inside, max(left, inside + 2), left if _one_subject(fit) else fit.sums.persons),
    }


def _one_subject(fit: FittedModel) -> bool:
    """Whether all rows are independent, so that SAS has no effect of subjects, by RANDOM or REPEATED."""
    return not fit.random_names and isinstance(residual_of(fit.model.residual), Independent)


def _on_boundary(fit: FittedModel) -> int:
    """Covariance parameters that a matrix of lower rank has less: (s - r)(s - r + 1) / 2 of each block of size s.

    None where G and the residual are not told apart: parameters are then those of their sum.
    """
    if not fit.identified:
        return 0
    null, lost = fit.estimates.verdict.null, 0
    for block in fit.estimates.frame.partition:
        missing = int(np.linalg.matrix_rank(null[list(block)])) if null.size else 0
        lost += missing * (missing + 1) // 2
    return lost


def _criteria(deviance: float, counted: Counting) -> tuple[float, float, float]:
    k, n = counted.parameters, counted.n_aicc
    small = 2.0 * k * n / (n - k - 1) if n > k + 1 else float("nan")
    return deviance + 2.0 * k, deviance + small, deviance + k * float(np.log(counted.n_bic))
