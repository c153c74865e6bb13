"""How a smaller model lies in a larger one of the same rows: its columns as combinations of theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.estimates import Pair
from growthcurves.fitted import FittedModel
from growthcurves.model.covariance import residual_of
from growthcurves.model.covariance.structure import Structure
from growthcurves.results.compare.probes import rows_in_common
from growthcurves.results.questions.design_rows import own_rows

#: A column whose mean square outside the span of others is below this fraction of its own lies in the span.
INSIDE = 1e-11


class NotNested(Exception):
    """Why a model is not a special case of another, in a sentence."""


def nesting(small: FittedModel, large: FittedModel) -> Pair:
    """The smaller model in the larger.

    Raises
    ------
    ModelError
        When the rows differ.
    NotNested
        When the smaller is no special case of the larger.
    """
    for name, several in (("offset", "offsets"), ("exposure", "exposures"), ("trials", "trials")):
        if getattr(small.model, name) != getattr(large.model, name):
            raise NotNested(f"their {several} differ")
    _require_families(small.model.family, large.model.family)
    _require_one_integral(small, large)
    _require_residuals(residual_of(small.model.residual), residual_of(large.model.residual))
    (X, Z), (large_X, large_Z) = _both(small, large)
    fixed, beyond = _combinations(X, large_X)
    if beyond.size:
        raise NotNested(f"the fixed effects of the smaller model ({', '.join(small.terms)}) are not among the larger's")
    into_z, others = _combinations_by_unit(small, large, Z, large_Z)
    if others:
        raise NotNested(f"the random effects of the smaller model ({', '.join(others)}) are not among the larger's")
    _require_blocks(small, large, into_z)
    return large.estimates.against(small.estimates, fixed, into_z)


def same_fixed_effects(first: FittedModel, second: FittedModel) -> bool:
    """Whether the fixed effects of both span the same, whatever their coding."""
    if len(first.terms) != len(second.terms):
        return False
    (X, _), (other, _) = _both(first, second)
    return not _combinations(X, other)[1].size


def _both(first: FittedModel, second: FittedModel) -> list[tuple[np.ndarray, np.ndarray]]:
    """Standard X and Z of both, row by row the same."""
    return [_standard(fit, order) for fit, order in rows_in_common(first, second)]


def _standard(fit: FittedModel, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of standard X and Z."""
    rows = own_rows(fit)
    return fit.estimates.standard_columns(rows.X[order]), fit.standard_rows(rows.Z[order])


def _combinations_by_unit(
    small: FittedModel, large: FittedModel, Z: np.ndarray, large_Z: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """The same of random effects, those of each unit by themselves; the names of those that are no combination."""
    mine, theirs = small.sums.terms.places, large.sums.terms.places
    into, beyond = np.zeros((large_Z.shape[1], Z.shape[1])), []
    for unit, here in mine.items():
        there = theirs.get(unit, slice(0, 0))
        into[there, here], out = _combinations(Z[:, here], large_Z[:, there])
        beyond += [small.random_names[here][a] for a in out]
    return into, beyond


def _combinations(columns: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (k, m) of columns (n, m) in columns (n, k), and which of them are no combination."""
    if not of.shape[1] or not columns.shape[1]:
        return np.zeros((of.shape[1], columns.shape[1])), np.arange(columns.shape[1])
    into = np.linalg.solve(of.T @ of, of.T @ columns)
    left = ((columns - of @ into) ** 2).sum(axis=0)
    return into, np.flatnonzero(left > INSIDE * (columns**2).sum(axis=0))


def _require_families(small: Any, large: Any) -> None:
    """The family of the smaller model must be that of the larger, or the one that it is without its dispersion."""
    if small is None or large is None or _kind(small) == _kind(large):
        return
    without = getattr(large, "without_dispersion", None)
    if without is None or _kind(without()) != _kind(small):
        raise NotNested(f"{family_text(small)} of the smaller model is no special case of {family_text(large)}")


def _require_one_integral(small: FittedModel, large: FittedModel) -> None:
    """Likelihoods whose integrals were taken otherwise, and that more points would change, have no ratio."""
    taken = [fit.certificate.quadrature for fit in (small, large)]
    if any(one is None or not one.effects for one in taken) or all(one.settled for one in taken):
        return
    if taken[0].points != taken[1].points:
        raise NotNested(f"the likelihood of the smaller is taken {taken[0].rule}, that of the larger {taken[1].rule}")


def _kind(family: Any) -> tuple[Any, ...]:
    """What family it is, wherever a search for its own parameters starts."""
    return type(family), *(getattr(family, name, None) for name in ("link", "variance", "categories"))


def family_text(family: Any) -> str:
    """A family by its name, with its option where it has one."""
    options = [option for option in _kind(family)[1:] if isinstance(option, str)]
    return family.name + (f" ({', '.join(options)})" if options else "")


def _require_residuals(small: Any, large: Any) -> None:
    """The residual structure of the smaller model must be a special case of the larger's, inside its range."""
    if type(small) is type(large) and small == large or not isinstance(large, Structure | Independent):
        return  # of a structure of somebody's own it is not known
    held = isinstance(large, Structure) and small.name in large.contains | {large.name}
    inside = held and _same_options(small, large)
    groups = getattr(small, "by", None)
    if not inside or groups not in (None, getattr(large, "by", None)):
        raise NotNested(
            f"residual={small.name!r} of the smaller model is no special case of {large.name!r} inside its range"
        )


def _same_options(small: Any, large: Any) -> bool:
    """Whether structures are of the same levels, and none lies where the other's nugget ends."""
    (of, nugget), (other_of, other) = ((getattr(one, "of", None), getattr(one, "nugget", 0)) for one in (small, large))
    return (of, nugget) == (other_of, other) if small.name == large.name else of is None


def _require_blocks(small: FittedModel, large: FittedModel, into_z: np.ndarray) -> None:
    """Each block of the smaller model must lie in blocks of the larger that nobody has together.

    Covariances are zero between blocks; between those of different groups of persons there are none.
    """
    size, part = np.abs(into_z).max(initial=0.0), large.recipe.random
    for names, block in zip(small.recipe.random.blocks, small.recipe.random.positions, strict=True):
        rows = [np.abs(into_z[np.ix_(other, block)]).max(initial=0.0) for other in part.positions]
        touched = [other for other, value in zip(part.positions, rows, strict=True) if value > 1e-6 * size]
        if len(touched) > 1 and _somebody_has_two(large, touched):
            raise NotNested(f"the larger model holds covariances at zero that the smaller has ({', '.join(names)})")


def _somebody_has_two(fit: FittedModel, blocks: list[tuple[int, ...]]) -> bool:
    """Whether some person has random effects of more than one of these blocks."""
    Z, codes = own_rows(fit).Z, fit.panel.persons.codes
    has = [np.bincount(codes, np.abs(Z[:, list(block)]).sum(axis=1)) > 0 for block in blocks]
    return bool((np.sum(has, axis=0) > 1).any())
