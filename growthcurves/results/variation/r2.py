"""Explained variance: every R2 under its author's name, from the moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON, RESIDUAL, Finding, Kind
from growthcurves.data.markup import Block
from growthcurves.data.vocabulary import PERSONS, Vocabulary
from growthcurves.engine.estimates import Estimates
from growthcurves.errors import NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.questions.covariates import time_terms
from growthcurves.results.questions.levels import is_crossed, units_above
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.growth_words import random_words
from growthcurves.results.tables.printing import number
from growthcurves.results.tables.units import level_heading
from growthcurves.results.variation.variance_parts import VarianceParts, drop, squared_correlation, variance_parts

NAKAGAWA = "Nakagawa and Schielzeth 2013, Johnson 2014"
LATENT = "Nakagawa, Johnson and Schielzeth 2017"
SINGER = "Singer and Willett 2003"
SNIJDERS = "Snijders and Bosker 2012"
RIGHTS = "Rights and Sterba 2019"
TWO_LEVELS = (
    f"The decomposition of {RIGHTS} is of persons and their occasions alone: it is not told of models with units above."
)
#: Between-person variance through persons' mean times above this share of the total is told.
MENTIONED = 1e-6
#: What the residual variance drops by from means to growth.
TIME = "time"


class Measure(NamedTuple):
    """A measure of explained variance, and who defined it."""

    finding: Finding
    author: str


#: Where variance comes from, in the decomposition of Rights and Sterba.
SOURCES = {
    "f1": "fixed, within persons (f1)",
    "f2": "fixed, between persons (f2)",
    "v": "random slopes (v)",
    "m": "random intercepts (m)",
    "v2": "random slopes, between persons",
}
_PARTS = {"f1": "fixed (f1)", "f2": "fixed (f2)"}


def measure_text(finding: Finding, words: Vocabulary = PERSONS) -> str:
    """What a measure is called in the table, and in the words of the data."""
    kind, of = finding.kind, finding.of
    if kind is Kind.VARIANCE_DROP:
        of = words.axis if of == TIME else of
        return f"pseudo: residual, by {of}" if finding.unit == RESIDUAL else f"pseudo: {of}"
    if kind is Kind.OUTCOME_DROP:
        return f"level {of}"
    if kind is Kind.SHARE_OF_TOTAL:
        return f"total: {words.said(SOURCES[of])}"
    if kind in (Kind.SHARE_WITHIN, Kind.SHARE_BETWEEN):
        whose = "within" if kind is Kind.SHARE_WITHIN else "between"
        return f"{whose}: {_PARTS.get(of, SOURCES[of])}"
    return _NAMES[kind]


_NAMES = {
    Kind.SHARE_MARGINAL: "marginal",
    Kind.SHARE_CONDITIONAL: "conditional",
    Kind.SQUARED_CORRELATION: "squared correlation",
}


@dataclass(frozen=True, eq=False, repr=False)
class R2(Answer):
    """Explained variance: columns measure, author, value, note, label.

    Attributes
    ----------
    measures : tuple of Measure
        The rows of the table as findings, each with its author.
    vocabulary : Vocabulary
        The words that measures are shown in.
    note : str
        What is not told, and why; empty where all is.
    """

    measures: tuple[Measure, ...]
    vocabulary: Vocabulary = PERSONS
    note: str = ""

    def value(self, measure: str) -> float:
        """The value of one measure.

        Parameters
        ----------
        measure : str
            ``"marginal"`` or another of ``table["measure"]``.

        Returns
        -------
        float
            A share of variance; a proportional drop can be negative.

        Raises
        ------
        NotEstimableError
            When there is none of that name.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> round(fit.r2().value("conditional"), 3)
        0.799
        """
        known = {measure_text(one.finding): one.finding.value for one in reversed(self.measures)}
        if not among(measure, known):
            raise NotEstimableError(unknown("measure of explained variance", measure, self.table["measure"]))
        return float(known[measure])

    def __str__(self) -> str:
        lines = ["Explained variance"]
        shown = self.table.assign(shown=[self._shown(one.finding) for one in self.measures])
        width = int(shown["shown"].str.len().max())
        for author, rows in shown.groupby("author", sort=False):
            lines.append(f"  {author}")
            for _, row in rows.iterrows():
                note = f"   {row['note']}" if row["note"] else ""
                lines.append(f"    {row['shown']:{width}}  {number(row['value'], 3)}{note}")
        return "\n".join([*lines, *filter(None, [self.note])])

    def _blocks(self) -> tuple[Block, ...]:
        named = {"measure": [self._shown(one.finding) for one in self.measures]}
        table = text_table(self.table.assign(**named).drop(columns="label"))
        return ("Explained variance", table, *filter(None, [self.note]))

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "note": self.note}

    def _shown(self, finding: Finding) -> str:
        """A measure in the words of the data."""
        return measure_text(finding, self.vocabulary)


def r2(fit: FittedModel) -> R2:
    """Explained variance by the definitions in use, each under its author's name; see `GrowthFit.r2`."""
    if not fit.identified:
        raise NotEstimableError(
            "The design cannot tell the variances between persons and of the residual apart: explained variance is "
            "withheld. Fit fewer random effects, or add occasions."
        )
    parts = variance_parts(fit)
    if fit.family is not None:
        return _answer(fit, list(_nakagawa(parts, LATENT)))
    note = "of outcome and fixed part"
    correlation = Finding(Kind.SQUARED_CORRELATION, squared_correlation(fit), note=note)
    measures = [*_nakagawa(parts), Measure(correlation, SINGER)]
    if fit.random_names:
        measures += [*_pseudo(fit), *_snijders_bosker(fit)]
        measures += [] if units_above(fit) else _rights_sterba(parts, fit.vocabulary.axis)
    return _answer(fit, measures, TWO_LEVELS if units_above(fit) else "")


