"""Trajectories: lines of persons, the mean curve, its band, and the band that holds most persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, among, unknown
from growthcurves.plots.estimates import not_identified
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.layers import draw_band, draw_mean, draw_persons, group_handles
from growthcurves.plots.observed_means import SEEN, draw_seen, observed_means, seen_handle, words_of_means
from growthcurves.plots.outcome_limits import inside
from growthcurves.plots.people import MOST_GROUPS, Groups, observed_lines
from growthcurves.plots.person_lines import Persons, mean_colour, of_points, sample_keys
from growthcurves.plots.stage import Stage, around_trajectories, end_of
from growthcurves.results.persons.trajectories import curve_times, mean_curve, person_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["part", "group", "id", "time", "value", "low", "high", "persons", "colour"]
LINES = ("observed", "eb")
_DASHES = (1.0, 1.6)  # of the typical person's curve
MOST_SHADED = MOST_GROUPS  # whose bands of persons are drawn: in panels of their own no band covers another


@dataclass(frozen=True)
class Trajectories(Drawn):
    """Trajectories of persons, the fitted mean with its band, and the band that holds most persons.

    Parameters
    ----------
    by : str, optional
        Column that divides the persons into groups: one mean curve for each; three groups and more have a panel each,
        with the means of the others in grey. Where there is no room for panels they stand together, without the band
        that holds most persons.
    people : int, None, or list of ids
        How many persons are drawn, chosen at random in proportion to their groups; 0 for none, None for all. Or who:
        up to twelve are named. Persons with many occasions at times of their own are dots.
    rng : int, Generator or None
        Who is drawn; the same number draws the same persons. None draws a seed, which the key prints.
    level : float
        Level of both bands.
    lines : {"observed", "eb"}, optional
        Lines of persons: through their observed occasions, or their empirical Bayes curves. By default observed ones;
        of outcomes that are not normal the curves, with observed shares or means at visits as dots.
    color : str or list of str, optional
        Person-level column, of groups or of numbers, by which the lines of persons are coloured.
    highlight : id or list of ids, optional
        Persons who are drawn in full ink and named; at most six.
    numbers : bool, optional
        Whether numbers of persons stand under the axis, by group: seen at each visit, or still followed at round times
        where the panel has no visits. By default they do.
    limits : (float, float), optional
        Lowest and highest value that the outcome can have: bands and axis end there; None for an open side.
    """

    by: str | None = None
    people: Any = 60
    rng: Any = 1
    level: float = 0.95
    lines: str | None = None
    color: str | None = None
    highlight: Any = None
    numbers: bool | None = None
    limits: Any = None

    def why_not(self, fit: Any) -> str | None:
        """A model without time has no trajectories; without identification persons have no curves."""
        if self.lines is not None and not among(self.lines, LINES):
            raise ModelError(unknown("kind of lines=", self.lines, LINES))
        if not fit.recipe.shape.changes:
            return "The model has no time, so there are no trajectories to draw."
        if self.lines == "observed" and fit.family is not None:
            return (
                "Observed outcomes of this family stand on no scale on which lines of persons could be drawn beside "
                "the means: leave lines= out, and they are dots at the visits."
            )
        return not_identified(fit) if self._lines(fit) == "eb" and not fit.identified else None

    def _lines(self, fit: Any) -> str:
        """What lines of persons are; empty where nothing is known of single persons."""
        if self.lines is not None or fit.panel.has_rows:
            return self.lines or ("observed" if fit.family is None else "eb")
        return "eb" if fit.panel.knows_persons and fit.random_names and fit.identified else ""

    def scene(self, fit: Any) -> Scene:
        """One table of all that is drawn.

        Returns
        -------
        DataFrame
            Columns part ("observed" or "eb", "highlighted", "mean", "typical", "confidence", "persons", "seen",
            "observed means"), group, id, time, value, low, high, persons (seen at the visit), colour.
        """
        panel, times, kind = fit.panel, curve_times(fit), self._lines(fit)
        asked = Persons(self.by, self.people if kind else 0, self.rng, self.color, self.highlight)
        groups = asked.groups(panel)

        def curves(groups: Groups, persons: np.ndarray) -> pd.DataFrame:
            if kind == "observed":
                return observed_lines(panel, groups, persons)
            if not kind:
                return pd.DataFrame(columns=["group", "id", "time", "value"])
            return own_curves(fit, groups, persons, times)

        lines, key = asked.rows(panel, groups, kind, curves)
        around = around_trajectories(panel, groups, self.numbers, self.limits)
        curve = mean_curve(fit, times, by=self.by, level=self.level)
        fitted = inside(fitted_parts(curve), around.texts["limits"])
        seen = observed_means(fit, groups) if fit.family is not None and panel.has_rows else pd.DataFrame()
        frame = pd.concat([part for part in (lines, fitted, around.seen, seen) if len(part)], ignore_index=True)
        texts = key | around.texts | {"level": f"{100 * self.level:g} %"} | words_of_means(fit)
        texts["dots"] = texts["dots"] and kind == "observed"
        texts |= {"lines": kind} | ({} if kind else {"note": ""})
        if not panel.has_rows:
            texts["lacking"] = ("observed values of persons in the picture of trajectories", *_band_unknown(fit))
        return Scene(frame.reindex(columns=_COLUMNS), of_points(texts))

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene; groups are named at the ends of their lines where there is room."""
        stage, ends = Stage.of(ax, scene), []
        for place, group, on, rows in stage.groups():
            parts = dict(list(rows.groupby("part")))
            own, colour = stage.look(place)
            if not stage.crowded:
                draw_band(on, parts["persons"], colour, 0.10 if stage.alone or not stage.together else 0.06, edge=True)
            for kind in LINES:
                lines = parts.get(kind, rows.iloc[:0])
                draw_persons(on, lines, own, stage.persons(rows), scene.texts["dots"])
            draw_band(on, parts["confidence"], colour, 0.2 if stage.crowded else 0.32)
            draw_mean(on, parts["mean"], place, colour=colour)
            if "typical" in parts:
                typical = parts["typical"]
                on.plot(typical["time"], typical["value"], color=colour, linewidth=1.1, dashes=_DASHES)
            if SEEN in parts:
                draw_seen(on, parts[SEEN], colour)
            ends.append(end_of(group, parts["mean"], colour))
        return stage.finish(ends, lambda unnamed: _key(scene, unnamed, not stage.crowded))


