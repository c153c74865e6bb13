"""What a careful analyst should look at: notes that are warned of and stay with the fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.note import IN_CODE, Note, NoteKind
from growthcurves.data.panel import Panel
from growthcurves.data.repeats import repeated_note
from growthcurves.data.reused_ids import reused_ids_note
from growthcurves.data.suspects import find_suspects
from growthcurves.data.unit_words import level_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.engine.estimates import Estimates, Sums
from growthcurves.errors import listed
from growthcurves.estimate.baseline import baseline_note
from growthcurves.estimate.moved import moved_notes
from growthcurves.estimate.normal_outcome import normal_outcome_note
from growthcurves.fitted import undivided
from growthcurves.model.formula.tree import Factor
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import BoundRows, model_columns
from growthcurves.numerics.distinct import numbered_within
from growthcurves.output.words import capital

#: Fewer persons than this, or units above them, say little about how much they differ.
FEW_PERSONS = 6
#: What depends on the estimates; all other notes are of the rows and the model.
OF_ESTIMATES = (NoteKind.NOT_IDENTIFIED, NoteKind.NOT_CONVERGED, NoteKind.QUADRATURE)


def data_notes(bound: BoundRows) -> Iterable[Note]:
    panel, model = bound.panel, bound.model
    if model.family is None:
        yield from normal_outcome_note(str(model.outcome), panel.values)
    yield from _few_persons(bound)
    yield from _few_units(bound)
    yield from moved_notes(bound)
    measured = [name for name in model_columns(model) if name not in model.above]  # names of units are no measurements
    for suspect in find_suspects(panel, dict.fromkeys([panel.outcome, *measured])):
        yield Note(NoteKind.SUSPECT_VALUES, suspect.sentence(panel.data))
    for name in (column for column in bound.recipe.covariates.used if column != model.time):
        reused = reused_ids_note(panel, name)
        if reused is not None:
            yield Note(NoteKind.REUSED_IDS, reused)
    if not bound.recipe.shape.changes:
        yield from baseline_note(bound, panel.values[panel.persons.first_rows])
        return
    yield from _duplicate_note(bound)
    occasions = _Occasions.of(panel)
    yield from _cohort_note(bound, occasions)
    yield from baseline_note(bound, occasions.baseline)


def notes_of_design(bound: BoundRows) -> Iterable[Note]:
    """What is said of persons, units and times, whatever the outcomes."""
    yield from _few_persons(bound)
    yield from _few_units(bound)
    if bound.recipe.shape.changes:
        yield from _cohort_note(bound, _Occasions.of(bound.panel))


def _few_persons(bound: BoundRows) -> Iterable[Note]:
    panel = bound.panel
    if panel.persons.count < FEW_PERSONS and bound.model.random.names:
        yield Note(
            NoteKind.FEW_PERSONS,
            vocabulary(panel).told(
                "There are {count} persons only: what is said of the differences between persons rests on these few.",
                count=panel.persons.count,
            ),
        )


def _few_units(bound: BoundRows) -> Iterable[Note]:
    """Levels above persons of few units: their variances rest on these."""
    counts = [len(first) for first, _ in numbered_within(bound.units)] or [len(who) for _, who in bound.crossed]
    for unit, count in zip(bound.model.above, counts, strict=True):
        words = level_words(unit)
        if count < FEW_PERSONS:
            there, these = ("is", "this one") if count == 1 else ("are", "these few")
            yield Note(
                NoteKind.FEW_PERSONS,
                f"There {there} {count} {words.one if count == 1 else words.several} only: what is said of the "
                f"differences between {words.several}, and of what predicts them, rests on {these}.",
            )


def _duplicate_note(bound: BoundRows) -> Iterable[Note]:
    repeated = None if bound.crossed else repeated_note(bound.panel)  # several raters of a person at one time are meant
    if repeated is not None:
        yield Note(NoteKind.REPEATED_TIMES, repeated)


@dataclass(frozen=True)
class _Occasions:
    """First and last time of every person, and the outcome at the first, each (N,)."""

    first: np.ndarray
    last: np.ndarray
    baseline: np.ndarray

    @classmethod
    def of(cls, panel: Panel) -> _Occasions:
        times, outcome, persons = panel.times, panel.values, panel.persons
        if persons.starts is not None and _ascending(times, persons.starts):
            starts, ends = persons.starts, np.append(persons.starts[1:], persons.rows) - 1
            return cls(times[starts], times[ends], outcome[starts])
        first, last = np.full(persons.count, np.inf), np.full(persons.count, -np.inf)
        np.minimum.at(first, persons.codes, times)
        np.maximum.at(last, persons.codes, times)
        at_first = np.flatnonzero(times == first[persons.codes])
        baseline = np.empty(persons.count)
        baseline[persons.codes[at_first]] = outcome[at_first]
        return cls(first, last, baseline)


def _ascending(times: np.ndarray, starts: np.ndarray) -> bool:
    """Whether each person's rows, which begin at `starts`, are in the order of time."""
    back = times[1:] < times[:-1]
    back[starts[1:] - 1] = False
    return not back.any()


