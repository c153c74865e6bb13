"""The printed summary of a fit."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import FAMILY, RESIDUAL, Finding, Kind
from growthcurves.data.absent import Absent
from growthcurves.data.markup import Block, TextTable
from growthcurves.fitted import FittedModel
from growthcurves.model.equations import Predictor, equations
from growthcurves.model.outcomes import is_computed, likelihood_of
from growthcurves.model.survey.weighing import told_columns
from growthcurves.output.numbers import on_the_point
from growthcurves.output.words import capital
from growthcurves.results.ddf import ddf_of
from growthcurves.results.ddf.normal import NormalDf
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.effects.exponents import exponentiated, is_ratio
from growthcurves.results.persons.people import mean_reliability
from growthcurves.results.persons.reliability import reliabilities
from growthcurves.results.persons.scatter import scatter_remark
from growthcurves.results.questions.covariates import origin_of
from growthcurves.results.questions.rates import Rate, average_rate, is_curved, whole_period
from growthcurves.results.questions.references import reference_words
from growthcurves.results.questions.zeros import centring_offer
from growthcurves.results.tables.about import above_words, fewest_persons, units_counted
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.growth_words import status
from growthcurves.results.tables.labels import component_label
from growthcurves.results.tables.names import component_text
from growthcurves.results.tables.printing import number, p_text
from growthcurves.results.tables.units import level_heading, unit_counts
from growthcurves.results.variation.variances import Components, components

#: Widths of the table of fixed effects, where the names of terms allow it: in a file, and on a wide terminal at most.
LINE, WIDEST = 80, 140
#: Ratios that are shown beside their coefficients at most, and persons from which z tests need no remark.
MOST_RATIOS, FEW_FOR_Z, FEW_IN_GROUP = 10, 40, 15
#: Units above persons from which nothing is said of their number beside their variances.
FEW_UNITS = 20
#: Headings of the own parameters of families, by their kind.
HEADINGS = {"threshold": "Thresholds", "dispersion": "Dispersion"}


@dataclass(frozen=True, eq=False, repr=False)
class Summary(Answer):
    """The summary as text; its table is that of the fixed effects."""

    text: str
    blocks: tuple[Block, ...] = field(repr=False)
    variances: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        return self.text

    def _blocks(self) -> tuple[Block, ...]:
        return self.blocks

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        return [("Fixed effects", self.table), ("Variance components", self.variances)]


def level_equations(fit: FittedModel) -> str:
    """The model's level equations with its own terms."""
    recipe, model = fit.recipe, fit.model
    terms = {
        name: [Predictor(*pair) for pair in zip(columns.names, recipe.levels_of(name), strict=True)]
        for name, columns in recipe.predictors.items()
    }
    basis, who = recipe.shape.level_one(model.time or ""), fit.vocabulary.who
    text = equations(model, model.parameters, terms, basis, fit.family, recipe.products, recipe.random, who)
    last = text.splitlines()[-1]
    indent = " " * (len(last) - len(last.lstrip()))
    return f"{text}\n{indent}{model.time}: {fit.when.axis}" if model.time and fit.when.origin else text


def summary(
    fit: FittedModel,
    ddf: Any = None,
    level: float = 0.95,
    intervals: Any = None,
    line: int | None = None,
) -> Summary:
    """Equations, counts at each level, fixed effects, variance components, fit indices and certificate.

    Parameters
    ----------
    fit : FittedModel
    ddf : str or method
        Degrees of freedom of the fixed effects.
    level : float
        Confidence level of all intervals.
    intervals : str or method
        Intervals of the variance components, as in `variance_components`.
    line : int, optional
        Signs that a line of the table has room for; by default those of the terminal, 140 at most, and 80 elsewhere.
    """
    line = _room() if line is None else line
    table, random, method = fixed_effects(fit, ddf, level), components(fit, intervals, level), ddf_of(ddf, fit)
    percent = f"{100 * level:g} %"
    last = ["Certificate  " + fit.vocabulary.said(str(fit.certificate)), *(f"Note  {text}" for text in fit.warnings)]
    parts = [
        _title(fit),
        level_equations(fit),
        _counted(_counts(fit)),
        _fixed(fit, table, method, percent, line),
        _ratios(fit, table, percent),
        _variances(fit, random, percent),
        *_own(fit, random, percent),
        _indices(fit),
        *last,
    ]
    shown = _shown(fit, table, method, random, percent, last)
    return Summary(table, "\n\n".join(part for part in parts if part), shown, random.table()[list(table.columns)])


