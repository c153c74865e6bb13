"""Observed against expected outcomes, in groups of rows that are expected alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.bounds import whole_number
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.style import colour_of, faint, label_axes
from growthcurves.results.persons.calibration import PEOPLE, calibration_table
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.tables.outcome_words import outcome_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = ("o", "^", "s", "D", "v", "P")


@dataclass(frozen=True)
class Calibration(Drawn):
    """Observed shares (or means) against those that the model expects, with intervals: on the line where it holds.

    Rows are put into groups that are expected alike. By default each outcome is foretold from the person's outcomes
    before it, averaged over what they leave open of the random effects: an honest forecast, as no outcome has a say in
    what is expected of itself. Fitted probabilities of known persons would not be: they have seen the outcome, and are
    drawn towards the mean. Of ordered categories the probabilities of a higher category, at each threshold.

    Parameters
    ----------
    people : {"seen", "average"}
        "average" expects of every row the population's mean: whether the predictors are right, whatever persons are.
    groups : int
        How many groups of rows.
    level : float
        Confidence level of the intervals.
    """

    people: str = "seen"
    groups: int = 10
    level: float = 0.95

    def why_not(self, fit: Any) -> str | None:
        """Outcomes must be of a family."""
        checked_level(self.level)
        whole_number(self.groups, "groups= is a number of groups of rows", 2, 100)
        if self.people == "known":
            raise ModelError(
                "people='known' expects of an outcome what has seen it, and looks better than the model is: take "
                "'seen', which knows the person's outcomes before, or 'average'."
            )
        if not among(self.people, PEOPLE):
            raise ModelError(unknown("kind of people", self.people, PEOPLE))
        if fit.family is None:
            kind = "normal" if fit.outcome_family is None else "log-normal"
            ones = "of normal ones" if fit.outcome_family is None else "of their logarithms"
            return f"Calibration is not of {kind} outcomes; plot.residuals() and plot.qq() are {ones}."
        return None if fit.identified else "The design cannot tell the variances between persons apart."

    def scene(self, fit: Any) -> Scene:
        """One row per group: columns event, predicted, observed, low, high, rows."""
        frame, words = calibration_table(fit, self.people, self.groups, self.level), outcome_words(fit)
        of = words.event
        mean = "probability of a higher category" if fit.family.name == "ordinal" else words.mean
        seen = fit.vocabulary.said("from the person's outcomes before")
        who = seen if self.people == "seen" else f"averaged over {fit.vocabulary.who.several}"
        texts = {
            "x": f"{mean} of {of}, {who}",
            "y": f"observed {'share' if words.share or fit.family.name == 'ordinal' else 'mean'} of {of}",
            "events": list(dict.fromkeys(frame["event"])),
            "share": words.share or fit.family.name == "ordinal",
            "level": f"{100 * self.level:g} %",
            "rows": " to ".join(dict.fromkeys(f"{int(n):,}" for n in (frame["rows"].min(), frame["rows"].max()))),
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        ends = (0.0, 1.0) if texts["share"] else (frame["predicted"].min(), frame["predicted"].max())
        ax.plot(ends, ends, color=faint(), linewidth=1.0, zorder=1)
        for place, event in enumerate(texts["events"]):
            own = frame[frame["event"] == event]
            low = (own["observed"] - own["low"]).clip(lower=0.0)
            high = (own["high"] - own["observed"]).clip(lower=0.0)
            marker: Any = _MARKERS[place % len(_MARKERS)]
            ax.errorbar(own["predicted"], own["observed"], yerr=[low, high], color=colour_of(place), fmt=marker,
                        markersize=4, linewidth=1.1)  # fmt: skip
        if texts["share"]:
            ax.set_xlim(-0.02, 1.02)
            ax.set_ylim(-0.02, 1.02)
        label_axes(ax, texts["x"], texts["y"])
        key_above(ax, _key(texts))
        return ax


def _key(texts: dict[str, Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    key: list[Any] = [
        Line2D([], [], color=colour_of(place), marker=_MARKERS[place % len(_MARKERS)], markersize=4, linewidth=1.1,
               label=event or f"{texts['level']} interval ({texts['rows']} rows)")
        for place, event in enumerate(texts["events"])
    ]  # fmt: skip
    if len(texts["events"]) > 1:
        key.append(Line2D([], [], linestyle="", label=f"{texts['level']} intervals ({texts['rows']} rows)"))
    return [*key, Line2D([], [], color=faint(), linewidth=1.0, label="as expected")]
