"""Functions that formulas do not know: what to do instead."""

from __future__ import annotations

from growthcurves.model.formula.functions import BY_PERSON

_BY_ORDER = "it depends on the order of rows: make a column of it in the table first"
_OF_TEXTS = "make a column of it in the table first, or interaction(a, b) of the combinations of two"
_OWN = "make a column of it in the table first, or give it, as in functions={'pnorm': scipy.stats.norm.cdf}"
#: Functions of R that formulas do not call, and what to do instead.
_ANSWERED = {
    "is.na": "rows with a missing value are left out before: make a column of it in the table first",
    "complete.cases": "rows with a missing value are left out before: make a column of it in the table first",
    "ave": "the person's mean is between(x), the deviation from it within(x)",
    "addNA": "rows with a missing value are left out: give them a level of their own in the table first",
    **dict.fromkeys(("lag", "lead", "shift", "cumsum", "cumprod", "diff", "rank", "rev"), _BY_ORDER),
    **dict.fromkeys(("paste", "paste0", "substr", "nchar", "tolower", "toupper", "trimws"), _OF_TEXTS),
    **dict.fromkeys(("s", "te", "ti", "lo", "rcs", "pspline"), "a smooth curve is ns(x, df=4) or bs(x, df=5)"),
    "as.Date": "dates are read by gc.Panel and gc.read_table, and time= is one of them",
    "as.logical": "compare instead, as I(x != 0)",
    **dict.fromkeys(("gamma", "lgamma", "beta", "lbeta", "choose", "factorial"), _OWN),
    **dict.fromkeys([kind + name for kind in "dpqr" for name in ("norm", "t", "chisq", "binom", "unif", "exp")], _OWN),
    "mo": "an ordered predictor is ordered(x), by orthogonal polynomials, or factor(x)",
}  # fmt: skip


def undefined(name: str) -> str:
    """A sentence about a function that formulas do not know."""
    if name in BY_PERSON:
        return f"{name}() belongs to time-varying covariates (time_varying=)."
    if name in _ANSWERED:
        return f"{name}() is not one of its functions; {_ANSWERED[name]}."
    return (
        f"The function {name!r} is not defined, and so no formula may call it: if it is your own, give it with "
        f"functions={{{name!r}: ...}}."
    )