def _room() -> int:
    """Signs that a line has on the terminal, where text goes to one."""
    if sys.stdout is None or not sys.stdout.isatty():
        return LINE
    return min(max(shutil.get_terminal_size((LINE, 24)).columns, LINE), WIDEST)


def _shown(
    fit: FittedModel, table: pd.DataFrame, method: Any, random: Components, percent: str, last: list[str]
) -> tuple[Block, ...]:
    """The same for a notebook."""
    counts = TextTable((), [(name, [text.replace("\n", " ")]) for name, text in _counts(fit)], frozenset({0}))
    effects: list[tuple[str, list[str]]] = []
    for title, rows in _groups(fit, table):
        effects += [(title, []), *((row.term, _effect(row, _by_z(fit, table))) for row in rows.itertuples())]
    fixed = TextTable(_head(fit, table, percent), effects)
    blocks: list[Block] = [_title(fit), level_equations(fit), counts]
    blocks += [_title_of_effects(fit, table, method), fixed, *(text.strip() for text in _remarks(fit, method))]
    ratios, rows = _ratio_rows(fit, table)
    blocks += [ratios, TextTable(("estimate", f"{percent} interval"), rows)] if rows else []
    if not fit.identified:
        blocks += [_variances(fit, random, percent)]
    else:
        interval = f"{percent} {random.intervals}"
        for title, found in (("Variance components", _of_persons(random)), *_of_family(fit, random).items()):
            shown: list[tuple[str, list[str]]] = []
            for heading, part in _by_level(fit, found):
                shown += [(heading, [])] * bool(heading)
                shown += [(_component(fit, one), [number(one.value), _interval(one)]) for one in part]
            blocks += [title, TextTable(("estimate", interval), shown, frozenset({1}))] if shown else []
        blocks += _reliabilities(fit)
    return (*blocks, *_indices(fit).splitlines(), *last)


def _title(fit: FittedModel) -> str:
    by = "REML" if fit.method == "reml" else "ML" if fit.weighing is None else "weighted ML (pseudo-likelihood)"
    return f"{fit.vocabulary.said('Growth model')} of {fit.model.outcome}, fitted by {by}"


def _counted(counts: list[tuple[str, str]]) -> str:
    """Names and texts below one another."""
    width = max(9, *(len(name) for name, _ in counts if name != "Predictor")) + 1
    return "\n".join(f"{name:<{width - 1}} " + text.replace("\n", "\n" + width * " ") for name, text in counts)


def _counts(fit: FittedModel) -> list[tuple[str, str]]:
    persons = fit.panel.persons
    fewest, most, mean = persons.occasions
    said = fit.vocabulary.said
    each = said("per person")
    lines = [
        (said("Persons"), f"{persons.count:,} ({fit.model.id})"),
        *_units(fit),
        ("Rows", f"{fit.sums.rows:,} ({fewest} to {most} {each}, mean {mean:.1f})"),
    ]
    lines += design_lines(fit)
    if fit.recipe.shape.changes:
        first, last = whole_period(fit)
        origin = origin_of(fit)
        read = "" if origin is None else f"; the intercept is the {status(fit)} {fit.when.at(origin)}"
        lines.append(("Time" if fit.vocabulary.over_time else "Predictor", f"{fit.when.range(first, last)}{read}"))
    references = reference_words(fit)
    if references:
        lines.append(("Reference", references))
    if fit.panel.rows_dropped:
        reasons = ", ".join(f"{row.rows:,} {row.reason}" for row in fit.panel.dropped.itertuples())
        lines.append(("Left out", f"{fit.panel.rows_dropped:,} rows: {reasons}"))
    if above := above_words(fit):
        lines.append(("Not used", above))
    return lines


def design_lines(fit: FittedModel) -> list[tuple[str, str]]:
    """How persons were sampled: weights, and sampling units in strata."""
    weighing = fit.weighing
    if weighing is None:
        return []
    lines = [("Weights", "; ".join(told_columns(weighing)))] if weighing.columns else []
    if weighing.factors is not None and weighing.design.replicates is not None:
        whose = f" of {weighing.design.replicates.of}" if weighing.design.replicates.of else ""
        kind = weighing.design.replicates.kind
        told = f"{len(weighing.factors)} replicate weights{whose} ({kind}); df {weighing.df:,}"
        return [*lines, ("Design", told)]
    count = weighing.stratum_count
    several_strata = f"{count:,} strat{'um' if count == 1 else 'a'}"
    strata = f" in {several_strata} ({weighing.design.strata})" if weighing.design.strata else ""
    of = weighing.design.psu or unit_of_sampling(fit)
    of += f", {weighing.empty:,} of them not in the fit" if weighing.empty else ""
    units = f"{weighing.sampling_units:,} sampling units ({of}){strata}"
    return [*lines, ("Design", f"{units}; df {weighing.df:,}")]


