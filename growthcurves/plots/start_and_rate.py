"""Status against rate of change: persons, and the ellipse in which the model says that most of them lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.estimates import covariates_at, start_and_rate, start_time, status_at, why_no_persons
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.layers import group_handles, person_alpha
from growthcurves.plots.people import Groups, groups_of, sample_persons
from growthcurves.plots.style import colour_of, label_axes, line_of, muted
from growthcurves.results.questions.rates import average_rate
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.variation.settled import settled, settled_together

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 121
#: What is said of the ellipse under the picture.
_IMPLIED = "The ellipse is what the model implies."
_UNSETTLED = "No ellipse is drawn: how the two vary and go together is not known well enough."
_MARKERS = ("o", "^", "s", "D", "v", "P")


@dataclass(frozen=True)
class StartAndRate(Drawn):
    """Status against rate of change, with the ellipse that holds 95 % of persons according to the model.

    The ellipse has the mean and the covariance that the model implies for persons with the observed predictors.
    There is none where the SDs of the two or their correlation are not known well enough.
    The points are empirical Bayes estimates: they lie closer together than the persons do, so more of them are inside.

    Parameters
    ----------
    by : str, optional
        Column that divides the persons into groups, each with its ellipse.
    at : float, optional
        Time at which status is read: by default the origin of the model where it lies among the observed times,
        else the first of them.
    between : (float, float), optional
        Interval of the average rate of a curved shape, by default from the first to the last time.
    level : float
        Share of persons whom the ellipse holds.
    people : int or None
        How many persons are drawn, chosen at random in proportion to their groups; None for all.
    rng : int, Generator or None
        Who is drawn; None draws a seed, which the key prints.
    """

    by: str | None = None
    at: float | None = None
    between: tuple[float, float] | None = None
    level: float = 0.95
    people: int | None = 500
    rng: Any = 1

    def why_not(self, fit: Any) -> str | None:
        """Both status and rate must vary between persons."""
        checked_level(self.level)
        reason = why_no_persons(fit)
        if reason is not None:
            return reason
        both = {"status": status_at(fit, start_time(fit, self.at)), "rate of change": average_rate(fit, self.between)}
        for name, what in both.items():
            if what.sd() == 0:
                why = f"The {name} does not vary between persons given its predictors, so there is no ellipse to draw."
                return str(fit.vocabulary.said(why))
        return None

    def scene(self, fit: Any) -> Scene:
        """One table: columns part ("eb", "mean", "ellipse"), group, id, start, rate."""
        groups = groups_of(fit.panel, self.by)
        estimates, labels = start_and_rate(fit, self.at, self.between)
        points = pd.DataFrame(
            {
                "part": "eb",
                "group": np.array([*groups.labels, None], dtype=object)[groups.codes],
                "id": estimates["id"],
                "start": estimates["eb_start"],
                "rate": estimates["eb_rate"],
            }
        )
        sample = sample_persons(groups, self.people, self.rng)
        known = self._settled(fit)
        implied = [part for part in self._implied(fit, groups) if known or (part["part"] == "mean").all()]
        frame = pd.concat([points.iloc[sample.persons], *implied], ignore_index=True)
        texts: dict[str, Any] = {"groups": list(groups.labels), "level": f"{100 * self.level:g} %", "note": sample.note}
        implied_words = fit.vocabulary.said(_IMPLIED if known else _UNSETTLED)
        texts |= {"who": groups.who.several, "ellipse": known, "implied": implied_words}
        return Scene(frame, {**labels, **texts})

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        groups = texts["groups"]
        for place, group in enumerate(groups):
            parts = dict(list(frame[frame["group"] == group].groupby("part")))
            drawn_parts = (parts.get(name, frame.iloc[:0]) for name in ("eb", "ellipse", "mean"))
            eb, ellipse, mean = (part[["start", "rate"]].to_numpy(float).T for part in drawn_parts)
            alpha = float(np.clip(3.5 * person_alpha(len(frame)), 0.25, 0.9))
            look: Any = {"marker": _MARKERS[place % len(_MARKERS)], "markersize": 4.2, "markeredgewidth": 0}
            dots = ax.plot(*eb, linestyle="", color=colour_of(place), alpha=alpha, zorder=2, **look)
            dots[0].set_rasterized(eb.shape[1] > 2000)
            style: Any = line_of(place)
            ax.plot(*ellipse, color=colour_of(place), linestyle=style, linewidth=1.8, zorder=3)
            ax.plot(*mean, "+", color=colour_of(place), markersize=10, markeredgewidth=1.8, zorder=4)
        label_axes(ax, texts["x"], texts["y"])
        key_above(ax, _key(texts))
        return ax

    def _settled(self, fit: Any) -> bool:
        """Whether the model's ellipse is known well enough to be drawn."""
        start, rate = status_at(fit, start_time(fit, self.at)), average_rate(fit, self.between)
        return all(found.enough for found in (settled(start), settled(rate), settled_together(rate, start)))

    def _implied(self, fit: Any, groups: Groups) -> list[pd.DataFrame]:
        parts = []
        for code, label in enumerate(groups.labels):
            persons = np.flatnonzero(groups.codes == code)
            mean = implied_mean(fit, self.at, self.between, persons)
            curve = ellipse(mean, implied_covariance(fit, self.at, self.between, persons), self.level)
            for part, points in (("mean", mean[None]), ("ellipse", curve)):
                parts.append(pd.DataFrame(points, columns=["start", "rate"]).assign(part=part, group=label))
        return parts