def _cohort_note(bound: BoundRows, occasions: _Occasions) -> Iterable[Note]:
    first, words = occasions.first, vocabulary(bound.panel)
    if first.min() == first.max() or not words.over_time:
        return
    followed = occasions.last - first
    if 2 * np.count_nonzero(followed < 2.0 * first.std()) < first.size:  # nor is the median, which costs more
        return
    span = float(np.median(followed))
    if span > 0 and float(first.std()) > 0.5 * span:
        time = bound.model.time
        yield Note(
            NoteKind.COHORTS,
            words.told(
                "Persons start at very different values of {time!r} (SD {sd:.3g}, median follow-up {span:.3g}): "
                "differences between persons of different {time!r} and change within persons are mixed in the slope. "
                "Measure time from each person's first occasion and give the first {time!r} as a predictor to split "
                "them.{code}gc.age_cohort(data, id={id!r}, age={time!r}) makes both columns.",
                time=time, sd=first.std(), span=span, code=IN_CODE, id=bound.model.id,
            ),  # fmt: skip
        )


def design_notes(bound: BoundRows, sums: Sums) -> Iterable[Note]:
    left_out = [bound.recipe.terms[j] for j in sums.left_out]
    if left_out:
        shown = listed(left_out, 220)
        count = f" ({len(left_out)} of {len(bound.recipe.terms)} terms)" if shown.endswith("...") else ""
        yield Note(NoteKind.LEFT_OUT, f"Left out as linear combinations of other terms: {shown}{count}.")
    if not bound.recipe.shape.changes or "intercept" not in bound.recipe.predictors:
        return
    intercept = set(bound.recipe.predictors["intercept"].names)
    for parameter in bound.model.parameters[1:]:
        lone = [name for name in bound.recipe.predictors[parameter].names if name not in intercept and name != "1"]
        if lone and "1" in bound.recipe.predictors[parameter].names:
            names = ", ".join(lone)
            yield Note(
                NoteKind.SLOPE_ONLY,
                vocabulary(bound.panel).told(
                    "{names} predicts the {parameter} but not the intercept: all persons are held to be equal at the "
                    "origin whatever their {names}; add it to the intercept unless that is meant.",
                    names=names, parameter=parameter,
                ),  # fmt: skip
            )
    yield from _origin_note(bound)


def _origin_note(bound: BoundRows) -> Iterable[Note]:
    """An origin far outside the data matters where G is not closed under a change of origin."""
    (low, high), origin = bound.panel.time_range, bound.recipe.shape.origin
    away = max(low - origin, origin - high, 0.0)
    if away <= 2.0 * (high - low):
        return
    together = bound.model.random.together("intercept", "slope")
    if "slope" in bound.recipe.random_names and not together:
        yield Note(
            NoteKind.FAR_ORIGIN,
            f"The origin of {bound.model.time!r} ({origin:g}) lies far outside the data ({low:g} to {high:g}) and the "
            f"random slope has no covariance with a random intercept: the model depends on this origin; "
            f"move the origin inside the data, or let intercept and slope covary.{IN_CODE}origin= sets it.",
        )


def estimation_notes(bound: BoundRows, estimates: Estimates) -> Iterable[Note]:
    verdict = estimates.verdict
    if not verdict.identified:
        yield Note(NoteKind.NOT_IDENTIFIED, _not_told_apart(bound, estimates))
    if not verdict.converged:
        yield Note(
            NoteKind.NOT_CONVERGED,
            f"The optimum could not be certified (Newton decrement {verdict.decrement:.2g}): do not rely on this fit.",
        )
    how = estimates.quadrature
    if how is not None and verdict.converged and not how.settled:
        yield Note(NoteKind.QUADRATURE, _too_coarse(how))