def unit_of_sampling(fit: FittedModel) -> str:
    """The column of the units that were sampled where the design names none."""
    return list(fit.model.above)[-1] if fit.model.above else fit.model.id


def _units(fit: FittedModel) -> list[tuple[str, str]]:
    """How many units there are at each level above persons, and how many persons each holds."""
    who, found = fit.vocabulary.who, []
    for one in unit_counts(fit):
        name = capital(one.words.several)
        sizes = f"{who.several} per {one.words.one}"
        if one.fewest == one.most:
            sizes = f"{one.fewest} {sizes}"
        else:
            sizes = f"{one.fewest} to {one.most} {sizes}, mean {one.mean:.1f}"
        found.append((name, f"{one.units:,} ({one.column}; {sizes})"))
    return found


def _fixed(fit: FittedModel, table: pd.DataFrame, method: Any, percent: str, line: int) -> str:
    groups = _groups(fit, table)
    cells = _set([[row.term, *_effect(row, _by_z(fit, table))] for _, rows in groups for row in rows.itertuples()])
    head = ["", *_head(fit, table, percent)]
    widths = [max(len(row[place]) for row in (head, *cells)) for place in range(len(head))]
    widths[0] = max(min(widths[0], line - sum(widths[1:]) - 2 * len(head)), 4)
    lines, left = [_title_of_effects(fit, table, method)], iter(cells)
    for title, rows in groups:
        lines += [f" {title}", *_line(head, widths)] if len(lines) == 1 else [f" {title}"]
        lines += [text for _ in range(len(rows)) for text in _line(next(left), widths)]
    return "\n".join([*lines, *_remarks(fit, method)])


def _set(cells: list[list[str]]) -> list[list[str]]:
    """The rows with the decimal points of a column below one another."""
    if not cells:
        return cells
    term, *numbers, interval = zip(*cells, strict=True)
    return [list(row) for row in zip(term, *map(on_the_point, numbers), interval, strict=True)]


def _line(cells: list[str], widths: list[int]) -> list[str]:
    """A row of the table; a term that leaves no room for its numbers has a line of its own."""
    term, *numbers = cells
    texts = [cell.rjust(width) for cell, width in zip(numbers[:-1], widths[1:-1], strict=True)]
    rest = "  ".join([*texts, numbers[-1]]).rstrip()
    if len(term) <= widths[0]:
        return [f"  {term:{widths[0]}}  {rest}"]
    return [f"  {term}", f"  {'':{widths[0]}}  {rest}"]


def _by_z(fit: FittedModel, table: pd.DataFrame) -> bool:
    """Whether effects of a family are tested by z, which has no degrees of freedom to show."""
    return fit.family is not None and bool(np.isinf(table["df"]).all())


def _title_of_effects(fit: FittedModel, table: pd.DataFrame, method: Any) -> str:
    how = "z tests, observed information" if _by_z(fit, table) else f"df: {method.label}"
    return f"Fixed effects ({how})"


def _head(fit: FittedModel, table: pd.DataFrame, percent: str) -> tuple[str, ...]:
    statistic = ("z",) if _by_z(fit, table) else ("df", "t")
    return ("estimate", "SE", *statistic, "p", f"{percent} interval")


def _effect(row: Any, by_z: bool) -> list[str]:
    """Estimate, standard error, df where there are any, statistic, p and interval of a fixed effect as texts."""
    df = [] if by_z else [_df(row.df)]
    numbers = [number(row.estimate), number(row.std_error), *df, f"{row.statistic:.2f}", p_text(row.p_value)]
    return [*numbers, f"{number(row.conf_low)} to {number(row.conf_high)}"]


def _ratio_rows(fit: FittedModel, table: pd.DataFrame) -> tuple[str, list[tuple[str, list[str]]]]:
    """Odds or rate ratios under their name, where the family has them and they are few: value and interval as texts."""
    effect, inside = getattr(fit.outcome_family, "effect", None), is_ratio(fit)
    if effect is None or not 0 < sum(inside) <= MOST_RATIOS:
        return "", []
    several = effect.replace("ratio of", "ratios of") if " of " in effect else f"{effect}s"
    rows = exponentiated(fit, table)[inside].itertuples()
    ratios = [(row.term, [number(row.estimate), f"{number(row.conf_low)} to {number(row.conf_high)}"]) for row in rows]
    return capital(several), ratios


