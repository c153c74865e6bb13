"""Confidence intervals of functions of the parameters: one file per method. Never tables, never pictures.

`METHODS` lists the methods. A method is a value with a `label` for printing, `about(fit)` (what was profiled or
drawn, in words) and `intervals(fit, quantities, level)`, which gives one `Interval` for each `Quantity`; one that a
user passes as a value needs no line here.
"""

from __future__ import annotations

from typing import Any

from growthcurves.errors import ModelError, part_called
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.bootstrap import Bootstrap
from growthcurves.results.intervals.profile import Profile
from growthcurves.results.intervals.wald import Wald

METHODS = {
    "wald": Wald(),
    "profile": Profile(),
    "bootstrap": Bootstrap(),
}
#: What SDs and correlations between persons have where nothing else is asked for, in the summary, tables, pages and the
#: change report: one number wherever it stands.
#: A profile costs less than the fit, with a million rows as with a hundred.
OF_COMPONENTS = "profile"
#: What functions of several parameters have: shares, reliabilities, ICCs.
OF_FUNCTIONS = "wald"


def intervals_of(value: Any) -> Any:
    """A method from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    return part_called("interval method", value, METHODS, "intervals")


def of_components(fit: FittedModel) -> str:
    """What SDs and correlations between persons have by default: a weighted fit has no likelihood to profile."""
    return OF_COMPONENTS if fit.weighing is None else OF_FUNCTIONS


def intervals_for(fit: FittedModel, value: Any) -> Any:
    """A method for a fit, from its short name or the value itself.

    Raises
    ------
    ModelError
        For an unknown name; for intervals by a likelihood of a weighted fit.
    """
    found = intervals_of(value)
    if fit.weighing is not None and not isinstance(found, Wald):
        raise ModelError(
            "A fit with design= maximises a pseudo-likelihood, of which no profile and no draws are intervals: its "
            "intervals are method='wald', by the design."
        )
    return found
