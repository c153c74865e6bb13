"""Estimates of persons whose outcomes are not known one by one: what needs them is refused, all else is as it was."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from growthcurves.engine.sums.whole import Sums
from growthcurves.engine.sums.without_outcomes import WithoutOutcomes
from growthcurves.errors import NotAvailableError


class SummedEstimates:
    """Estimates from sums over persons.

    Parameters
    ----------
    estimates : Estimates
        Of any persons with these sums.
    why : (str, str)
        Why single persons are not known, and what to do: the error where they are needed.
    """

    def __init__(self, estimates: Any, why: tuple[str, str]) -> None:
        self.whole, self.why = estimates, why

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.whole, name)

    @cached_property
    def sums(self) -> Sums:
        """The sums, of persons without outcomes."""
        sums: Sums = self.whole.sums
        return replace(sums, by_person=partial(_people, sums, self.why), known=None)

    def by_method(self, reml: bool) -> SummedEstimates:
        """Those of the same sums by the other method."""
        return SummedEstimates(self.whole.by_method(reml), self.why)

    def by_ml(self) -> SummedEstimates:
        """Those by full maximum likelihood."""
        return SummedEstimates(self.whole.by_ml(), self.why)

    def _refuse(self) -> Any:
        raise NotAvailableError(*self.why)

    @property
    def state(self) -> Any:
        """Nobody's random effects are known."""
        return self._refuse()

    @property
    def own_effects(self) -> Any:
        """As `state`."""
        return self._refuse()

    def sandwich(self, kind: str, L: Any) -> Any:
        """Scores of single persons are not known."""
        return self._refuse()

    def leaving_out(self, rows: Any, places: Any) -> Any:
        """No row can be left out."""
        return self._refuse()

    def drawing(self, kind: str, seed: int, level: int | None = None) -> Any:
        """Replicates that are drawn from the model; no case can be drawn or left out."""
        return self.whole.drawing(kind, seed, level) if kind == "parametric" else self._refuse()


def _people(sums: Sums, why: tuple[str, str]) -> tuple[Any, Any]:
    """Persons without outcomes, and the sums by schedule."""
    return WithoutOutcomes.of(sums.people, why), sums.moments