def _ratios(fit: FittedModel, table: pd.DataFrame, percent: str) -> str:
    title, rows = _ratio_rows(fit, table)
    if not rows:
        return ""
    width, values = max(len(term) for term, _ in rows), on_the_point([value for _, (value, _) in rows])
    lines = [f"  {term:{width}}  {value:>10}   {ends}" for value, (term, (_, ends)) in zip(values, rows, strict=True)]
    return "\n".join([f"{title} ({percent} interval)", *lines])


def _remarks(fit: FittedModel, method: Any) -> list[str]:
    """What is missing of the fixed effects, and why."""
    reason = method.why_not(fit)
    few = _few_for_z(fit) if isinstance(method, NormalDf) else ""
    scatter = scatter_remark(fit) if fit.weighing is None else ""
    remarks = [f"  {text}" for text in (reason, centring_offer(fit), few, scatter) if text]
    if fit.aliased:
        remarks.append("  left out as linear combinations of other terms: " + ", ".join(fit.aliased))
    return remarks


def _few_for_z(fit: FittedModel) -> str:
    """What to do where persons, or those of a group, are too few for z tests of a family (Li and Redden 2015)."""
    if fit.family is None:
        return ""
    count, group = fewest_persons(fit)
    if fit.sums.persons < FEW_FOR_Z:
        who = units_counted(fit)
    elif count < FEW_IN_GROUP:
        who = f"the {count} {fit.vocabulary.who.several} with {group}"
    else:
        return ""
    return (
        f"z takes {who} for many and finds too much: ddf='between-within' gives t tests,\n  "
        f"gc.compare() the likelihood ratio, which rests on no standard error"
    )