def _too_coarse(how: Any) -> str:
    """What more points would change, and what to do."""
    taken = f"{how.points} quadrature points" if how.points > 1 else "Laplace's approximation"
    if not np.isfinite(how.errors):
        return (
            f"{capital(taken)} of the likelihood could not be checked: with {how.compared} points there "
            f"is no finite curvature at these estimates, so that there are no standard errors; take fewer "
            f"random effects."
        )
    more = "leave quadrature= to 'auto'" if how.asked != "auto" else f"quadrature={how.compared} or more"
    return (
        f"{capital(taken)} of the likelihood did not suffice: with {how.compared} points the deviance is "
        f"{abs(how.deviance):.2g} {'lower' if how.deviance < 0 else 'higher'} at these estimates, and an estimate "
        f"moves by {how.errors:.2g} standard errors: take more points.{IN_CODE}{more}."
    )


def _not_told_apart(bound: BoundRows, estimates: Estimates) -> str:
    random, words = bound.recipe.random_names, vocabulary(bound.panel)
    names = estimates.confounded(random)
    if not names and (factor := _factor_of_persons(bound)):
        return words.told(
            "{factor} has a level of its own for every person and takes up all differences between persons: nothing "
            "is left for random effects of persons, whose variances are withheld. Leave {factor} out, or the random "
            "effects.",
            factor=factor,
        )
    if not names and (factors := ", ".join(sorted(_random_factors(bound)))):
        return words.told(
            "The random effects of the levels of {factors} leave nothing within persons to tell G from the residual: "
            "only their sum, the marginal covariance of the outcomes, is determined, and AIC counts its {free} "
            "parameters. Fixed effects are valid; G, sigma^2, ICC and persons' estimates are withheld.",
            factors=factors, free=estimates.free,
        )  # fmt: skip
    if not names and (still := ", ".join(_still_in_random_part(bound))):
        return words.told(
            "{still} does not vary within persons, so that its random effect cannot be told from those beside it: "
            "fixed effects are valid; variances, ICC and persons' estimates are withheld. Leave it out of the random "
            "part, or give its levels random effects of their own.{code}(0 + C({still}) | {id}).",
            still=still, id=bound.model.id, code=IN_CODE,
        )  # fmt: skip
    if not names:
        return words.told(
            "The variances of {random} and of the residual cannot be told apart in this design (too few occasions "
            "per person, at times that persons share): fixed effects are valid, and variances, reliability, ICC and "
            "persons' estimates are withheld. Fit fewer random effects, or add occasions.",
            random=", ".join(random),
        )
    return (
        f"{undivided(names)} cannot be told apart in this design: other values of them have the same covariance of "
        f"outcomes. Fixed effects are valid; variances and what needs them are withheld. Fit fewer random effects, or "
        f"a structure with fewer parameters."
    )


def _random_factors(bound: BoundRows) -> set[str]:
    """The factors whose levels have a random effect each."""
    return {factor.label for columns in bound.recipe.varying for factor in columns.categorical}


def _still_in_random_part(bound: BoundRows) -> list[str]:
    """Columns in random effects beside time that are the same in all rows of every person."""
    if not bound.panel.has_rows:
        return []
    people = PersonLevel(bound.panel)
    used = dict.fromkeys(name for columns in bound.recipe.varying for name in columns.used if name != bound.model.time)
    return [name for name in used if not people.varies(name)]


def _factor_of_persons(bound: BoundRows) -> str:
    """A factor of the fixed effects whose levels tell all persons apart; empty without one."""
    recipe, persons = bound.recipe, bound.panel.persons
    if not bound.panel.has_rows:
        return ""
    for columns in (*recipe.predictors.values(), recipe.covariates):
        for factor in columns.categorical:
            if factor.columns == {bound.model.id} or _tells_all_apart(bound, factor, persons.count):
                return factor.label
    return ""


def _tells_all_apart(bound: BoundRows, factor: Factor, persons: int) -> bool:
    """Whether a factor of columns that do not vary within persons has as many levels as there are persons."""
    first = bound.panel.persons.first_rows
    table = bound.panel.frame[sorted(factor.columns)]
    return len(table.drop_duplicates()) == len(table.iloc[first].drop_duplicates()) == persons
