"""The items of two reporting checklists, and what a report fills of each, in our own words.

LEVEL: Monsalves, Bangdiwala, Thabane and Bangdiwala (2020), BMC Medical Research Methodology 20:3, Table 4; the items
of a report's introduction and methods. GRoLTS: van de Schoot, Sijbrandij, Winter, Depaoli and Vermunt (2017),
Structural Equation Modeling 24:451-467; it is made for models with latent classes, and the items that need classes
are said not to apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from growthcurves.data.unit_words import level_words
from growthcurves.errors import NotAvailableError
from growthcurves.output.words import listed
from growthcurves.plots.missing import why_no_waves
from growthcurves.report.missed import missed_of
from growthcurves.report.section import Subject


@dataclass(frozen=True)
class Filled:
    """What the page does for an item.

    Attributes
    ----------
    state : {"here", "part", "author", "none"}
        On the page; partly; for the author to add; does not apply.
    text : str
        What is there, or what must be added.
    where : str
        The section; empty where there is none.
    """

    state: str
    text: str
    where: str = ""


@dataclass(frozen=True)
class Item:
    """An item: its number, what it asks, and what a page does for it."""

    number: str
    text: str
    filled: Callable[[Subject], Filled]


@dataclass(frozen=True)
class Checklist:
    """A checklist with its source, and whether it is for change over time alone."""

    name: str
    about: str
    source: str
    items: tuple[Item, ...]
    of_change: bool = False


def _here(text: str, where: str) -> Callable[[Subject], Filled]:
    return lambda subject: Filled("here", subject.said(text), where)


def _part(text: str, where: str) -> Callable[[Subject], Filled]:
    return lambda subject: Filled("part", subject.said(text), where)


def _author(text: str) -> Callable[[Subject], Filled]:
    return lambda subject: Filled("author", subject.said(text))


def _none(text: str) -> Callable[[Subject], Filled]:
    return lambda subject: Filled("none", subject.said(text))


def _with_time(filled: Callable[[Subject], Filled]) -> Callable[[Subject], Filled]:
    """Only for models with time."""

    def of(subject: Subject) -> Filled:
        over_time = subject.fit.recipe.shape.changes and subject.fit.vocabulary.over_time
        return filled(subject) if over_time else Filled("none", "The model has no time.")

    return of


def _abstract(subject: Subject) -> Filled:
    names = listed(subject.fit.random_names) or "nothing"
    return Filled("author", f"Say: {_nested(subject)}; random: {names}.")


def _nested(subject: Subject) -> str:
    """Occasions within persons within the units above them, with their levels."""
    text, fit = subject.said("occasions (level 1) within persons (level 2)"), subject.fit
    joint = " crossed with" if fit.bound.crossed else " within"
    numbers = (f" (level {place})" if not fit.bound.crossed else "" for place in range(3, 3 + len(fit.model.above)))
    pairs = zip(fit.model.above, numbers, strict=True)
    return text + "".join(f"{joint} {level_words(unit).several}{number}" for unit, number in pairs)


def _diagram(subject: Subject) -> Filled:
    units = "".join(f" within {level_words(unit).several}" for unit in subject.fit.model.above)
    return Filled("author", f"{subject.said('Draw occasions within persons')}{units}, with their numbers.")


def _levels(subject: Subject) -> Filled:
    fit = subject.fit
    one = [name for name in fit.recipe.covariates.used if name != fit.model.time]
    parts = [f"{fit.model.outcome} at {subject.said('level 1 (occasions)')}"]
    parts += [f"{listed(one)} at level 1"] if one else []
    named = [subject.said("persons"), *(level_words(unit).several for unit in fit.model.above)]
    used = _levels_of_columns(fit)
    for place, who in enumerate(named):
        here = [name for name, level in used.items() if level == place]
        parts += [f"{listed(here)} at level {place + 2} ({who})"] if here else []
    return Filled("here", "; ".join(parts) + ".", "question")


def _levels_of_columns(fit: Any) -> dict[str, int]:
    """Each predictor of growth parameters with its level: 0 of persons, l of the l-th units above them."""
    found: dict[str, int] = {}
    for name, columns in fit.recipe.predictors.items():
        for parts, level in zip(columns.parts, fit.recipe.levels_of(name), strict=True):
            for column, _ in parts:
                found[column] = max(level, found.get(column, 0))
    found = {name: found.get(name, 0) for columns in fit.recipe.predictors.values() for name in columns.used}
    return found


def _who_was_seen(filled: Callable[[Subject], Filled]) -> Callable[[Subject], Filled]:
    """Only where it is known who was seen when."""

    def of(subject: Subject) -> Filled:
        try:
            return filled(subject)
        except NotAvailableError:
            return Filled("author", "Who was seen when is not known here.", "lacking")

    return of


@_who_was_seen
def _patterns(subject: Subject) -> Filled:
    if why_no_waves(subject.fit.panel) is not None:
        text = "Occasions per person. There are no common waves: say who was lost, and why."
        return Filled("part", subject.said(text), "data")
    return Filled("here", "Patterns of missing waves, and who leaves when.", "missing")


@_who_was_seen
def _attrition(subject: Subject) -> Filled:
    if subject.by is None or why_no_waves(subject.fit.panel) is not None or subject.once(missed_of).names["by"] is None:
        return Filled("author", "Compare those who left with those who stayed; a report by group shows who left each.")
    return Filled("part", f"Dropout for each group of {subject.by_text}; add what else goes with leaving.", "missing")


@_who_was_seen
def _within_wave(subject: Subject) -> Filled:
    panel = subject.fit.panel
    if panel.wave is not None:
        return Filled("here", "Mean and spread of time at each wave.", "data")
    if why_no_waves(panel) is None:
        return Filled("here", subject.said("Each wave is at one time for all persons, without spread."), "data")
    text = "Persons have times of their own, and no column names the planned occasion."
    return Filled("part", subject.said(text), "data")


def _sample_size(subject: Subject) -> Filled:
    where = "change" if subject.fit.recipe.shape.changes else ""
    text = "The ICC is on the page; add the calculation that led to the number of persons and occasions."
    return Filled("part" if where else "author", subject.said(text), where)


def _covariates(subject: Subject) -> Filled:
    fit = subject.fit
    if not fit.model.time_varying and not any(columns.used for columns in fit.recipe.predictors.values()):
        return Filled("none", "The model has no predictors.")
    return Filled("here", "Formulas, coding and reference levels in equations and code.", "reproduce")


def _alternatives(subject: Subject) -> Filled:
    if len({fit.model.shape for fit in subject.fits}) > 1:
        return Filled("here", "Shapes side by side.", "compared")
    return Filled("author", "Fit other shapes to the same rows and report them beside this one.")


def _number_of_models(subject: Subject) -> Filled:
    where = "compared" if len(subject.fits) > 1 else "ladder"
    return Filled("part", "The models on this page; say how many others were tried. One class throughout.", where)


def _random_alternatives(subject: Subject) -> Filled:
    if subject.fit.random_names:
        return Filled("part", "Random effects and their test; add alternatives that were considered.", "variation")
    text = "No random effects: justify that persons with the same predictors change alike."
    return Filled("author", subject.said(text))


LEVEL = Checklist(
    "LEVEL",
    "For multilevel analyses: items of abstract, introduction and methods that an analysis can fill.",
    "Monsalves et al. (2020), BMC Medical Research Methodology 20:3, Table 4",
    (
        Item("1", "The abstract says that the data are nested, which levels, and which effects are random", _abstract),
        Item("2", "Why the design is nested and the analysis multilevel", _author("Give the reason.")),
        Item("3, 6b", "At which level each variable is measured", _levels),
        Item("4a", "A diagram of the levels", _diagram),
        Item("4b", "Why these levels", _author("Give the reason, also for levels that are left out.")),
        Item("5a", "Numbers at each level; who was eligible and how they were selected",
             _part("Numbers are here; add eligibility and selection.", "data")),
        Item("5b", "How persons were followed up, and the spacing of the occasions",
             _with_time(_part("Spacing is here; add how persons were followed up.", "data"))),
        Item("5c", "Patterns of missing data, and imbalance", _with_time(_patterns)),
        Item("6a", "The model as equations with its random effects", _here("Level equations.", "question")),
        Item("7a", "How the sample size was calculated, with the ICC", _sample_size),
        Item("7b", "Where the ICC of that calculation came from", _author("Cite the study or the pilot.")),
        Item("8", "The statistical methods",
             _part("Estimation, degrees of freedom and intervals are here; add how the model was chosen.", "effects")),
    ),
)  # fmt: skip



def _criteria(subject: Subject) -> Filled:
    """A pseudo-likelihood compares no models."""
    if subject.fit.weighing is not None:
        return Filled("none", "A weighted fit maximises a pseudo-likelihood, which has no AIC and no BIC.")
    return _here("Deviance, AIC, BIC.", "ladder")(subject)


def _observed_persons(subject: Subject) -> Filled:
    if not subject.fit.panel.has_rows:
        return Filled("author", subject.said("Draw observed values of persons beside the mean."), "lacking")
    return Filled("here", "In the same picture.", "pictures")


GROLTS = Checklist(
    "GRoLTS",
    "For trajectories. Made for models with latent classes; what needs classes does not apply to one population.",
    "van de Schoot et al. (2017), Structural Equation Modeling 24:451–467",
    (
        Item("1", "The metric of time", _with_time(_here("Column, unit and range of time.", "data"))),
        Item("2", "Mean and variance of time within a wave", _with_time(_within_wave)),
        Item("3a", "The mechanism of missing data",
             _author("Say why data are missing; the fit is valid when that depends on observed data.")),
        Item("3b", "What goes with attrition", _with_time(_attrition)),
        Item("3c", "How missing data were dealt with",
             _here("By likelihood, all used rows; rows left out are counted.", "data")),
        Item("4", "The distribution of the observed variables",
             _part("The outcome over time, mean and SD; add the predictors.", "pictures")),
        Item("5", "The software", _here("Names and versions.", "reproduce")),
        Item("6a", "Other ways for persons to differ within a class", _random_alternatives),
        Item("6b", "Other differences of covariances between classes", _none("There is one class.")),
        Item("7", "Other shapes of the trajectory", _with_time(_alternatives)),
        Item("8", "Covariates can be replicated", _covariates),
        Item("9", "Starting values and iterations",
             _part("The optimum is certified by its derivatives; two starting points, none random.", "certainty")),
        Item("10", "The tools of model comparison", _with_time(_criteria)),
        Item("11", "The number of models fitted", _with_time(_number_of_models)),
        Item("12, 13", "Persons in each class; entropy", _none("There is one class.")),
        Item("14a", "A plot of the mean trajectory of the final model",
             _with_time(_here("With its confidence band.", "pictures"))),
        Item("14b", "Plots of the mean trajectory of every model",
             _author("Draw the mean of every other model in the same way.")),
        Item("14c", "The mean with observed persons", _with_time(_observed_persons)),
        Item("15", "The final model in numbers", _here("Estimates, errors and intervals.", "effects")),
        Item("16", "The syntax", _here("Python that makes the same fit.", "reproduce")),
    ),
    of_change=True,
)  # fmt: skip

CHECKLISTS = (LEVEL, GROLTS)