def _groups(fit: FittedModel, table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows of the table for each growth parameter, then the time-varying covariates."""
    owner = [parameter for parameter, _ in fit.term_parts]
    out = []
    for name in (*fit.model.parameters, ""):
        rows = table[[o == name for o in owner]]
        if len(rows):
            out.append((f"for the {name}" if name else fit.vocabulary.said("time-varying"), rows))
    return out


def _df(df: float) -> str:
    if np.isinf(df):
        return "inf"
    return f"{df:.1f}" if df < 10_000 else f"{df:.0f}"


def _variances(fit: FittedModel, random: Components, percent: str) -> str:
    if random.withheld:
        return f"Variance components\n  withheld: {random.withheld}"
    lines = [f"Variance components ({percent} {random.intervals})"]
    found = _of_persons(random)
    if not found and fit.family is not None:
        return ""
    for heading, part in _by_level(fit, found):
        lines += [f" {heading}"] * bool(heading) + _lines(fit, part, found)
    return "\n".join([*lines, *("  " + text for text in _reliabilities(fit))])


def _by_level(fit: FittedModel, found: list[Finding]) -> list[tuple[str, list[Finding]]]:
    """The components of each level under its heading; without one where there are persons alone."""
    if not fit.model.above:
        return [("", found)]
    parts: dict[str, list[Finding]] = {}
    for one in found:
        parts.setdefault(one.unit, []).append(one)
    few = {one.column: f" ({one.units} only)" for one in unit_counts(fit) if one.units < FEW_UNITS}
    within = f"within {fit.vocabulary.who.several}"
    return [
        (within if unit == RESIDUAL else level_heading(fit, unit) + few.get(unit, ""), part)
        for unit, part in parts.items()
    ]


def _lines(fit: FittedModel, found: list[Finding], beside: list[Finding] | None = None) -> list[str]:
    """A line of each component: name, value and interval, set as `beside`, all that stand in one table."""
    beside = found if beside is None else beside
    width = max(len(_component(fit, one)) for one in beside)
    set_values = dict(zip(map(id, beside), on_the_point([number(one.value) for one in beside]), strict=True))
    triples = [(_component(fit, one), set_values[id(one)], one) for one in found]
    return [f"  {name:{width}}  {value:>10}   {_interval(one)}" for name, value, one in triples]


def _own(fit: FittedModel, random: Components, percent: str) -> list[str]:
    """The family's own parameters under headings of their own."""
    if random.withheld:
        return []
    return [
        "\n".join([f"{title} ({percent} {random.intervals})", *_lines(fit, found)])
        for title, found in _of_family(fit, random).items()
    ]


def _of_persons(random: Components) -> list[Finding]:
    """The components that are not the family's own."""
    return [row.finding for row in random.rows if row.finding.unit != FAMILY]


def _of_family(fit: FittedModel, random: Components) -> dict[str, list[Finding]]:
    """The family's own parameters by what they are: "Thresholds", "Dispersion"."""
    own = [row.finding for row in random.rows if row.finding.unit == FAMILY]
    out: dict[str, list[Finding]] = {}
    for parameter, one in zip(() if fit.family is None else fit.family.parameters(), own, strict=True):
        out.setdefault(HEADINGS.get(parameter.kind, parameter.kind.capitalize()), []).append(one)
    return out


def _component(fit: FittedModel, one: Finding) -> str:
    """A component by its name in tables; the family's own in words."""
    return component_label(fit, one).removeprefix("threshold ") if one.unit == FAMILY else component_text(one)


def _reliabilities(fit: FittedModel) -> list[str]:
    """The reliability of the intercept (HLM) and of the rate, where they vary and residuals are independent."""
    if not fit.independent or fit.bound.crossed:  # rows of a person in several units have no one line
        return []
    if fit.model.above:
        return _reliable_by_level(fit)
    rate = average_rate(fit)
    lines = _of_intercept(fit) if "intercept" in fit.random_names else []
    return [*lines, _reliability(fit, rate)] if rate.varies else lines


def _of_intercept(fit: FittedModel) -> list[str]:
    if isinstance(fit.bound.weights, Absent):
        return []
    row = reliabilities(fit).set_index("effect").loc["intercept"]
    if row["reliability"] != row["reliability"]:
        return []
    at = f" {fit.when.at(fit.recipe.shape.origin)}" if fit.recipe.shape.changes else ""
    persons = fit.vocabulary.said(f"mean over {int(row['persons']):,} persons with an own estimate")
    return [f"reliability of the intercept{at} {row['reliability']:.3f} ({persons})"]


def _reliable_by_level(fit: FittedModel) -> list[str]:
    """Of each random effect at each level, over the units with an own estimate."""
    if isinstance(fit.bound.weights, Absent):
        return [_without_persons(fit)]
    table, own = reliabilities(fit), fit.recipe.random.own_names
    known = table[table["reliability"].notna()]
    lines = []
    for name in dict.fromkeys(own.values()):
        at = f" {fit.when.at(fit.recipe.shape.origin)}" if name == "intercept" and fit.recipe.shape.changes else ""
        rows = known[[own[effect] == name for effect in known["effect"]]].itertuples()
        parts = [f"{row.reliability:.3f} {level_heading(fit, row.unit)}" for row in rows]
        lines += [f"reliability of the {name}{at} {', '.join(parts)}"] if parts else []
    return lines


def _without_persons(fit: FittedModel) -> str:
    people: Any = fit.bound.weights
    return fit.vocabulary.said(f"reliability: not available, {people.short}")


def _interval(found: Finding) -> str:
    """An interval in words, with what is special of it."""
    ends = [number(end) for end in (found.conf_low, found.conf_high)]
    special = [found.note] if found.note else []
    if not found.known:
        special = ["not defined: one of the two does not vary"]
    elif found.value == 0 or (found.kind is Kind.CORRELATION and abs(found.value) == 1):
        special.append("estimated on the boundary")
    return f"{ends[0]} to {ends[1]}" + (f"   ({'; '.join(special)})" if special else "")


def _reliability(fit: FittedModel, rate: Rate) -> str:
    if isinstance(fit.bound.weights, Absent):
        return _without_persons(fit)
    mean, used = mean_reliability(fit, rate)
    what = "average rate" if is_curved(fit) else "slope"
    if not used:
        return fit.vocabulary.said(f"reliability of the {what}: no person has an own line")
    over = fit.vocabulary.said(f"mean over {used:,} persons with an own line")
    return f"reliability of the {what} {mean:.3f} ({over})"


def _indices(fit: FittedModel) -> str:
    deviance, k, n = fit.estimates.deviance + fit.jacobian, fit.parameter_count, fit.sums.rows
    if fit.weighing is not None:
        return f"-2 log pseudo-likelihood {deviance:.1f} ({k} parameters); errors by the design"
    kind = "-2 log restricted likelihood" if fit.method == "reml" else "-2 log likelihood"
    kind += f" of {likelihood_of(fit.model)}" if is_computed(fit.model) else ""
    return (
        f"{kind} {deviance:.1f}   AIC {deviance + 2 * k:.1f}   BIC {deviance + k * np.log(n):.1f}\n"
        f"({k} parameters; BIC with n = {n:,} rows)"
    )
