"""What each fixed effect is about, as fields and as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from growthcurves.errors import ModelError
from growthcurves.model.columns import Columns
from growthcurves.model.formula.sheet import Parts
from growthcurves.model.growth import GrowthModel


class TermName(NamedTuple):
    """What a fixed effect is about.

    Attributes
    ----------
    parameter : str
        The growth parameter; empty for a time-varying covariate.
    parts : tuple of (str, level)
        The factors of its predictor, each with its level; None for numbers. Empty for the parameter's own mean.
    predictor : str
        The predictor in words.
    """

    parameter: str
    parts: Parts
    predictor: str


def term_names(model: GrowthModel, predictors: dict[str, Columns], covariates: Columns) -> tuple[TermName, ...]:
    """What each fixed effect is about, in the order of the columns of X."""
    owners = [*((name, predictors[name]) for name in model.parameters), ("", covariates)]
    return tuple(
        TermName(owner, parts, word if parts or not owner else "")
        for owner, columns in owners
        for parts, word in zip(columns.parts, columns.names, strict=True)
    )


def term_texts(names: Iterable[TermName]) -> tuple[str, ...]:
    """Names of fixed effects as texts, such as ``slope:arm[b]``.

    Raises
    ------
    ModelError
        When two have the same.
    """
    texts = tuple(":".join(filter(None, (name.parameter, name.predictor))) for name in names)
    for text in texts:
        if texts.count(text) > 1:
            raise ModelError(f"Two fixed effects would be called {text!r}: rename a column or a level of the table.")
    return texts
