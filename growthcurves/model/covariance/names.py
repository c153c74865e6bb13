"""What residual structures are called elsewhere: one table of all their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from growthcurves.errors import NotAvailableError

#: The names of each structure in SAS, SPSS, Stata, mmrm, glmmTMB and nlme, where they are other ones.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "independent": ("VC", "SIMPLE", "ID", "identity", "homdiag", "TOEP(1)", "iid"),
    "het": ("diag", "UN(1)", "varIdent", "heterogeneous"),
    "cs": ("homcs", "corCompSymm", "exchangeable", "compound symmetry"),
    "csh": ("hetcs",),
    "ar1": ("AR(1)", "corAR1", "autoregressive", "homar1"),
    "arh1": ("ARH(1)", "ar1h", "hetar1"),
    "arma11": ("ARMA(1,1)", "corARMA"),
    "car1": ("corCAR1", "ou", "sp(pow)", "CAR(1)"),
    "exp": ("sp(exp)", "sp_exp", "corExp", "exponential"),
    "gau": ("sp(gau)", "sp_gau", "corGaus", "gaussian"),
    "toep": ("Toeplitz", "homtoep", "TP"),
    "toeph": ("hettoep", "TPH"),
    "ad": ("antedependence",),
    "adh": ("ANTE(1)", "ante", "AD1", "AD(1)"),
    "un": ("us", "unstructured", "UNR", "unrestricted"),
    "exp-variance": ("varExp",),
    "power-variance": ("varPower",),
}
#: Structures of other programs that are not here: what to do.
_NOT_HERE: dict[str, str] = {
    "corSymm": "it has one SD for all occasions; with an SD for each ('un') it is the unstructured covariance",
    "HF": "take 'csh' or 'un'",
    "FA(1)": "take 'un', or random effects",
    "FA0(2)": "take 'un', or random effects",
    "rr": "take 'un', or random effects",
    "corLin": "take 'exp' or 'gau'",
    "corRatio": "take 'exp' or 'gau'",
    "corSpher": "take 'exp' or 'gau'",
    "sp(sph)": "take 'exp' or 'gau'",
    "sp(lin)": "take 'exp' or 'gau'",
    "sp(matern)": "take 'exp' or 'gau'",
    "mat": "take 'exp' or 'gau'",
    "UN@AR(1)": "take 'un' of one outcome at a time",
}
#: `TOEP(3)`, `UN(2)`, `TOEPH(2)`, `AR(2)`, `ANTE(2)`: bands and higher orders.
_BANDED = re.compile(r"(toep|toeph|un|ar|ante|banded|ma)\d+")


def _plain(name: str) -> str:
    """A name without what programs write differently: capitals, brackets and signs between its letters."""
    return re.sub(r"[^a-z0-9@]", "", name.lower())


def _all_names() -> Iterator[tuple[str, str]]:
    for name, others in ELSEWHERE.items():
        yield from ((_plain(other), name) for other in (name, *others))


_CALLED: Mapping[str, str] = dict(_all_names())
_REASONS: Mapping[str, str] = {_plain(name): what for name, what in _NOT_HERE.items()}


def known_as(name: str) -> str:
    """The short name of a structure from what it is called here or elsewhere; an unknown name as it is.

    Raises
    ------
    NotAvailableError
        For a structure of other programs that is not here.

    Examples
    --------
    >>> [known_as(name) for name in ("AR(1)", "corCAR1", "ANTE(1)", "sp(exp)", "us", "something")]
    ['ar1', 'car1', 'adh', 'exp', 'un', 'something']
    """
    plain = _plain(name)
    if plain in _CALLED:
        return _CALLED[plain]
    if plain in _REASONS:
        raise NotAvailableError(f"The residual structure {name!r} is not in this version: {_REASONS[plain]}.")
    if _BANDED.fullmatch(plain):
        raise NotAvailableError(
            f"The residual structure {name!r} has a band or an order that is not in this version: take 'toep', 'adh' "
            f"or 'un', which hold it."
        )
    return name
