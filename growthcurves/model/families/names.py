"""What outcome families are called elsewhere: one table of all their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from growthcurves.errors import NotAvailableError

#: The names of normal outcomes, which need no family.
NORMAL = ("normal", "gaussian", "norm")
#: The names of each family in R, SAS, SPSS, Stata and Mplus, where they are other ones.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "binomial": ("logistic", "logit", "bernoulli", "binary", "bin"),
    "poisson": ("poi", "count"),
    "negative-binomial": ("nbinom", "negbin", "negbinomial", "nb", "nb2", "nbinom2", "nbreg"),
    "gamma": (),
    "ordinal": ("cumulative", "cumulative logit", "clm", "clmm", "ordered", "ologit", "proportional odds"),
    "lognormal": ("logn",),
}
#: Names that say an option as well.
WITH_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "probit": ("binomial", {"link": "probit"}),
    "cloglog": ("binomial", {"link": "cloglog"}),
    "nb1": ("negative-binomial", {"variance": "linear"}),
    "nbinom1": ("negative-binomial", {"variance": "linear"}),
    "oprobit": ("ordinal", {"link": "probit"}),
    "cumulative probit": ("ordinal", {"link": "probit"}),
    "ordered probit": ("ordinal", {"link": "probit"}),
    "ordered logit": ("ordinal", {"link": "logit"}),
}
_COUNTS = "for counts that vary more than Poisson ones take 'negative-binomial'"
_ZEROS = "take 'negative-binomial', and compare the zeros that it expects with those that there are"
#: Families of other programs that are not here: what to do.
_NOT_HERE: dict[str, str] = {
    "quasipoisson": _COUNTS,
    "quasibinomial": "take 'binomial'; random effects hold what varies between persons",
    "quasi": "it is no distribution, and has no likelihood",
    "betabinomial": "take 'binomial' of the trials; random effects hold what varies between persons",
    "beta": "outcomes between 0 and 1 are taken as normal, of the logit where they come near the ends",
    "inverse gaussian": "take 'gamma' or 'lognormal'",
    "igaussian": "take 'gamma' or 'lognormal'",
    "exponential": "take 'gamma', of which it is the one with dispersion 1",
    "weibull": "take 'gamma' or 'lognormal'",
    "tweedie": "take 'gamma' where no outcome is 0",
    "zip": _ZEROS,
    "zinb": _ZEROS,
    "zero inflated poisson": _ZEROS,
    "zero inflated": _ZEROS,
    "hurdle": _ZEROS,
    "genpois": _COUNTS,
    "compois": _COUNTS,
    "multinomial": "take 'ordinal' where the categories have an order, else one category against the others",
    "nominal": "take 'ordinal' where the categories have an order, else one category against the others",
    "t": "take normal outcomes with robust standard errors",
}


def _plain(name: str) -> str:
    """A name without what programs write differently: capitals, brackets and signs between its letters."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _all_names() -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    for name, others in ELSEWHERE.items():
        yield from ((_plain(other), (name, {})) for other in (name, *others))
    yield from ((_plain(other), found) for other, found in WITH_OPTIONS.items())


_CALLED: Mapping[str, tuple[str, dict[str, Any]]] = dict(_all_names())
_REASONS: Mapping[str, str] = {_plain(name): what for name, what in _NOT_HERE.items()}


def is_normal(name: str) -> bool:
    """Whether this is a name of normal outcomes."""
    return _plain(name) in NORMAL


def known_as(name: str) -> tuple[str, dict[str, Any]]:
    """The short name of a family and its options, from what it is called here or elsewhere; an unknown name as it is.

    Raises
    ------
    NotAvailableError
        For a family of other programs that is not here.

    Examples
    --------
    >>> known_as("Negative Binomial"), known_as("nbinom1"), known_as("something")
    (('negative-binomial', {}), ('negative-binomial', {'variance': 'linear'}), ('something', {}))
    """
    plain = _plain(name)
    if plain in _REASONS:
        raise NotAvailableError(f"The family {name!r} is not in this version: {_REASONS[plain]}.")
    return _CALLED.get(plain, (name, {}))
