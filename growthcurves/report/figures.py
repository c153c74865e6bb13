"""The figures of the page, taken from the registry by name, each with the words under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from markupsafe import Markup

from growthcurves.errors import NotAvailableError
from growthcurves.output.numbers import with_minus
from growthcurves.plots import (
    FAMILY_FIGURES,
    FIGURES,
    LADDER_FIGURES,
    LEVEL_FIGURES,
    PANEL_FIGURES,
    PLAN_FIGURES,
    SUBGROUP_FIGURES,
    TRIAL_FIGURES,
)
from growthcurves.plots.figure import Scene
from growthcurves.report.section import Subject
from growthcurves.report.svg import inline_svg

WIDE, NARROW = 6.4, 3.5
#: Inches of a panel that stands beside another where the page is wide.
PANEL = (3.1, 1.75)


@dataclass(frozen=True)
class Caption:
    """What is said of a figure.

    Attributes
    ----------
    shows : str
        For readers who cannot see it.
    text : str
        The words under it.
    heights : (float, float)
        Inches, on wide and on narrow screens.
    """

    shows: str
    text: str
    heights: tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """A figure for wide and for narrow screens, so that its letters are as large as the page's."""

    wide: Markup
    narrow: Markup
    text: str
    note: str


@dataclass(frozen=True)
class Panel:
    """A panel of a picture, with its words."""

    title: str
    verdict: str
    text: str
    drawn: Markup


#: Figures whose level is that of a confidence interval.
AT_LEVEL = {"trajectories", "variance_over_time"}
CAPTIONS = {
    "trajectories": Caption(
        "Outcome of persons over time with the fitted mean.",
        "{drawn}Thick line: {mean}{band}.{typical}",
        (3.9, 3.3),
    ),
    "slopes": Caption(
        "Distribution of persons' rates of change.",
        "Rates of change of persons. {implied} Empirical Bayes estimates lie closer "
        "together than the rates themselves{apart}.",
        (2.4, 2.3),
    ),
    "start_and_rate": Caption(
        "Status of persons against their rate of change.",
        "Where persons stand against how fast they change. {implied} The points, empirical Bayes estimates, lie closer "
        "together than the persons themselves.",
        (3.4, 3.1),
    ),
    "variance_over_time": Caption(
        "Standard deviation, correlation and intraclass correlation over time.",
        "What the model implies for the spread over time{shown}",
        (2.6, 5.6),
    ),
    "shrinkage": Caption(
        "Persons' own estimates and the empirical Bayes estimates to which they are drawn.",
        "Each arrow leads from a person's own least-squares estimate to the empirical Bayes estimate: "
        "the less a person's own data tell, the longer the arrow.",
        (3.4, 3.1),
    ),
    "units": Caption(
        "Effects of units above persons with their intervals, in order.",
        "{x}. Estimates are empirical Bayes, drawn towards zero; whoever looks for the first or the last of many finds "
        "some by chance, which the ranks in the table allow for.",
        (3.4, 3.4),
    ),
    "ladder": Caption(
        "Variances within and between persons, and the deviance, from model to model.",
        "What becomes of each variance, and of the deviance, from model to model.",
        (2.4, 3.6),
    ),
    "means": Caption(
        "Estimated means by visit and arm.",
        "Estimated means with their intervals; under the axis, the numbers analysed.",
        (3.6, 3.3),
    ),
    "differences": Caption(
        "Estimated differences from the reference arm by visit.",
        "Estimated differences with their intervals; under the axis, the numbers analysed.",
        (3.2, 3.1),
    ),
    "subgroups": Caption(
        "Differences between arms by subgroups.",
        "Differences with their intervals; the dashed line is the difference of all persons.",
        (3.6, 3.6),
    ),
    "power": Caption(
        "Power against the number of persons.",
        "The power against the number of persons, as planned otherwise. The dot is where it reaches what is wanted.",
        (2.6, 2.5),
    ),
    "calibration": Caption(
        "Observed against expected outcomes in groups of rows that are expected alike.",
        "Does the model hold? Rows in groups that are expected alike ({x}), with what was observed of them and {level} "
        "intervals: on the line where the model is right.",
        (3.4, 3.1),
    ),
    "rootogram": Caption(
        "How often each count was observed, hung from how often the model expects it.",
        "Does the model hold? Bars, whose length is how often each count was seen, hang from how often the model "
        "expects it: one that ends above zero was seen less often, one that reaches below it more often. Where the "
        "model holds, 95 % of the ends lie in the band (seed {seed}).",
        (2.9, 2.8),
    ),
    "missing": Caption(
        "Patterns of missing waves, the most frequent first, and how many persons have each.",
        "Patterns of missing waves, the most frequent first: a tile for each wave that was seen. Percentages are of "
        "the persons of the group.",
        (0.9, 0.9),
    ),
    "dropout": Caption(
        "Percentage of persons who are still in the study at each wave.",
        "Persons seen at the wave or later, with their number under the axis. Rings: seen at the wave itself.",
        (2.7, 2.6),
    ),
}


