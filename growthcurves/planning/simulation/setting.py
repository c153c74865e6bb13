"""A study with what is assumed of it, what is tested and how, ready to be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.numerics.arrays import Array
from growthcurves.planning.asked import Asked
from growthcurves.planning.assumed import assumed
from growthcurves.planning.chance import PlannedTest, between_df
from growthcurves.planning.design import Design
from growthcurves.planning.question import Question, effects, is_of_variances, question
from growthcurves.planning.simulation.family import planned_family, refuse_unmeant
from growthcurves.planning.simulation.hypothesis import Smaller, true_effects, variance_question
from growthcurves.planning.simulation.method import Simulation
from growthcurves.planning.study import Study


@dataclass(frozen=True, eq=False)
class Setting:
    """What is simulated.

    Attributes
    ----------
    design : Design
    question : Question
        Without rows where a variance or a correlation is tested.
    smaller : Smaller or None
        What a variance or a correlation is tested against.
    sizes : (k,) array
    test : PlannedTest
    method : Simulation
    intercept : float
    """

    design: Design
    question: Question
    smaller: Smaller | None
    sizes: Array
    test: PlannedTest
    method: Simulation
    intercept: float = 0.0

    @classmethod
    def of(cls, of: Asked, method: Simulation, zero: bool = False) -> Setting:
        """Read what is asked; `zero` allows that no effect is named.

        Raises
        ------
        ModelError, NotAvailableError
        """
        study, options, test, size = of.study, of.options, of.test, (of.effect, of.slowing)
        if study.open:
            raise ModelError(f"The study leaves {' and '.join(study.open)} open: give them, or ask gc.sample_size.")
        known = assumed(study, options)
        if known.design_effect is not None:
            raise ModelError("Groups of a design effect are not drawn: say what varies between them, with levels=.")
        planned_family(known)
        refuse_unmeant(known, options)
        design = Design.of(study, known, False, families=True)
        intercept = known.intercept or 0.0
        if is_of_variances(of.term):
            _refuse_size(size, of.term)
            asked, smaller = variance_question(design, of.term)
            return cls(design, asked, smaller, np.array([known.values.get(of.term, np.nan)]), test, method, intercept)
        asked = question(design, of.term, of.at, of.since)
        test = test if design.model.family is None else replace(test, method="normal")
        if test.ddf == "kenward-roger" and len(asked.L) > 1:
            raise NotAvailableError(
                "Several differences together are simulated with ddf='satterthwaite'; by Kenward and Roger one of them."
            )
        nothing = zero and size == (None, None)
        sizes = np.zeros(len(asked.L)) if nothing else effects(design, asked, *size, known.slope)
        return cls(design, asked, None, sizes, test, method, intercept)

    @property
    def study(self) -> Study:
        """The study."""
        return self.design.study

    def beta(self, sizes: Array | None = None, slope: float | None = None) -> Array:
        """The true fixed effects, with these sizes of what is tested."""
        slope = self.design.assumed.slope if slope is None else slope
        wanted = self.sizes if sizes is None else sizes
        return true_effects(self.design, self.question, wanted, self.intercept, slope or 0.0)

    @property
    def between(self) -> float | None:
        """Degrees of freedom that the test has by its design or by what was asked; None where fits tell them."""
        if self.test.method == "normal" or self.design.model.family is not None:
            return float("inf")
        if not isinstance(self.test.ddf, str):
            return float(self.test.ddf)
        if self.test.ddf == "between":
            return between_df(self.design, self.question, float(self.study.persons))
        return None

    @property
    def adjusted(self) -> bool:
        """Whether standard errors and degrees of freedom are Kenward and Roger's."""
        return self.test.ddf == "kenward-roger"

    def with_values(self, values: Mapping[str, float]) -> Setting:
        """The same with other values of some parameters."""
        known = self.design.assumed
        changed = replace(self.design, assumed=replace(known, values=known.values | dict(values)))
        return replace(self, design=changed)

    def without(self) -> Setting:
        """The same where the smaller model of a test of variances is true."""
        assert self.smaller is not None
        return self.with_values(dict.fromkeys(self.smaller.zero, 0.0))


def _refuse_size(size: tuple[Any, Any], term: str) -> None:
    if size != (None, None):
        raise ModelError(f"The size of {term} is what is assumed of it: leave effect= and slowing= out.")
