"""A plan as a protocol has it: the paragraph of the methods section with its source, and tables in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.data.unit_words import level_words
from growthcurves.model.shapes import Occasions
from growthcurves.numerics.times import time_text
from growthcurves.output.numbers import fixed_text, percent_text
from growthcurves.planning.words import (
    assumed_words,
    effect_words,
    few_words,
    listed,
    lost_words,
    persons_words,
    plural,
    probability,
    size_words,
    structure_words,
    test_words,
    when_words,
)
from growthcurves.results.tables.printing import number
from growthcurves.version import VERSION

if TYPE_CHECKING:
    from growthcurves.planning.answer import Plan

#: Formulas that are cases of the one that is used, by what a plan has.
SOURCES = {
    "visits": "Lu, Luo and Chen (2008)",
    "common": "Hu, Mackey and Thomas (2021)",
    "lost": "Zhao and Edland (2021)",
    "slopes": "Ard and Edland (2011)",
    "alike": "Diggle, Heagerty, Liang and Zeger (2002)",
}

def methods_sentence(plan: Plan) -> str:
    """The paragraph for the methods section."""
    parts = [_size(plan), analysis(plan), assumptions(plan), _formula(plan), few_words(plan)]
    return " ".join(filter(None, parts))


def _size(plan: Plan) -> str:
    seen, power = when_words(plan.study, plan.time_unit), percent_text(plan.whole.power, 0)
    return (
        f"We plan {persons_words(plan)}, who are {seen}. This gives a power of {power} % to find an effect of "
        f"{effect_words(plan)}, by {test_words(plan)}."
    )


def analysis(plan: Plan) -> str:
    """By which model the study will be analysed."""
    design = plan.design
    names = [part for part in design.recipe.random.names if design.recipe.random.unit_of[part] == "person"]
    if design.residual is None:
        return f"The analysis will be {_of_family(plan, names)}, fitted by maximum likelihood."
    structure = structure_words(design.residual)
    if isinstance(design.model.growth_shape, Occasions) and not names:
        model = f"a mixed model for repeated measures with a mean of every visit in every arm and {structure} residuals"
    else:
        shape, _, options = design.model.growth_shape.name.partition(", ")
        residual, options = f" and {structure} residuals", f" ({options})" if options else ""
        effects = f" with random {listed(_plain(names))}" if names else ""
        model = f"a {shape} growth model{options}{effects}{'' if design.residual.name == 'independent' else residual}"
    model += _above(plan)
    return f"The analysis will be {model}, fitted by restricted maximum likelihood{_df(plan)}."


def _of_family(plan: Plan, names: list[str]) -> str:
    """A growth model of a family of outcomes in words."""
    family = plan.design.model.family
    effects = f" with random {listed(_plain(names))}" if names else ""
    shape = plan.design.model.growth_shape.name
    return f"a generalised linear mixed model of {family.name} outcomes, with a {shape} curve{effects}{_above(plan)}"


def _above(plan: Plan) -> str:
    above = [level_words(name).several for name in plan.study.levels]
    return f" and random effects of {listed(above)}" if above else ""


def _plain(names: list[str]) -> list[str]:
    """What varies between persons, once where each arm has its own."""
    return [plural(name) for name in dict.fromkeys(name.split(":")[0] for name in names)]


#: By whom degrees of freedom are.
_METHODS = {"satterthwaite": "Satterthwaite's", "kenward-roger": "Kenward and Roger's standard errors and"}


def _df(plan: Plan) -> str:
    if plan.test.method == "normal":
        return ""
    groups = plan.design.assumed.design_effect
    if groups is not None and groups.size is not None and isinstance(plan.test.ddf, str):
        return f" ({fixed_text(plan.df, 1)} degrees of freedom, the groups less the arms)"
    said = _METHODS.get(plan.test.ddf) if isinstance(plan.test.ddf, str) else None
    df = f"{fixed_text(plan.whole.df, 1)}"
    return f" ({df} degrees of freedom)" if said is None else f" ({said} degrees of freedom, {df} expected)"


def assumptions(plan: Plan) -> str:
    """What is assumed, in a sentence."""
    pilot = plan.design.assumed.pilot
    source = "" if pilot is None else " (estimates of the pilot)"
    interval = "" if plan.interval is None else f" {plan.interval}"
    return f"We assume{source}: {assumed_words(plan.design)}; {lost_words(plan.study)}.{interval}"


def _formula(plan: Plan) -> str:
    cases = listed(SOURCES[name] for name in cases_of(plan))
    case = f", here the formula of {cases}" if cases else ""
    return (
        f"The variance of the estimate is the inverse of the expected information of the model, the sum over the "
        f"planned persons of X'V⁻¹X{case}{_beside(plan)}; computed with growthcurves {VERSION}."
    )


def _beside(plan: Plan) -> str:
    """What the variance has beside the formula: what estimating variances adds, and a design effect."""
    groups = plan.design.assumed.design_effect
    added = ", with what estimating the variances adds (Kackar and Harville 1984)" if plan.test.adjusted else ""
    if groups is None:
        return added
    source = "" if groups.size is None else " (Eldridge, Ashby and Kerry 2006)" if groups.cv > 0 else " (Kish 1965)"
    return f"{added}, times the design effect{source}"


def cases_of(plan: Plan) -> list[str]:
    """Which published formulas a plan is a case of; none where it is more than each of them."""
    model, study = plan.design.model, plan.study
    if study.levels or study.covariates or plan.design.assumed.design_effect is not None:
        return []
    if plan.design.assumed.types not in (None, [({}, 1.0)]) or len(study.arms) != 2:
        return []
    if isinstance(model.growth_shape, Occasions):
        free = all(model.formula_for(name) != "1" for name in model.parameters)
        return [] if plan.design.recipe.random.names or not free else ["visits"]
    if model.growth_shape.name != "linear" or plan.design.residual.name != "independent" or not plan.question.rate:
        return []
    if model.formula_for("intercept") == "1":
        return ["common"]
    lost = any(last[:-1].any() for of_arm in study.schedules.values() for _, last in of_arm)
    if lost or plan.design.recipe.random.by or len(set(study.arms.values())) > 1:
        return ["lost"]
    return ["slopes" if "slope" in plan.design.recipe.random.names else "alike"]


# ---------------------------------------------------------------- tables in words


def numbers_table(plan: Plan) -> pd.DataFrame:
    """What follows: effect, standard error, df, power."""
    rows = [
        ("persons", persons_words(plan).replace(" persons", "", 1)),
        ("visits", f"{plan.waves}, from {time_text(plan.study.visits[0])} to {time_text(plan.study.visits[-1])}"),
        ("effect", size_words(plan)),
        *plan.found_rows(),
    ]
    if plan.study.levels or plan.design.assumed.design_effect is not None:
        rows.append(("design effect", number(plan.whole.design_effect, 3)))
    if plan.reliability == plan.reliability:
        rows.append(("reliability of a person's own rate", probability(plan.reliability)))
    return pd.DataFrame(rows, columns=["", " "])


def persons_table(plan: Plan) -> pd.DataFrame:
    """Persons that are expected at each visit, by arm."""
    table = plan.whole.study.replace(persons=plan.total).table
    shown = table.pivot(index="arm", columns="time", values="persons").reindex(list(plan.study.arms))
    found = pd.DataFrame({"persons expected at": [str(arm) for arm in shown.index]})
    for time in shown.columns:
        found[time_text(float(time))] = [_count(value) for value in shown[time]]
    return found


def _count(value: Any) -> str:
    return "-" if value != value else f"{value:,.0f}"


def found_table(parameters: pd.DataFrame) -> pd.DataFrame:
    """What simulated studies found of each parameter, in words."""
    shown = {"truth": "true", "bias": "bias", "std_dev": "SD of estimates", "std_error": "standard error"}
    found = pd.DataFrame({"parameter": parameters["term"]})
    for name, words in shown.items():
        found[words] = [number(value) if value == value else "-" for value in parameters[name]]
    found["intervals hold, %"] = [percent_text(one, 1) if one == one else "-" for one in parameters["coverage"]]
    return found


def what_if_table(plan: Plan, frame: pd.DataFrame, wanted: float) -> pd.DataFrame:
    """What if it is not so, in words; persons are whole, in whole units."""
    whole = [f"{sum(plan.study.whole_arms(n).values()):,}" if n == n else "none" for n in frame["persons"]]
    return pd.DataFrame({
        "if": frame["label"],
        "power of this study": frame["power"].map(probability),
        f"persons for {probability(wanted)}": whole,
    })  # fmt: skip
