"""Words of R and statsmodels that users bring along: understood, or answered with the word that is used here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.errors import ModelError, NotAvailableError, brief, unknown
from growthcurves.model.growth import RENAMED

#: Options of lmer, lme, glmer and mixedlm that this version does not have: what they are, and what to do.
_NOT_HERE = {
    "weights": "Prior weights per row are not in this version: every row counts the same. Unequal residual "
    "variances (nlme's varIdent) are residual='het'.",
    "vc_formula": "vc_formula= of statsmodels is the random part of the formula here: (0 + x | id) beside (1 | id).",
}
#: Options that say something that is said in another way here.
_ELSEWHERE = {
    "correlation": "the structure of residuals is residual='ar1', or a term of the formula, ar1(week | id)",
    "subset": "the rows to use are where=, as in where='age >= 18'",
    "na_action": "rows with missing values are left out and counted: see fit.panel.dropped",
    "na.action": "rows with missing values are left out and counted: see fit.panel.dropped",
    "control": "the optimum is found and certified without options: see fit.certificate",
    "start": "the optimum is found and certified without starting values: see fit.certificate",
    "verbose": "the optimum is found and certified without printing: see fit.certificate",
    "contrasts": "say it in the formula, as C(arm, contr.sum), or the reference level with reference={'arm': 'a'}",
    "offset": "write offset(x) as a term of the formula",
    "random": "write it into the formula, as (time | id)",
    "groups": "write it into the formula, as (time | id)",
    "re_formula": "write it into the formula, as (time | id)",
    "fixed": "the formula comes first",
    "formula": "the formula comes first: fit('y ~ time + (time | id)', data)",
    "id": "write it into the formula, as (time | id)",
    "outcome": "write it into the formula, before ~",
    "design": "only gc.fit() takes a design; what compares likelihoods, as ladders and comparisons do, has no meaning "
    "under weights",
}


def translated(
    method: str | None, options: Mapping[str, Any], known: tuple[str, ...]
) -> tuple[Any, dict[str, Any]]:
    """The method and the options of a fit, R's `REML=` among them; what is not known is answered.

    Raises
    ------
    NotAvailableError
        For what this version does not do.
    ModelError
        For anything else that is unknown, and where `REML=` and `method=` disagree.
    """
    given = dict(options)
    if "REML" in given:
        method = _method(method, given.pop("REML"))
    for name in given:
        if name in _NOT_HERE:
            raise NotAvailableError(_NOT_HERE[name])
        if name in (*RENAMED, *RENAMED.values()):
            raise ModelError(
                f"{name}= belongs to a GrowthModel (as time_varying=): a formula holds such predictors itself."
            )
        if name in _ELSEWHERE:
            raise ModelError(f"There is no {name}= here: {_ELSEWHERE[name]}.")
        if name not in known:
            raise ModelError(unknown("option of fit()", name, ("method", "time", "where", *known)))
    return method, given


def _method(method: str | None, restricted: Any) -> str:
    """What `REML=` says; method= has a default, and so disagrees only by saying "ml"."""
    if not isinstance(restricted, bool):
        said = "method='ml' says the same as REML=False"
        raise ModelError(f"REML= takes True or False, not {brief(restricted)}; {said}.")
    if restricted and str(method).lower() == "ml":
        raise ModelError("REML=True and method='ml' contradict each other: give one of them.")
    return "reml" if restricted else "ml"


#: Words for what a fit answers, and what it is called here.
ANSWERS = {
    "fixef": "params", "fe_params": "params", "coef": "params (of everybody) and people() (of each person)",
    "coefficients": "params", "coef_": "params", "beta": "params", "ranef": "random_effects",
    "random": "random_effects", "blup": "random_effects", "vcov": "cov_params()", "cov": "cov_params()",
    "cov_fixed": "cov_params()", "VarCorr": "variance_components()", "varcorr": "variance_components()",
    "vcomp": "variance_components()", "sigma": "scale ** 0.5", "sigma2": "scale", "logLik": "llf", "loglik": "llf",
    "loglike": "llf", "REMLcrit": "deviance", "AIC": "aic", "BIC": "bic", "AICc": "aicc", "fitted": "fittedvalues",
    "fitted_values": "fittedvalues", "confint": "conf_int()", "intervals": "conf_int()",
    "anova": "joint_tests(), or gc.compare(a, b) of two fits", "Anova": "joint_tests()",
    "drop1": "joint_tests()", "emmeans": "means()", "lsmeans": "means()", "emtrends": "slopes()",
    "contrasts": "contrast()", "glht": "test()", "t_test": "test()", "f_test": "test()", "wald_test": "test()",
    "df_resid": "fixed_effects(), which has the df of every term", "df_residual": "fixed_effects(), which has the df "
    "of every term", "isSingular": "certificate.singular", "is_singular": "certificate.singular",
    "formula": "model", "getME": "cov_re, params and model", "model_matrix": "bound", "se": "bse",
    "std_errors": "bse", "tables": "fixed_effects() and variance_components()", "rsquared": "r2()",
    "rsq": "r2()", "update": "refit()", "df": "fixed_effects(), which has the df of every term",
    "mle_retvals": "certificate", "hist": "certificate", "optinfo": "certificate", "ngrps": "panel.persons.count",
    "n_groups": "panel.persons.count", "nobs_": "nobs", "cov_re_unscaled": "cov_re", "bootMer": "bootstrap()",
    "profile": "conf_int('profile')", "marginal": "marginal_covariance()", "getVarCov": "marginal_covariance()",
    "plot_diagnostics": "plot", "r_squared": "r2()", "performance": "r2() and icc()",
}  # fmt: skip


def answer_called(name: str) -> str | None:
    """A sentence that says what a word of R or statsmodels is called here; None for any other word."""
    ours = ANSWERS.get(name) or ANSWERS.get(name.replace(".", "_"))
    return None if ours is None else f"A fit has no {name!r}: what it is called here is {ours}."