def _band_unknown(fit: Any) -> tuple[str, ...]:
    """The band that holds most persons needs how these are spread over what predicts their growth."""
    known = fit.knows_predictors or not fit.random_names or not fit.identified
    return () if known else ("the band that holds most persons in the picture of trajectories",)


def own_curves(fit: Any, groups: Groups, persons: np.ndarray, times: np.ndarray) -> pd.DataFrame:
    """Empirical Bayes curves of these persons: columns group, id, time, value."""
    curves = person_lines(fit, times, persons).rename(columns={"eb": "value"})
    labels = np.array([*groups.labels, None], dtype=object)
    curves["id"] = np.repeat(np.asarray(fit.panel.persons.labels, dtype=object)[persons], len(times))
    return curves.assign(group=np.repeat(labels[groups.codes[persons]], len(times)))[["group", "id", "time", "value"]]


def fitted_parts(curve: pd.DataFrame) -> pd.DataFrame:
    """The columns of a mean curve as parts: mean, confidence, persons, and a typical person's where that is another."""
    base = curve[["group", "time"]]
    parts = [
        base.assign(part="mean", value=curve["mean"]),
        base.assign(part="confidence", low=curve["conf_low"], high=curve["conf_high"]),
        base.assign(part="persons", low=curve["persons_low"], high=curve["persons_high"]),
    ]
    if "typical" in curve:
        parts.append(base.assign(part="typical", value=curve["typical"]))
    return pd.concat(parts, ignore_index=True)


def _key(scene: Scene, unnamed: list[str], of_persons: bool) -> list[Any]:
    """The key: groups that are not named at their lines (then these are the means), and what the rest is."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    frame, texts = scene
    level = texts["level"]
    colour = mean_colour(texts)
    key: list[Any] = [*group_handles(unnamed), *sample_keys(scene)]
    mean = texts["mean"]
    if not unnamed:
        key.append(Line2D([], [], color=colour, linewidth=2, label=mean))
    if frame.loc[frame["part"] == "confidence", "low"].notna().any():
        key.append(Patch(color=colour, alpha=0.34, linewidth=0, label=f"{mean}, {level} interval"))
    if (frame["part"] == "typical").any():
        key.append(Line2D([], [], color=colour, linewidth=1.1, dashes=_DASHES, label=texts["typical"]))
    if (frame["part"] == SEEN).any():
        key.append(seen_handle(colour, texts["observed"]))
    persons = frame[frame["part"] == "persons"]
    if of_persons and persons["low"].notna().any():
        key.append(Patch(facecolor=colour, alpha=0.16, linewidth=0, label=f"{level} of {texts['who']}"))
    return key
