"""Explained variance: every R2 under its author's name, from the moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.engine.estimates import Estimates
from growthcurves.errors import NotEstimableError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.printing import number, time_text
from growthcurves.results.variation.variance_parts import VarianceParts, squared_correlation, variance_parts

NAKAGAWA = "Nakagawa and Schielzeth 2013, Johnson 2014"
SINGER = "Singer and Willett 2003"
SNIJDERS = "Snijders and Bosker 2012"
RIGHTS = "Rights and Sterba 2019"
#: Between-person variance through persons' mean times above this share of the total is told.
MENTIONED = 1e-6
#: A proportional drop below this is rounding of the two optima.
ROUNDING = 1e-9


class Row(NamedTuple):
    """A measure of explained variance."""

    measure: str
    author: str
    value: float
    note: str


@dataclass(frozen=True, eq=False, repr=False)
class R2(Answer):
    """Explained variance: columns measure, author, value, note."""

    def value(self, measure: str) -> float:
        """The value of one measure.

        Raises
        ------
        NotEstimableError
            When there is none of that name.
        """
        rows = self.table[self.table["measure"] == measure]
        if rows.empty:
            raise NotEstimableError(unknown("measure of explained variance", measure, self.table["measure"]))
        return float(rows["value"].iloc[0])

    def __str__(self) -> str:
        lines = ["Explained variance"]
        width = int(self.table["measure"].str.len().max())
        for author, rows in self.table.groupby("author", sort=False):
            lines.append(f"  {author}")
            for _, row in rows.iterrows():
                note = f"   {row['note']}" if row["note"] else ""
                lines.append(f"    {row['measure']:{width}}  {number(row['value'], 3)}{note}")
        return "\n".join(lines)

    def _blocks(self) -> tuple[Block, ...]:
        return ("Explained variance", text_table(self.table))


def r2(fit: FittedModel) -> R2:
    """Explained variance by the definitions in use, each under its author's name.

    - **marginal, conditional** (Nakagawa and Schielzeth 2013; Johnson 2014 for random slopes): variance of the fixed
      part, and of fixed and random part, over total variance; the random part's is the mean over rows of z' G z.
    - **pseudo** (Singer and Willett 2003, section 4.4; Raudenbush and Bryk 2002): proportional drop of a variance
      component, for the residual from the unconditional means model to the unconditional growth model (by time) and
      on to this model (by predictors), for random effects from the unconditional growth model; it can be negative.
      The squared correlation of outcome and fixed part is theirs too.
    - **level 1, level 2** (Snijders and Bosker 2012, section 7.1): proportional drop of the variance of an outcome and
      of a person's mean outcome, from models with random intercepts only, as the authors advise.
    - **total, within, between** (Rights and Sterba 2019): the outcome variance that the model implies, split into what
      fixed effects explain within (f1) and between persons (f2), what random slopes (v) and random intercepts at the
      mean time (m) add, and the residual. Predictors and time are split into persons' means and deviations from them.

    Parameters
    ----------
    fit : FittedModel

    Returns
    -------
    R2

    Raises
    ------
    NotEstimableError
        When variances between persons and of the residual cannot be told apart.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> found = fit.r2()
    >>> round(found.value("marginal"), 3), round(found.value("conditional"), 3)
    (0.279, 0.799)
    """
    if not fit.identified:
        raise NotEstimableError(
            "The design cannot tell the variances between persons and of the residual apart: explained variance is "
            "withheld. Fit fewer random effects, or add occasions."
        )
    parts = variance_parts(fit)
    correlation = Row("squared correlation", SINGER, squared_correlation(fit), "of outcome and fixed part")
    rows = [*_nakagawa(parts), correlation]
    if fit.random_names:
        rows += [*_pseudo(fit), *_snijders_bosker(fit), *_rights_sterba(parts)]
    return R2(pd.DataFrame(rows, columns=list(Row._fields)))


def _nakagawa(parts: VarianceParts) -> Iterator[Row]:
    yield Row("marginal", NAKAGAWA, parts.fixed / parts.total, "")
    yield Row("conditional", NAKAGAWA, (parts.fixed + parts.random) / parts.total, "")


# ---------------------------------------------------------------- drops of variance components


def _means_model(fit: FittedModel, fixed: Sequence[tuple[int, int]] = ((0, 0),)) -> Estimates:
    """The unconditional means model, an overall mean and random intercepts; or random intercepts with these columns."""
    return fit.estimates.with_columns(fixed, (0,), ((0,),))


def _growth_model(fit: FittedModel) -> Estimates:
    """The unconditional growth model: the growth parameters without predictors, the random effects as they are."""
    fixed = tuple((k, 0) for k in fit.bound.growth_rows)
    return fit.estimates.with_columns(fixed, fit.bound.z, fit.model.random.positions)


def _residual(estimates: Estimates) -> float:
    return float(estimates.point.residual_variance())


def _drop(before: float, after: float) -> float:
    """The drop as a share of what was there before; what is nothing but rounding is zero."""
    if not before > 0:
        return float("nan")
    share = (before - after) / before
    return share if abs(share) > ROUNDING else 0.0


def _pseudo(fit: FittedModel) -> Iterator[Row]:
    if any(name in fit.bound.covariates.names for name in fit.random_names):
        return
    growth = _growth_model(fit)
    if fit.model.time is not None and "intercept" in fit.random_names:
        start = _means_model(fit)
        note = "unconditional means to unconditional growth model"
        yield Row("pseudo: residual, by time", SINGER, _drop(_residual(start), _residual(growth)), note)
    if not _has_predictors(fit):
        return
    yield Row("pseudo: residual, by predictors", SINGER, _drop(_residual(growth), fit.residual_variance), "")
    for a, name in enumerate(fit.random_names):
        value = _drop(growth.G[a, a], fit.G[a, a])
        yield Row(f"pseudo: {name}", SINGER, value, _pseudo_note(fit, name, value))


def _has_predictors(fit: FittedModel) -> bool:
    return any(name not in fit.model.parameters for name in fit.terms)


def _pseudo_note(fit: FittedModel, name: str, value: float) -> str:
    notes = []
    if name == "intercept" and fit.model.time is not None and len(fit.random_names) > 1:
        notes.append(f"at {fit.model.time} {time_text(fit.bound.shape.origin)}: another origin gives another value")
    if value != value:
        notes.append("no variance to explain")
    elif value < 0:
        notes.append("negative: the variance rises, as it can")
    return "; ".join(notes)


def _snijders_bosker(fit: FittedModel) -> Iterator[Row]:
    full, empty = _means_model(fit, [fit.bound.x[j] for j in fit.sums.kept]), _means_model(fit)
    size = fit.panel.persons.count / float((1.0 / fit.panel.persons.sizes).sum())
    note = "random intercepts only" if fit.random_names != ("intercept",) else ""
    for level, count in ((1, 1.0), (2, size)):
        before, after = (float(one.G[0, 0] + _residual(one) / count) for one in (empty, full))
        text = note if level == 1 else "; ".join(filter(None, [note, f"{number(size, 3)} occasions (harmonic mean)"]))
        yield Row(f"level {level}", SNIJDERS, _drop(before, after), text)


# ---------------------------------------------------------------- the decomposition


def _rights_sterba(parts: VarianceParts) -> Iterator[Row]:
    p, within, between = parts, parts.within, parts.between
    yield Row("total: fixed, within persons (f1)", RIGHTS, p.fixed_within / p.split, "")
    yield Row("total: fixed, between persons (f2)", RIGHTS, p.fixed_between / p.split, "")
    yield Row("total: random slopes (v)", RIGHTS, p.slopes_within / p.split, "")
    note = "intercepts are those at the mean time"
    yield Row("total: random intercepts (m)", RIGHTS, p.intercepts / p.split, note)
    mixed = p.slopes_between / p.split
    told = "persons' means of time differ: only person-centred time tells change within from differences between"
    if mixed > MENTIONED:
        yield Row("total: random slopes, between persons", RIGHTS, mixed, told)
    yield Row("within: fixed (f1)", RIGHTS, p.fixed_within / within, "")
    yield Row("within: random slopes (v)", RIGHTS, p.slopes_within / within, "")
    if between > 0:
        yield Row("between: fixed (f2)", RIGHTS, p.fixed_between / between, "")
        yield Row("between: random intercepts (m)", RIGHTS, p.intercepts / between, note)