def _answer(fit: FittedModel, measures: list[Measure], note: str = "") -> R2:
    rows = [
        [measure_text(found), author, found.value, found.note, _label(fit, found)] for found, author in measures
    ]
    table = said(pd.DataFrame(rows, columns=["measure", "author", "value", "note", "label"]), fit)
    return R2(table, tuple(measures), fit.vocabulary, fit.vocabulary.said(note))


def _nakagawa(parts: VarianceParts, author: str = NAKAGAWA) -> Iterator[Measure]:
    note = "on the latent scale" if author == LATENT else ""
    yield Measure(Finding(Kind.SHARE_MARGINAL, parts.fixed / parts.total, note=note), author)
    yield Measure(Finding(Kind.SHARE_CONDITIONAL, (parts.fixed + parts.random) / parts.total, note=note), author)


def _label(fit: FittedModel, found: Finding) -> str:
    """A measure in words that say of what it is a share."""
    kind, of, said = found.kind, found.of, fit.vocabulary.said
    if kind is Kind.VARIANCE_DROP:
        by = f"by {fit.vocabulary.axis if of == TIME else 'predictors'}"
        return f"share of the {_whose(fit, found)} that is gone {by}"
    if kind is Kind.OUTCOME_DROP:
        whose = "single observations" if of == 1 else said("a person's mean")
        return f"share of the error in predicting {whose} that predictors take away"
    if kind is Kind.SHARE_OF_TOTAL:
        return f"share of the total variance: {said(SOURCES[of])}"
    if kind in (Kind.SHARE_WITHIN, Kind.SHARE_BETWEEN):
        where = said("within persons" if kind is Kind.SHARE_WITHIN else "between persons")
        return f"share of the variance {where}: {said(_PARTS.get(of, SOURCES[of]))}"
    return _LABELS[kind]


def _whose(fit: FittedModel, found: Finding) -> str:
    if found.unit == RESIDUAL:
        return "residual variance"
    own = fit.recipe.random.own_names[found.of]
    words = random_words(fit).parameters.get(own)
    between = f" {level_heading(fit, found.unit)}" if units_above(fit) else ""
    return f"variance of the {own if words is None else words.short}{between}"


_LABELS = {
    Kind.SHARE_MARGINAL: "share of the variance that fixed effects explain",
    Kind.SHARE_CONDITIONAL: "share of the variance that fixed and random effects explain",
    Kind.SQUARED_CORRELATION: "squared correlation of the outcome with its expected value",
}

# ---------------------------------------------------------------- drops of variance components


def _means_model(fit: FittedModel, fixed: Sequence[tuple[int, int]] = ((0, 0),)) -> Estimates:
    """The unconditional means model, an overall mean and random intercepts; or random intercepts with these columns.

    Units above persons have a random intercept each.
    """
    units = (PERSON, *units_above(fit))
    blocks = tuple((place,) for place in range(len(units)))
    owners = tuple((unit, 1) for unit in units) if len(units) > 1 else None
    return fit.estimates.with_columns(fixed, (0,) * len(units), blocks, owners)


def _growth_model(fit: FittedModel) -> Estimates:
    """The unconditional growth model: the curve without predictors, the random effects as they are."""
    return fit.estimates.with_columns(_curve(fit), fit.recipe.z, fit.recipe.random.positions)