def of_ladder(answer: Any) -> list[Picture]:
    """The pictures of a ladder that it can give."""
    figures: list[Any] = [kind() for kind in LADDER_FIGURES.values()]
    names, said = list(LADDER_FIGURES), next(iter(answer.fits.values())).vocabulary.said
    return [
        _both(name, figure, figure.scene(answer), _in_words(CAPTIONS[name], said))
        for name, figure in zip(names, figures, strict=True)
        if figure.why_not(answer) is None and name in CAPTIONS
    ]


def of_checks(found: Any) -> list[Panel]:
    """The panels of the picture of checks, each by itself: the page has their words, and places them as it is wide."""
    kind: Any = FIGURES["check"]
    figure = kind()
    scene = figure.scene(found)
    return [
        Panel(one["title"], one["verdict"], with_minus(one["text"]),
              inline_svg(f"check-{place}", f"{one['title']}. {one['text']}", figure, figure.bare(scene, name), PANEL))
        for place, (name, one) in enumerate(scene.texts["panels"].items())
    ]  # fmt: skip


def of_trial(trial: Any, subgroups: Any = None) -> dict[str, list[Picture]]:
    """The pictures of a trial by section: differences, means, and of subgroups where they are given."""
    kind: Any = TRIAL_FIGURES["means"]
    asked = {"means": (kind(), trial), "differences": (kind(differences=True), trial)}
    if subgroups is not None:
        forest: Any = SUBGROUP_FIGURES["forest"]
        asked["subgroups"] = (forest(), subgroups)
    found: dict[str, list[Picture]] = {}
    for name, (figure, subject) in asked.items():
        scene = figure.scene(subject) if figure.why_not(subject) is None else None
        found[name] = [] if scene is None else [_both(f"trial-{name}", figure, scene, _of_rows(name, scene))]
    return found


def of_plan(curve: Any) -> list[Picture]:
    """The picture of the power of a planned study."""
    figure: Any = PLAN_FIGURES["power"]()
    if figure.why_not(curve) is not None:
        return []
    return [_both("plan-power", figure, figure.scene(curve), CAPTIONS["power"])]


def _of_rows(name: str, scene: Scene) -> Caption:
    """The caption of a trial's picture; a forest is as high as its rows need."""
    caption = CAPTIONS[name]
    high = 0.9 + 0.2 * len(scene.table)
    return replace(caption, heights=(high, high)) if name == "subgroups" else caption


def drawn(subject: Subject, names: Iterable[str], **options: Any) -> list[Picture]:
    """The figures of these names that the fit can give, each wide and narrow."""
    pictures = (picture(subject, name, **options) for name in names)
    return [found for found in pictures if found is not None]


