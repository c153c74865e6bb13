"""The printed summary of a fit."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.data.markup import Block, TextTable
from growthcurves.data.saved_panel import Absent
from growthcurves.fitted import FittedModel
from growthcurves.model.growth import equations
from growthcurves.model.outcomes import is_computed, measured
from growthcurves.output.numbers import on_the_point
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.intervals import OF_COMPONENTS
from growthcurves.results.persons.people import reliability
from growthcurves.results.persons.reliability import reliabilities
from growthcurves.results.questions.covariates import origin_of
from growthcurves.results.questions.rates import Rate, average_rate, is_curved, whole_period
from growthcurves.results.questions.references import reference_words
from growthcurves.results.questions.zeros import centring_offer
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.growth_words import status
from growthcurves.results.tables.names import component_text
from growthcurves.results.tables.printing import number, p_text
from growthcurves.results.variation.variances import Components, components

#: Widths of the table of fixed effects, where the names of terms allow it: in a file, and on a wide terminal at most.
LINE, WIDEST = 80, 140


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
    terms = {name: list(columns.names) for name, columns in fit.recipe.predictors.items()}
    basis = fit.recipe.shape.level_one(fit.model.time or "")
    model = fit.model.replace(random=fit.recipe.random)  # each random effect by its own name
    lines = equations(model, fit.model.parameters, terms, basis, fit.family, fit.recipe.products)
    return f"{lines}\n          {fit.model.time}: {fit.when.axis}" if fit.model.time and fit.when.origin else lines


def summary(
    fit: FittedModel,
    ddf: Any = None,
    level: float = 0.95,
    intervals: Any = OF_COMPONENTS,
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
        "\n".join(f"{name:<9} " + text.replace("\n", "\n" + 10 * " ") for name, text in _counts(fit)),
        _fixed(fit, table, method, percent, line),
        _variances(fit, random, percent),
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
        effects += [(title, []), *((row.term, _effect(row)) for row in rows.itertuples())]
    fixed = TextTable(("estimate", "SE", "df", "t", "p", f"{percent} interval"), effects)
    blocks: list[Block] = [_title(fit), level_equations(fit), counts]
    blocks += [f"Fixed effects (df: {method.label})", fixed, *(text.strip() for text in _remarks(fit, method))]
    if not fit.identified:
        blocks += [_variances(fit, random, percent)]
    else:
        found = [row.finding for row in random.rows]
        rows = [(component_text(one), [number(one.value), _interval(one)]) for one in found]
        interval = f"{percent} {random.intervals}"
        blocks += ["Variance components", TextTable(("estimate", interval), rows, frozenset({1})), *_reliabilities(fit)]
    return (*blocks, *_indices(fit).splitlines(), *last)


def _title(fit: FittedModel) -> str:
    by = "REML" if fit.method == "reml" else "ML"
    return f"{fit.vocabulary.said('Growth model')} of {fit.model.outcome}, fitted by {by}"


def _counts(fit: FittedModel) -> list[tuple[str, str]]:
    persons, sizes = fit.panel.persons, fit.panel.persons.sizes
    said = fit.vocabulary.said
    each = said("per person")
    lines = [
        (said("Persons"), f"{persons.count:,} ({fit.model.id})"),
        ("Rows", f"{fit.sums.rows:,} ({sizes.min()} to {sizes.max()} {each}, mean {sizes.mean():.1f})"),
    ]
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
    return lines


def _fixed(fit: FittedModel, table: pd.DataFrame, method: Any, percent: str, line: int) -> str:
    groups = _groups(fit, table)
    cells = _set([[row.term, *_effect(row)] for _, rows in groups for row in rows.itertuples()])
    head = ["", "estimate", "SE", "df", "t", "p", f"{percent} interval"]
    widths = [max(len(row[place]) for row in (head, *cells)) for place in range(len(head))]
    widths[0] = max(min(widths[0], line - sum(widths[1:]) - 2 * len(head)), 4)
    lines, left = [f"Fixed effects (df: {method.label})"], iter(cells)
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


def _effect(row: Any) -> list[str]:
    """Estimate, standard error, df, t, p and interval of a fixed effect as texts."""
    numbers = [number(row.estimate), number(row.std_error), _df(row.df), f"{row.statistic:.2f}", p_text(row.p_value)]
    return [*numbers, f"{number(row.conf_low)} to {number(row.conf_high)}"]


def _remarks(fit: FittedModel, method: Any) -> list[str]:
    """What is missing of the fixed effects, and why."""
    reason = method.why_not(fit)
    remarks = [f"  {text}" for text in (reason, centring_offer(fit)) if text]
    if fit.aliased:
        remarks.append("  left out as linear combinations of other terms: " + ", ".join(fit.aliased))
    return remarks


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
    found = [row.finding for row in random.rows]
    width = max(len(component_text(one)) for one in found)
    for one, value in zip(found, on_the_point([number(one.value) for one in found]), strict=True):
        lines.append(f"  {component_text(one):{width}}  {value:>10}   {_interval(one)}")
    return "\n".join([*lines, *("  " + text for text in _reliabilities(fit))])


def _reliabilities(fit: FittedModel) -> list[str]:
    """The reliability of the intercept (HLM) and of the rate, where they vary and residuals are independent."""
    if not fit.independent:
        return []
    rate = average_rate(fit)
    lines = _of_intercept(fit) if "intercept" in fit.random_names else []
    return [*lines, _reliability(fit, rate)] if rate.varies else lines


def _of_intercept(fit: FittedModel) -> list[str]:
    if isinstance(fit.sums.people, Absent):
        return []
    row = reliabilities(fit).set_index("effect").loc["intercept"]
    if row["reliability"] != row["reliability"]:
        return []
    at = f" {fit.when.at(fit.recipe.shape.origin)}" if fit.recipe.shape.changes else ""
    persons = fit.vocabulary.said(f"mean over {int(row['persons']):,} persons with an own estimate")
    return [f"reliability of the intercept{at} {row['reliability']:.3f} ({persons})"]


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
    if isinstance(fit.sums.people, Absent):
        return fit.vocabulary.said("reliability: not available, the fit was saved without its persons")
    values = reliability(fit, rate)
    used = ~np.isnan(values)
    what = "average rate" if is_curved(fit) else "slope"
    if not used.any():
        return fit.vocabulary.said(f"reliability of the {what}: no person has an own line")
    over = fit.vocabulary.said(f"mean over {used.sum():,} persons with an own line")
    return f"reliability of the {what} {values[used].mean():.3f} ({over})"


def _indices(fit: FittedModel) -> str:
    deviance, k, n = fit.estimates.deviance, fit.parameter_count, fit.sums.rows
    kind = "-2 log restricted likelihood" if fit.method == "reml" else "-2 log likelihood"
    kind += f" of {measured(fit.model)}" if is_computed(fit.model) else ""
    return (
        f"{kind} {deviance:.3f}   AIC {deviance + 2 * k:.3f}   BIC {deviance + k * np.log(n):.3f}\n"
        f"({k} parameters; BIC with n = {n:,} rows)"
    )
