"""Do persons differ in a growth parameter: the fit against itself without random effects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from growthcurves.data.unit_words import differing
from growthcurves.engine.estimates import Pair
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.random import crosses
from growthcurves.results.compare.ratio import LikelihoodRatio, ratio_test


def without_random(fit: FittedModel, names: Iterable[str]) -> Pair:
    """The fit and the same model without some random effects, from the cross-products alone."""
    left = set(names)
    kept = [place for place, name in enumerate(fit.random_names) if name not in left]
    return fit.estimates.without_random(kept)


def test_variance(fit: FittedModel, names: tuple[str, ...], method: str, n: int | None, rng: Any) -> LikelihoodRatio:
    """Test that some random effects do not vary between persons; see `GrowthFit.test_variance`."""
    if not names:
        raise ModelError(f"Name the random effects to test: {', '.join(fit.random_names)}.")
    for name in names:
        if not among(name, fit.random_names):
            raise ModelError(unknown("random effect", name, fit.random_names))
    by = "REML" if fit.method == "reml" else "ML"
    units, own = fit.recipe.random.unit_of, fit.recipe.random.own_names
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(units[name], []).append(own[name])
    whom = " and ".join(f"between {_units(fit, unit)} in {', '.join(those)}" for unit, those in found.items())
    title = f"no variance {whom} ({by})"
    return ratio_test(without_random(fit, names), title, method, n, rng)


def _units(fit: FittedModel, unit: str) -> str:
    """Persons as they are called in a title, or the units above them."""
    above = fit.model.above
    return fit.vocabulary.said(differing(unit, above, crosses(above)))


test_variance.__test__ = False  # type: ignore[attr-defined]
