"""The ladder as an answer, printed as Singer and Willett (2003) print their Tables 4.1 and 4.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.contracts.finding import FAMILY, PERSON, RESIDUAL, Caveat, Finding, Kind
from growthcurves.data.markup import Block, TextTable
from growthcurves.data.panel import Panel
from growthcurves.data.unit_words import level_words
from growthcurves.estimate import by_likelihood
from growthcurves.fitted import FittedModel
from growthcurves.model.growth import GrowthModel
from growthcurves.model.outcomes import likelihood_of
from growthcurves.output.sheet import Sheet, sheet_of_texts
from growthcurves.output.styles import Style
from growthcurves.results.ladder.numbers import Known, ladder_numbers
from growthcurves.results.ladder.rungs import Rung, climb
from growthcurves.results.side_by_side.lines import Lines, Models, fixed_places, set_lines
from growthcurves.results.side_by_side.numbers import FIXED, SHARES, VARIANCES, Number, numbers_table
from growthcurves.results.tables.about import units_counted
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.growth_words import status
from growthcurves.results.tables.labels import component_label
from growthcurves.results.tables.names import finding_text

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
    numbers : tuple of Number
        The same as records: model, part, finding.
    fits : dict of str to fit
        The fit of each model, by its letter.
    titles : dict of str to str
        What each model is.
    criteria_by : str
        The method that deviance, AIC and BIC are by, where it is not that of the fits.
    """

    numbers: tuple[Number, ...]
    fits: dict[str, FittedModel]
    titles: dict[str, str]
    criteria_by: str = ""

    def __str__(self) -> str:
        return "\n".join([*_head(self), "", *set_lines(_lines(self), list(self.fits)), "", *_foot(self)])

    @property
    def compares(self) -> bool:
        """Whether deviance, AIC and BIC compare models with different fixed effects: they are by ML."""
        return (self.criteria_by or next(iter(self.fits.values())).method) == "ml"

    @property
    def models(self) -> Models:
        """The models and their numbers, as rows of the printed table need them."""
        return Models(tuple(self.fits), self.numbers)

    def plot(self, **options: Any) -> Any:
        """What becomes of each variance and of the deviance from model to model.

        Parameters
        ----------
        **options
            ``fig=`` draws on this figure, ``figsize=`` (inches) on a new one of that size.

        Returns
        -------
        Figure
            Of matplotlib.

        Examples
        --------
        >>> import growthcurves as gc
        >>> ladder = gc.ladder("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
        >>> figure = ladder.plot(figsize=(7, 3))
        """
        from growthcurves.plots import plot_ladder

        return plot_ladder(self, **options)

    def _blocks(self) -> tuple[Block, ...]:
        title, *head = _head(self)
        return (title, *head, TextTable(list(self.fits), _lines(self)), *_foot(self))

    def _sheet(self, style: Style, decimals: int | None) -> Sheet:
        title, notes = self._title_and_notes()
        return sheet_of_texts(_lines(self), list(self.fits), style, title, notes)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "titles": dict(self.titles)}


def ladder(model: GrowthModel, panel: Panel, method: str, steps: Any, ddf: Any, kind: type[FittedModel]) -> Ladder:
    """Fit the models of the ladder and put their numbers side by side."""
    return _ladder(climb(model, panel, steps, method, kind), ddf)


def ladder_to(known: Known, ddf: Any) -> Ladder:
    """The ladder to a model that is fitted already, whose numbers are those of its fit.

    Deviance, AIC and BIC are by full maximum likelihood, which alone compares models with other fixed effects.
    """
    fit = known.fit
    rungs = climb(fit.model, fit.panel, (), fit.method, type(fit), fit)
    return _ladder(rungs, ddf, tuple(replace(rung, fit=by_likelihood(rung.fit)) for rung in rungs), known)


def _ladder(
    rungs: tuple[Rung, ...], ddf: Any, compared: tuple[Rung, ...] | None = None, known: Known | None = None
) -> Ladder:
    fits, titles = {rung.name: rung.fit for rung in rungs}, {rung.name: rung.title for rung in rungs}
    numbers = ladder_numbers(rungs, ddf, compared, known)
    return Ladder(numbers_table(numbers), numbers, fits, titles, compared[0].fit.method if compared else "")


def _head(answer: Ladder) -> Iterable[str]:
    top = list(answer.fits.values())[-1]
    by = "REML" if top.method == "reml" else "ML"
    by += "; deviance, AIC and BIC by ML" if by == "REML" and answer.compares else ""
    yield f"{top.vocabulary.said('Ladder of growth models')} of {likelihood_of(top.model)}, fitted by {by}"
    yield f"All models on the same {top.sums.rows:,} rows of {units_counted(top)}{_dropped(top.panel)}"
    if "intercept" in top.model.parameters:
        first = next(iter(answer.fits))
        at = top.when.at(top.recipe.shape.origin)
        yield f"The intercept is the {status(top)} {at}; in {first}, without {top.vocabulary.axis}, the overall mean"
    yield from (f"  {name}  {title}" for name, title in answer.titles.items())


def _said(answer: Ladder) -> Callable[[str], str]:
    """Our own words as they are said of the data."""
    return next(iter(answer.fits.values())).vocabulary.said


def _dropped(panel: Panel) -> str:
    if not panel.rows_dropped:
        return ""
    reasons = ", ".join(f"{row.rows:,} {row.reason}" for row in panel.dropped.itertuples())
    return f"; {panel.rows_dropped:,} rows are left out of all of them: {reasons}"


