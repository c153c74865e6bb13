"""Persons whose occasions and predictors are known and whose outcomes are not: what sites' sums say of persons."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from growthcurves.engine.sums.crossing import Crossing
from growthcurves.engine.sums.moments import Moments, PersonMoments
from growthcurves.errors import NotAvailableError
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class WithoutOutcomes(PersonMoments):
    """Persons' cross-products without those of outcomes, which are missing numbers.

    Attributes
    ----------
    why : (str, str)
        The sentence of the error where outcomes of single persons are needed.
    """

    why: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, people: PersonMoments, why: tuple[str, str]) -> WithoutOutcomes:
        """The same persons; what their outcomes came to is not taken along."""
        gram = people.gram.copy()
        gram[people.pairs[-1]] = float("nan")
        values = {item.name: getattr(people, item.name) for item in fields(people)}
        return cls(**{**values, "gram": gram, "labels": None, "why": why})

    def _refuse(self) -> Any:
        raise NotAvailableError(*self.why)

    def cross_products(self) -> Array:
        """Z'[X y] of each person is not known."""
        found: Array = self._refuse()
        return found

    def moments(self, crossing: Crossing | None = None) -> Moments:
        """What outcomes of all persons come to is in the sums, and not to be made of persons."""
        found: Moments = self._refuse()
        return found