def _curve(fit: FittedModel) -> tuple[tuple[int, int], ...]:
    """The columns of the curve: growth parameters without predictors, and covariates that are made of time alone."""
    recipe, kept = fit.recipe, [fit.recipe.x[j] for j in fit.sums.kept]
    first = len(recipe.x) - len(recipe.covariates.names)
    of_time = [recipe.x[first + j] for j, (_, alone) in enumerate(time_terms(fit)) if alone]
    rows = {row for row, _ in kept}
    return (*((k, 0) for k in recipe.growth_rows if k in rows), *(column for column in of_time if column in kept))


def _residual(estimates: Estimates) -> float:
    return float(estimates.point.residual_variance())


def _pseudo(fit: FittedModel) -> Iterator[Measure]:
    if fit.recipe.effects_of_rows:
        return
    growth = _growth_model(fit)
    if _curve(fit) != ((0, 0),) and "intercept" in fit.random_names:
        start = _means_model(fit)
        note = fit.vocabulary.said("unconditional means to unconditional growth model")
        yield _dropped(_residual(start), _residual(growth), RESIDUAL, TIME, note)
    if not _has_predictors(fit):
        return
    yield _dropped(_residual(growth), fit.residual_variance, RESIDUAL, "predictors")
    for a, name in enumerate(fit.random_names):
        note = _pseudo_note(fit, name, drop(growth.G[a, a], fit.G[a, a]))
        yield _dropped(growth.G[a, a], fit.G[a, a], fit.recipe.random.unit_of[name], name, note)


def _dropped(before: float, after: float, unit: str, of: str, note: str = "") -> Measure:
    return Measure(Finding(Kind.VARIANCE_DROP, drop(before, after), unit, of=of, note=note), SINGER)


def _has_predictors(fit: FittedModel) -> bool:
    """Whether anything but the curve is in the fixed part."""
    return len(fit.terms) > len(_curve(fit))


def _pseudo_note(fit: FittedModel, name: str, value: float) -> str:
    notes = []
    own = fit.recipe.random.own_names
    alone = sum(unit == fit.recipe.random.unit_of[name] for unit in fit.recipe.random.unit_of.values()) == 1
    if own[name] == "intercept" and fit.recipe.shape.changes and not alone:
        notes.append(f"{fit.when.at(fit.recipe.shape.origin)}: another origin gives another value")
    if value != value:
        notes.append("no variance to explain")
    elif value < 0:
        notes.append("negative: the variance rises, as it can")
    return "; ".join(notes)


def _snijders_bosker(fit: FittedModel) -> Iterator[Measure]:
    full, empty = _means_model(fit, [fit.recipe.x[j] for j in fit.sums.kept]), _means_model(fit)
    size = 1.0 / float(fit.person_shares @ (1.0 / fit.row_totals))
    intercepts = set(fit.recipe.random.own_names.values()) == {"intercept"}
    note = "" if intercepts else "random intercepts only"
    of_means = () if is_crossed(fit) else ((2, size),)  # rows of a person in several units have no mean in one
    for level, count in ((1, 1.0), *of_means):
        before, after = (float(np.trace(one.G) + _residual(one) / count) for one in (empty, full))
        sizes = fit.vocabulary.said(f"{number(size, 3)} occasions (harmonic mean)")
        text = note if level == 1 else "; ".join(filter(None, [note, sizes]))
        yield Measure(Finding(Kind.OUTCOME_DROP, drop(before, after), of=level, note=text), SNIJDERS)


# ---------------------------------------------------------------- the decomposition


def _rights_sterba(parts: VarianceParts, time: str) -> Iterator[Measure]:
    p, note = parts, f"intercepts are those at the mean {time}"
    sources = [("f1", p.fixed_within, ""), ("f2", p.fixed_between, ""), ("v", p.slopes_within, "")]
    yield from (_share(Kind.SHARE_OF_TOTAL, *source, p.split) for source in [*sources, ("m", p.intercepts, note)])
    told = f"means of {time} differ: only {time} less its mean tells effects within from differences between"
    if p.slopes_between / p.split > MENTIONED:
        yield _share(Kind.SHARE_OF_TOTAL, "v2", p.slopes_between, told, p.split)
    yield _share(Kind.SHARE_WITHIN, "f1", p.fixed_within, "", p.within)
    yield _share(Kind.SHARE_WITHIN, "v", p.slopes_within, "", p.within)
    if p.between > 0:
        yield _share(Kind.SHARE_BETWEEN, "f2", p.fixed_between, "", p.between)
        yield _share(Kind.SHARE_BETWEEN, "m", p.intercepts, note, p.between)


def _share(kind: Kind, source: str, variance: float, note: str, whole: float) -> Measure:
    return Measure(Finding(kind, variance / whole, of=source, note=note), RIGHTS)
