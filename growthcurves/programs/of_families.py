"""Outcomes that are not normal in R, SAS, Stata and Mplus: the same likelihood by the same kind of quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from growthcurves.fitted import FittedModel
from growthcurves.programs import mplus, r, sas, stata
from growthcurves.programs.spec import Spec, refused


@dataclass(frozen=True)
class Outcomes:
    """A family and how its integral is taken.

    Attributes
    ----------
    name : str
        "binomial", "poisson", ...
    option : str
        The link of probabilities, the variance of a negative binomial; empty for others.
    trials, exposure : str or None
    points : int
        1 is Laplace's approximation.
    """

    name: str
    option: str
    trials: str | None
    exposure: str | None
    points: int

    @classmethod
    def of(cls, fit: FittedModel) -> Outcomes:
        family, model = fit.family, fit.model
        if model.offset is not None:
            raise refused("An offset is computed by the formula", "make it an exposure")
        option = str(getattr(family, "variance" if family.name == "negative-binomial" else "link", ""))
        how = fit.estimates.quadrature
        return cls(family.name, option, model.trials, model.exposure, 1 if how is None else how.points)


def program_of(fit: FittedModel, spec: Spec, program: str) -> str:
    """The program of a fit of a family.

    Raises
    ------
    NotAvailableError
        For what the program has no words for.
    """
    outcomes = Outcomes.of(fit)
    if not spec.random:
        raise refused("A model without random effects", "is an ordinary regression there: write it by hand")
    if program == "mplus":
        return _mplus(fit, spec, outcomes)
    write: dict[str, Callable[[Spec, Outcomes], str]] = {"r": _r, "stata": _stata, "sas": _sas}
    return write[program](spec, outcomes)


# ------------------------------------------------------------------ R

#: Families of glmmTMB.
_GLMMTMB = {
    ("negative-binomial", "quadratic"): "nbinom2", ("negative-binomial", "linear"): "nbinom1",
    ("gamma", "log"): 'Gamma("log")', ("poisson", ""): "poisson",
}  # fmt: skip


def _r(spec: Spec, outcomes: Outcomes) -> str:
    """glmer and clmm with points for one random effect; else glmmTMB and clmm, which take Laplace's approximation.

    That of glmer has the expected Hessian where the link is not canonical, and is another one.
    """
    if spec.weights is not None:
        return _wemix(spec, outcomes)
    one = len(spec.blocks) == 1 and len(spec.blocks[0][1]) == 1
    if outcomes.name == "ordinal":
        package = "ordinal"
    elif outcomes.name in ("binomial", "poisson") and one and outcomes.points > 1:
        package = "lme4"
    else:
        package = "glmmTMB"
    points = outcomes.points if one and package != "glmmTMB" else 1
    lines = [f"library({package})", *r.prepared(spec)]
    outcome = r.name_in_r(spec.outcome)
    if outcomes.name == "ordinal":
        lines.append(f"data${outcome} <- factor(data${outcome}, ordered = TRUE)")
    if outcomes.trials is not None:
        outcome = f"cbind({outcome}, {r.name_in_r(outcomes.trials)} - {outcome})"
    fixed = r.fixed_part(spec)
    if outcomes.exposure is not None:
        fixed += f" + offset(log({r.name_in_r(outcomes.exposure)}))"
    formula = f"{outcome} ~ {' + '.join([fixed, *r.random_parts(spec)])}"
    if package == "ordinal":
        call = f'clmm({formula}, data = data, link = "{outcomes.option}", nAGQ = {points})'
    else:
        known = outcomes.name if outcomes.name == "poisson" else f'{outcomes.name}("{outcomes.option}")'
        family = _GLMMTMB.get((outcomes.name, outcomes.option), known)
        call = f"{'glmer' if package == 'lme4' else 'glmmTMB'}({formula}, data, family = {family}"
        call += f", nAGQ = {points})" if package == "lme4" else ")"
    if points < outcomes.points:
        lines.append(f"# {package} takes Laplace's approximation here: beside it fit with quadrature=\"laplace\"")
    lines += [f"fit <- {call}", "summary(fit)"]
    if package == "lme4" and points > 1:
        lines.append("# with several points glmer leaves constants out of the log likelihood")
    return "\n".join([*lines, "-2 * as.numeric(logLik(fit))"])


def _wemix(spec: Spec, outcomes: Outcomes) -> str:
    known = {("binomial", "logit"): "binomial()", ("poisson", ""): "poisson()"}
    if (outcomes.name, outcomes.option) not in known or outcomes.trials or outcomes.exposure:
        raise refused("R's WeMix has yes or no by a logit and counts alone", 'ask code("stata")')
    family = known[outcomes.name, outcomes.option]
    return r.wemix_code(spec, "", [f"family = {family}", f"nQuad = {max(outcomes.points, 2)}"])


# ------------------------------------------------------------------ Stata

_STATA = {
    ("binomial", "logit"): "melogit", ("binomial", "probit"): "meprobit", ("binomial", "cloglog"): "mecloglog",
    ("poisson", ""): "mepoisson", ("negative-binomial", "quadratic"): "menbreg",
    ("negative-binomial", "linear"): "menbreg", ("ordinal", "logit"): "meologit", ("ordinal", "probit"): "meoprobit",
    ("gamma", "log"): "meglm",
}  # fmt: skip


def _stata(spec: Spec, outcomes: Outcomes) -> str:
    for column in filter(None, (outcomes.trials, outcomes.exposure)):
        stata.refuse_name(column)
    own = [f"exposure({outcomes.exposure})"] if outcomes.exposure is not None else []
    if ("", ()) not in spec.products and outcomes.name != "ordinal":
        own.append("noconstant")
    random = " ".join(stata.random_part(place, block, spec) for place, block in spec.blocks)
    method = f"intmethod(mcaghermite) intpoints({outcomes.points})" if outcomes.points > 1 else "intmethod(laplace)"
    last = [f"binomial({outcomes.trials})"] if outcomes.trials is not None else []
    last += ["dispersion(constant)"] if outcomes.option == "linear" else []
    last += ["family(gamma) link(log)"] if outcomes.name == "gamma" else []
    weights = stata.Weighted() if spec.weights is None else stata.weighted(spec)
    last += [weights.errors.strip()] if weights.errors else []
    command = f"{_STATA[outcomes.name, outcomes.option]} {spec.outcome} {stata.fixed_part(spec)}".rstrip()
    command += f", {' '.join(own)}" if own else ""
    joined = random if "," in random.rpartition("||")[2] else f"{random},"
    whole = " ".join([command, joined, *last, method])
    return "\n".join([*stata.prepared(spec), *weights.before, whole, "display -2 * e(ll)"])


# ------------------------------------------------------------------ SAS

_SAS = {
    ("binomial", "logit"): "binary link=logit", ("binomial", "probit"): "binary link=probit",
    ("binomial", "cloglog"): "binary link=cloglog", ("poisson", ""): "poisson link=log",
    ("negative-binomial", "quadratic"): "negbin link=log", ("gamma", "log"): "gamma link=log",
    ("ordinal", "logit"): "multinomial link=cumlogit", ("ordinal", "probit"): "multinomial link=cumprobit",
}  # fmt: skip


def _sas(spec: Spec, outcomes: Outcomes) -> str:
    if (outcomes.name, outcomes.option) not in _SAS:
        raise refused("PROC GLIMMIX has no negative binomial with linear variance", 'code("stata") has menbreg')
    family, outcome = _SAS[outcomes.name, outcomes.option], sas.name_in_sas(spec.outcome)
    if outcomes.trials is not None:
        outcome, family = f"{outcome}/{sas.name_in_sas(outcomes.trials)}", family.replace("binary", "binomial")
    elif outcomes.name == "binomial":
        outcome += "(event='1')"
    elif outcomes.name == "ordinal":
        outcome += "(descending)"
    made = [] if outcomes.exposure is None else [f"  logexposure = log({sas.name_in_sas(outcomes.exposure)});"]
    offset = " offset=logexposure" if made else ""
    method = f"quad(qpoints={outcomes.points})" if outcomes.points > 1 else "laplace"
    noint = "" if outcomes.name == "ordinal" else sas.noint(spec)
    if spec.weights is not None:
        return sas.glimmix_code(spec, outcome, f"dist={family}", method, f"{offset}{noint}", made)
    return "\n".join(
        [
            *sas.prepared(spec, made),
            f"proc glimmix data=data method={method};",
            f"  class {' '.join(sas.classes(spec))};",
            f"  model {outcome} = {sas.fixed_part(spec)} / dist={family} solution ddfm=none{offset}{noint};",
            *(sas.random_part(block, spec, "") for block in spec.random),
            "run;",
        ]
    )


# ------------------------------------------------------------------ Mplus


def _mplus(fit: FittedModel, spec: Spec, outcomes: Outcomes) -> str:
    counts = {("poisson", ""): " (p)", ("negative-binomial", "quadratic"): " (nb)"}
    known = outcomes.name, outcomes.option
    if known not in counts and (outcomes.name not in ("binomial", "ordinal") or outcomes.option == "cloglog"):
        raise refused(f"Mplus has no growth curve of family={outcomes.name!r} with {outcomes.option}", "write it in R")
    if outcomes.trials is not None or outcomes.exposure is not None:
        raise refused("Trials and exposures", "are not written for Mplus yet")
    times = mplus.wave_times(fit)
    kind = f"COUNT = {{waves}}{counts[known]};" if known in counts else "CATEGORICAL = {waves};"
    link = [] if known in counts else [f"  LINK = {outcomes.option.upper()};"]
    own = [f"  INTEGRATION = GAUSSHERMITE({outcomes.points});"] if outcomes.points > 1 else []
    text = mplus.mplus_code(spec, times, fit.recipe.shape.origin, fit.model.parameters, (kind, [*link, *own]))
    if known in counts:
        return text
    told = "! The thresholds are equal over time and the mean of i is 0: for yes or no our intercept is -threshold."
    return f"{told}\n{text}"

