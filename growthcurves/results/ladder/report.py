"""The ladder as an answer, printed as Singer and Willett (2003) print their Tables 4.1 and 4.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from growthcurves.data.markup import Block, TextTable
from growthcurves.data.panel import Panel
from growthcurves.estimate import by_likelihood
from growthcurves.fitted import FittedModel
from growthcurves.model.growth import GrowthModel
from growthcurves.results.ladder.numbers import CRITERIA, FIXED, SHARES, VARIANCES, ladder_table
from growthcurves.results.ladder.rungs import Rung, climb
from growthcurves.results.tables.answer import Answer

#: Stars of Singer and Willett's tables.
STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"), (0.10, "~"))


@dataclass(frozen=True, eq=False, repr=False)
class Ladder(Answer):
    """A ladder of models.

    Attributes
    ----------
    table : DataFrame
        One row per number: the tidy columns, then model, part ("fixed effects", "variance components",
        "pseudo-R2", "fit") and note.
    fits : dict of str to fit
        The fit of each model, by its letter.
    titles : dict of str to str
        What each model is.
    """

    fits: dict[str, FittedModel]
    titles: dict[str, str]

    def __str__(self) -> str:
        return "\n".join([*_head(self), "", *_body(self), "", *_foot(self)])

    def plot(self, **options: Any) -> Any:
        """What becomes of each variance and of the deviance from model to model; on `fig=` if given."""
        from growthcurves.plots import plot_ladder

        return plot_ladder(self, **options)

    def _blocks(self) -> tuple[Block, ...]:
        title, *head = _head(self)
        return (title, *head, TextTable(list(self.fits), _lines(self)), *_foot(self))

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "titles": dict(self.titles)}


def ladder(model: GrowthModel, panel: Panel, method: str, steps: Any, ddf: Any, kind: type[FittedModel]) -> Ladder:
    """Fit the models of the ladder and put their numbers side by side."""
    return _ladder(climb(model, panel, steps, method, kind), ddf)


def ladder_to(fit: FittedModel, ddf: Any) -> Ladder:
    """The ladder by full maximum likelihood to a model that is fitted already."""
    return _ladder(climb(fit.model, fit.panel, (), "ml", type(fit), by_likelihood(fit)), ddf)


def _ladder(rungs: tuple[Rung, ...], ddf: Any) -> Ladder:
    fits, titles = {rung.name: rung.fit for rung in rungs}, {rung.name: rung.title for rung in rungs}
    return Ladder(ladder_table(rungs, ddf), fits, titles)


def _head(answer: Ladder) -> Iterable[str]:
    top = list(answer.fits.values())[-1]
    by = "REML" if top.method == "reml" else "ML"
    yield f"Ladder of growth models of {top.model.outcome}, fitted by {by}"
    yield f"All models on the same {top.moments.rows:,} rows of {top.moments.persons:,} persons{_dropped(top.panel)}"
    yield from (f"  {name}  {title}" for name, title in answer.titles.items())


def _dropped(panel: Panel) -> str:
    if not panel.rows_dropped:
        return ""
    reasons = ", ".join(f"{row.rows:,} {row.reason}" for row in panel.dropped.itertuples())
    return f"; {panel.rows_dropped:,} rows are left out of all of them: {reasons}"


def _body(answer: Ladder) -> Iterable[str]:
    lines = _lines(answer)
    label = max(len(title) for title, _ in lines)
    widths = [max(8, *(len(cells[j]) for _, cells in lines if cells)) for j in range(len(answer.fits))]
    names = "  ".join(f"{name:>{width}}" for name, width in zip(answer.fits, widths, strict=True))
    yield f"{'':{label}}  {names}".rstrip()
    for title, cells in lines:
        row = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=False))
        yield f"{title:{label}}  {row}".rstrip()


Lines = list[tuple[str, list[str]]]


def _lines(answer: Ladder) -> Lines:
    return [*_fixed(answer), *_variances(answer), *_shares(answer), *_criteria(answer)]


def _fixed(answer: Ladder) -> Lines:
    """Fixed effects by growth parameter, the standard error below the estimate."""
    lines: Lines = [("Fixed effects", [])]
    for owner, terms in _owners(answer).items():
        lines.append((f" for the {owner}" if owner else " time-varying", []))
        for term in terms:
            short = term.removeprefix(f"{owner}:") if owner else term
            lines += _two_lines(answer, FIXED, term, f"  {short}")
    return lines


def _owners(answer: Ladder) -> dict[str, list[str]]:
    """The terms of all models for each growth parameter; "" for time-varying covariates."""
    owners: dict[str, list[str]] = {}
    for fit in answer.fits.values():
        for name, terms in fit.bound.growth_terms.items():
            owners.setdefault(name, [])
            owners[name] += [fit.bound.terms[j] for j, _ in terms if fit.bound.terms[j] in fit.terms]
    varying = [name for fit in answer.fits.values() for name in fit.bound.covariates.names if name in fit.terms]
    owners = {**owners, "": varying}
    return {name: list(dict.fromkeys(terms)) for name, terms in owners.items() if terms}


def _variances(answer: Ladder) -> Lines:
    lines: Lines = [("Variance components", []), (" Level 1 (within persons)", [])]
    lines += _two_lines(answer, VARIANCES, "var:residual", "  residual")
    terms = [term for term in _terms(answer, VARIANCES) if term != "var:residual"]
    if terms:
        lines.append((" Level 2 (between persons)", []))
    for term in sorted(terms, key=lambda term: term.startswith("cov:")):
        kind, name = term.split(":", 1)
        words = f"in the {name}" if kind == "var" else "covariance of " + name.replace(",", " and ")
        lines += _two_lines(answer, VARIANCES, term, f"  {words}")
    return lines


def _shares(answer: Ladder) -> Lines:
    lines: Lines = [("Pseudo-R2", [])]
    first, second = list(answer.fits)[:2]
    words = {"R2:outcome": " of the outcome", "R2:residual": f" of the residual variance (against {first})"}
    for term in _terms(answer, SHARES):
        title = words.get(term, f" of the variance in the {term.split(':', 1)[1]} (against {second})")
        lines.append((title, _cells(answer, SHARES, term, partial(_fixed_places, places=3))))
    return lines


def _criteria(answer: Ladder) -> Lines:
    one = list(answer.fits.values())[-1]
    words = {
        "deviance": (" deviance", 2),
        "aic": (" AIC", 2),
        "bic": (f" BIC, n = {one.moments.rows:,} rows", 2),
        "bic_persons": (f" BIC, n = {one.moments.persons:,} persons", 2),
        "parameters": (" parameters", 0),
    }
    lines: Lines = [("Fit", [])]
    for term, (title, places) in words.items():
        lines.append((title, _cells(answer, CRITERIA, term, partial(_fixed_places, places=places))))
    return lines


def _fixed_places(row: Any, places: int) -> str:
    return f"{row.estimate:.{places}f}"


def _two_lines(answer: Ladder, part: str, term: str, title: str) -> Lines:
    """The estimate with its stars, and below it the standard error in parentheses."""
    places = _places(answer, part, term)
    estimates = _cells(answer, part, term, lambda row: f"{row.estimate:.{places}f}{stars(row.p_value):3}")

    def error(row: Any) -> str:
        return "" if np.isnan(row.std_error) else f"({row.std_error:.{places}f})  "

    errors = _cells(answer, part, term, error, absent="")
    return [(title, estimates), ("", errors)]


def _places(answer: Ladder, part: str, term: str) -> int:
    """Decimals that show three digits of the smallest standard error, the same in the whole row."""
    rows = answer.table[(answer.table["part"] == part) & (answer.table["term"] == term)]
    sizes = rows["std_error"].where(rows["std_error"] > 0, rows["estimate"].abs())
    size = sizes[sizes > 0].min()
    return 3 if np.isnan(size) else int(np.clip(2 - np.floor(np.log10(size)), 0, 12))


def _cells(answer: Ladder, part: str, term: str, text: Callable[[Any], str], absent: str = "-") -> list[str]:
    """The text of a term's number in each model: empty where the model has none, `absent` where it has no value."""
    rows = answer.table[(answer.table["part"] == part) & (answer.table["term"] == term)]
    by_model = {row.model: row for row in rows.itertuples()}
    cells = []
    for name in answer.fits:
        row = by_model.get(name)
        cells.append("" if row is None else absent if np.isnan(row.estimate) else text(row))
    return cells


def _terms(answer: Ladder, part: str) -> list[str]:
    return list(dict.fromkeys(answer.table.loc[answer.table["part"] == part, "term"]))


def stars(p: float) -> str:
    """The stars of a p-value."""
    return next((mark for limit, mark in STARS if p < limit), "")


def _foot(answer: Ladder) -> Iterable[str]:
    table = answer.table
    yield "~ p < .10, * p < .05, ** p < .01, *** p < .001 for fixed effects; gc.compare tests variances."
    yield "Of the outcome: squared correlation with its expected value. The others: share of the variance that is gone."
    if any(fit.model.covariates for fit in answer.fits.values()):
        yield (
            "Time-varying covariates change what the variances between persons mean: these may rise or fall "
            "for that reason alone."
        )
    if any(fit.method == "reml" for fit in answer.fits.values()):
        yield "REML: deviance, AIC and BIC compare only models with the same fixed effects; use method='ml' for others."
    noted = table[(table["note"] != "") & ~((table["term"] == "R2:outcome") & table["estimate"].isna())]
    yield from (f"{row.model}, {row.term}: {row.note}." for row in noted.itertuples())
    yield from (f"{name}: {fit.certificate}" for name, fit in answer.fits.items() if not fit.certificate.converged)