def implied_mean(fit: Any, at: float | None, between: tuple[float, float] | None, persons: np.ndarray) -> np.ndarray:
    """Mean of expected status and rate over these persons, (2,)."""
    time = start_time(fit, at)
    start, rate = status_at(fit, time), average_rate(fit, between)
    level = start.expected(persons) + covariates_at(fit, time)[persons]
    counts = fit.person_shares[persons]
    return np.array([np.average(level, weights=counts), np.average(rate.expected(persons), weights=counts)])


def implied_covariance(
    fit: Any, at: float | None, between: tuple[float, float] | None, persons: np.ndarray | None = None
) -> np.ndarray:
    """Covariance (2, 2) of status and rate: between persons' expected values, and about them (total covariance)."""
    persons = np.arange(fit.panel.persons.count) if persons is None else persons
    both = [status_at(fit, start_time(fit, at)), average_rate(fit, between)]
    expected = np.stack([what.expected(persons) for what in both])
    shares = fit.person_shares[persons] / fit.person_shares[persons].sum()
    kinds = np.bincount(fit.kinds.codes[persons], weights=shares, minlength=len(fit.kinds.values))
    rows = [np.broadcast_to(what.random, (len(kinds), len(fit.random_names))) for what in both]
    about = np.array([[kinds @ fit.point.covariances(a, b) for b in rows] for a in rows])
    return np.cov(expected, bias=True, aweights=shares) + about


def ellipse(mean: np.ndarray, covariance: np.ndarray, level: float) -> np.ndarray:
    """Points (n, 2) of the ellipse that holds this share of a bivariate normal distribution.

    The squared radius is the chi-squared quantile with two degrees of freedom, -2 log(1 - level).
    """
    angle = np.linspace(0.0, 2.0 * np.pi, _POINTS)
    sds = np.sqrt(np.diag(covariance))
    cor = np.clip(covariance[0, 1] / (sds[0] * sds[1]), -1.0, 1.0)
    unit = np.stack([np.cos(angle), cor * np.cos(angle) + np.sqrt(1.0 - cor**2) * np.sin(angle)], axis=1)
    return mean + np.sqrt(-2.0 * np.log1p(-level)) * unit * sds


def _key(texts: dict[str, Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    groups = texts["groups"]
    alone = len(groups) == 1
    colour = colour_of(0) if alone else muted()
    point = Line2D(
        [], [], linestyle="", marker="o", markersize=4.2, color=colour, label=f"{texts['note']}, empirical Bayes"
    )
    around = Line2D([], [], color=colour, linewidth=1.8, label=f"{texts['level']} of {texts['who']}, by the model")
    drawn = [around] if texts["ellipse"] else []
    return [*([] if alone else group_handles(groups)), point, *drawn]