def _lines(answer: Ladder) -> Lines:
    return [*_fixed(answer), *_variances(answer), *_shares(answer), *_criteria(answer)]


def _fixed(answer: Ladder) -> Lines:
    """Fixed effects by growth parameter, the standard error below the estimate."""
    owners: dict[str, list[Finding]] = {}
    for effect in answer.models.different(FIXED):
        owners.setdefault(effect.of[0], []).append(effect)
    lines: Lines = [("Fixed effects", [])]
    for owner in sorted(owners, key=lambda owner: owner == ""):  # time-varying covariates come last
        lines.append((f" for the {owner}" if owner else _said(answer)(" time-varying"), []))
        for effect in owners[owner]:
            lines += _two_lines(answer, effect, f"  {effect.of[1] or owner}")
    return lines


def _variances(answer: Ladder) -> Lines:
    components = answer.models.different(VARIANCES)
    residual, own = ([moment for moment in components if moment.unit == unit] for unit in (RESIDUAL, FAMILY))
    between = [moment for moment in components if moment.unit not in (RESIDUAL, FAMILY)]
    said = _said(answer)
    lines: Lines = [("Variance components", [])] if residual or between else []
    if residual:
        lines.append((said(" Level 1 (within persons)"), []))
        lines += _two_lines(answer, residual[0], "  residual")
    for level, unit in enumerate(dict.fromkeys(moment.unit for moment in between), start=2):
        who = said("persons") if unit == PERSON else level_words(unit).several
        lines.append((f" Level {level} (between {who})", []))
        mine = (moment for moment in between if moment.unit == unit)
        for moment in sorted(mine, key=lambda moment: moment.kind is Kind.COVARIANCE):
            words = f"covariance of {' and '.join(moment.of)}" if len(moment.of) > 1 else f"in the {moment.of[0]}"
            lines += _two_lines(answer, moment, f"  {words}")
    if own:
        lines.append(("The family's own", []))
    for parameter in own:
        lines += _two_lines(answer, parameter, f"  {component_label(_top(answer), parameter)}")
    return lines


def _top(answer: Ladder) -> FittedModel:
    return list(answer.fits.values())[-1]


def _shares(answer: Ladder) -> Lines:
    shares = answer.models.different(SHARES)
    lines: Lines = [("Pseudo-R2", [])] if shares else []
    for one in shares:
        lines.append((_share_title(answer, one), answer.models.cells(one, fixed_places(3))))
    return lines


def _share_title(answer: Ladder, one: Finding) -> str:
    first, second = list(answer.fits)[:2]
    if one.kind is Kind.SQUARED_CORRELATION:
        return " of the outcome"
    if one.unit == RESIDUAL:
        return f" of the residual variance (against {first})"
    between = "" if one.unit == PERSON else f" between {level_words(one.unit).several}"
    return f" of the variance in the {one.of[0]}{between} (against {second})"


def _criteria(answer: Ladder) -> Lines:
    one = list(answer.fits.values())[-1]
    words = {
        "deviance": (" deviance", 2),
        "aic": (" AIC", 2),
        "bic": (f" BIC, n = {one.sums.rows:,} rows", 2),
        "bic_persons": (f" BIC, n = {units_counted(one)}", 2),
        "parameters": (" parameters", 0),
    }
    lines: Lines = [("Fit", [])]
    for name, (title, places) in words.items():
        criterion = Finding(Kind.CRITERION, float("nan"), of=name)
        lines.append((title, answer.models.cells(criterion, fixed_places(places))))
    return lines


def _two_lines(answer: Ladder, what: Finding, title: str) -> Lines:
    """The estimate with its stars, and below it the standard error in parentheses."""
    places = answer.models.places(what)
    estimates = answer.models.cells(what, lambda found: f"{found.value:.{places}f}{stars(found.p_value)}")

    def error(found: Finding) -> str:
        return "" if np.isnan(found.std_error) else f"({found.std_error:.{places}f})"

    errors = answer.models.cells(what, error, absent="")
    return [(title, estimates), ("", errors)]


def stars(p: float) -> str:
    """The stars of a p-value."""
    return next((mark for limit, mark in STARS if p < limit), "")


def _words_of_shares(answer: Ladder) -> Iterable[str]:
    """What the shares of a variance that is gone are, and are not."""
    if _top(answer).family is None:
        outcome = "Of the outcome: squared correlation with its expected value."
        yield f"{outcome} The others: share of the variance that is gone."
        return
    yield _said(answer)(
        "Variances are of the linear predictor, whose scale every model sets anew: predictors that vary within persons "
        "may raise them when they are added."
    )


def _foot(answer: Ladder) -> Iterable[str]:
    yield "~ p < .10, * p < .05, ** p < .01, *** p < .001 for fixed effects; gc.compare tests variances."
    yield from _words_of_shares(answer)
    if any(fit.model.time_varying for fit in answer.fits.values()):
        yield _said(answer)(
            "Time-varying covariates change what the variances between persons mean: these may rise or fall "
            "for that reason alone."
        )
    if not answer.compares:
        yield "REML: deviance, AIC and BIC compare only models with the same fixed effects; use method='ml' for others."
    noted = [number for number in answer.numbers if number.finding.note]
    told = [number for number in noted if number.finding.caveat is not Caveat.NO_SPREAD]
    yield from (f"{number.model}, {finding_text(number.finding)}: {number.finding.note}." for number in told)
    yield from (f"{name}: {fit.certificate}" for name, fit in answer.fits.items() if not fit.certificate.converged)