def picture(subject: Subject, name: str, **options: Any) -> Picture | None:
    """A figure of the fit (or of its panel) by name; None where it does not apply."""
    fit, of_fits = subject.fit, FIGURES | FAMILY_FIGURES | LEVEL_FIGURES
    kind: Any = of_fits.get(name) or PANEL_FIGURES[name]
    about = fit if name in of_fits else fit.panel
    known = {item.name for item in fields(kind)}
    options = {name: getattr(subject, name) for name in ("by", "limits") if name in known} | options
    if name in AT_LEVEL:
        options = {"level": subject.level} | options
    figure, said = kind(**options), fit.vocabulary.said
    try:
        scene = figure.scene(about) if figure.why_not(about) is None else None
    except NotAvailableError as error:
        subject.lack(said(CAPTIONS[name].shows).rstrip("."), error)
        return None
    if scene is None:
        return None
    for what in scene.texts.get("lacking", ()):
        subject.lack(said(what), fit.panel.refusal())
    caption = _in_words(CAPTIONS[name], fit.vocabulary.said)
    if name == "missing":  # as high as its rows need
        high = caption.heights[0] + 0.24 * max(scene.table["pattern"].nunique(dropna=False), 4)
        caption = replace(caption, heights=(high, high))
    texts = dict(_drawn(scene.texts, fit.vocabulary.said))
    texts["shown"] = "." if "lacking" in texts else said(_SHOWN)
    texts["band"] = _band(scene, str(texts.get("level", "")))
    texts["apart"] = ", own least-squares estimates further apart" if fit.family is None else ""
    if name == "units":  # as high as its rows need
        high = figure.size(scene, 6.0)[1]
        caption = replace(caption, heights=(high, high))
    made = _both(name, figure, scene, replace(caption, text=caption.text.format(**texts)))
    subject.moved()
    return made


#: What stands beside what a model implies.
_SHOWN = (
    ", with what the data show (points). Where the points leave the band, the model's account of how persons differ "
    "does not fit."
)


def _band(scene: Scene, level: str) -> str:
    """The band about a mean curve, where it has one."""
    table = scene.table
    if not {"part", "low"} <= set(table) or not table.loc[table["part"] == "confidence", "low"].notna().any():
        return ""
    return f", with its {level} confidence band"


def _drawn(texts: Mapping[str, Any], said: Callable[[str], str]) -> Mapping[str, Any]:
    """The texts of a scene with what persons' values are drawn as: dots are of their occasions, lines of persons."""
    if "typical" in texts:
        drawn = f"Dots: {texts['observed']} at the visits. " + said("Thin lines: persons' empirical Bayes curves")
        dashes = f" Dotted: {texts['typical']}, whose random effects are zero."
        return {**texts, "drawn": f"{drawn}. ", "typical": dashes}
    if texts.get("lines") == "":
        return {**texts, "drawn": "", "mean": "fitted mean", "typical": ""}
    if texts.get("lines") == "eb":
        drawn = said("Thin lines: persons' empirical Bayes curves, which lie closer together than the persons'")
        return {**texts, "drawn": f"{drawn} own. ", "mean": "fitted mean", "typical": ""}
    points, lines = said("Points: single measurements of persons"), said("Thin lines: persons' observed values")
    return {"drawn": f"{points if texts.get('dots') else lines}. ", **texts, "mean": "fitted mean", "typical": ""}


def _in_words(caption: Caption, said: Callable[[str], str]) -> Caption:
    """A caption in the words of the data."""
    return replace(caption, shows=said(caption.shows), text=said(caption.text))


def _both(name: str, figure: Any, scene: Scene, caption: Caption) -> Picture:
    wide, narrow = (
        inline_svg(f"{name}-{size}", caption.shows, figure, scene, (inches, height))
        for size, inches, height in zip(("wide", "narrow"), (WIDE, NARROW), caption.heights, strict=True)
    )
    return Picture(wide, narrow, caption.text, str(scene.texts.get("note", "")))
