"""Influence: how far the answer moves without each person, and which way one fixed effect goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.data.source import show_id
from growthcurves.data.unit_words import level_words
from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.bounds import whole_number
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.room import figure_inches
from growthcurves.plots.style import (
    colour_of,
    font_size,
    hairline,
    ink,
    label_axes,
    muted,
    plain,
    plain_text,
    shortened,
    wrapped,
)
from growthcurves.results.persons.influence import influence, why_no_influence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The most that are named; inches that a name takes, a line, and all above and below.
_MOST_NAMED, _NAME_INCHES, _LINE_INCHES, _AROUND_INCHES = 60, 1.1, 0.17, 0.95
#: Where those stand who are not named.
_OTHERS = -1.7


@dataclass(frozen=True)
class Influence(Panels):
    """How much each person moves the answer: Cook's distance, and what one fixed effect is without the person.

    The model is fitted again without each person (`influence()`). Those who move the fixed effects most are named, the
    most influential at the top; all others are ticks on the line below them. Cook's distance is that of all fixed
    effects together; beside it stands how far one of them moves without the person, in its standard errors. Some person
    is always the most influential: a distance is large beside the others, or because the effect that matters moves.

    Parameters
    ----------
    term : str, optional
        Which fixed effect; by default the last that is of a change over time.
    unit : str, optional
        Column of units above persons that are left out with all their persons, in the place of persons.
    most : int
        How many are named.
    """

    term: str | None = None
    unit: str | None = None
    most: int = 20

    def why_not(self, fit: Any) -> str | None:
        """Persons (or units) must be such that a fit without them means something."""
        whole_number(self.most, "most= is how many are named", 1, _MOST_NAMED)
        asked = self.term
        if asked is not None and not among(asked, fit.terms):
            raise ModelError(unknown("fixed effect", asked, fit.terms))
        return why_no_influence(fit)

    def scene(self, fit: Any) -> Scene:
        """One row per person or unit, the greatest distance first: columns id, place (from the top, -1 of those who
        are not named), cook, change (in standard errors).
        """
        term, found = self._term(fit), influence(fit, self.unit)
        known = found[found["cook"].notna()].sort_values("cook", ascending=False, kind="stable")
        change = known[f"change_{term}"] / fit.bse[term]
        order = np.arange(len(known))
        frame = pd.DataFrame(
            {
                "id": [show_id(one) for one in known.index],
                "place": np.where(order < self.most, order, -1),
                "cook": known["cook"].to_numpy(),
                "change": change.to_numpy(),
            }
        )
        who = fit.vocabulary.who if self.unit in (None, fit.model.id, PERSON) else level_words(self.unit)
        lost = len(found) - len(known)
        note = f"; without {lost:,} of {len(found):,} it has no estimates" if lost else ""
        texts = {
            "panels": ("Cook's distance", f"change of {term}"),
            "x": f"the model fitted without each {who.one}; changes in standard errors{note}",
        }
        return Scene(frame, texts)

    def _term(self, fit: Any) -> str:
        """The fixed effect that is asked for, or the last that is of a change over time."""
        asked = self.term
        if asked is not None:
            return asked
        parts = zip(fit.terms, fit.term_parts, strict=True)
        of_time = [term for term, (part, _) in parts if part not in ("", "intercept")]
        return (of_time or fit.terms)[-1]

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """As high as the names need."""
        return width, _AROUND_INCHES + _LINE_INCHES * (2 + int((scene.table["place"] >= 0).sum()))

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure; those for whose names it is too low are among the others."""
        frame, texts = scene
        axes = fig.subplots(1, 2, sharey=True)
        room = int((figure_inches(axes[0])[1] - _AROUND_INCHES) / _LINE_INCHES) - 2
        place = np.where(frame["place"] < max(room, 1), frame["place"], -1)
        longest = _name(axes[0], frame.loc[place >= 0, "id"].to_list(), int((place < 0).sum()))
        width = float(fig.bbox.width / fig.dpi)
        inches = max(0.5 * (width - _inches_of(longest)) - 0.25, 0.4)
        for ax, column, title in zip(axes, ("cook", "change"), texts["panels"], strict=True):
            _draw_stems(ax, place, frame[column].to_numpy(), int(np.clip(inches / 0.5, 1, 5)))
            plain(ax.set_title(wrapped(title, inches), fontsize=font_size(), loc="left", pad=4))
        axes[0].set_xlim(left=0.0)
        axes[1].tick_params(axis="y", length=0)
        plain(fig.supxlabel(wrapped(texts["x"], 0.8 * width), fontsize=font_size()))
        return fig


def _inches_of(text: str) -> float:
    """What a name at the side takes."""
    return len(text) * 0.58 * font_size(-0.5) / 72


def _draw_stems(ax: Axes, place: np.ndarray, values: np.ndarray, bins: int) -> None:
    """A stem from zero to the value of each who is named, and ticks for the others on a line of their own."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    named = place >= 0
    height = place[named].max(initial=0) - place[named]
    ax.axvline(0.0, color=hairline(), linewidth=1.0, zorder=1)
    ax.hlines(height, 0.0, values[named], color=ink(), linewidth=0.9, zorder=2)
    ax.plot(values[named], height, "o", color=colour_of(0), markersize=3.6, markeredgewidth=0, zorder=3)
    rest = values[~named]
    if len(rest):
        alpha = float(np.clip(12 / np.sqrt(len(rest)), 0.25, 0.9))
        look: dict[str, Any] = {"color": muted(), "markersize": 7, "markeredgewidth": 0.7, "alpha": alpha, "zorder": 2}
        ax.plot(rest, np.full(len(rest), _OTHERS), "|", **look)
    label_axes(ax, "", "")
    ax.xaxis.set_major_locator(MaxNLocator(bins) if bins > 1 else FixedLocator(_two_ticks(values)))


def _two_ticks(values: np.ndarray) -> list[float]:
    """Zero, and the roundest number towards the value that is furthest away.

    Examples
    --------
    >>> _two_ticks(np.array([0.03, -0.58]))
    [0.0, -0.5]
    """
    far = float(values[np.argmax(np.abs(values))]) if len(values) else 0.0
    if far == 0.0:
        return [0.0]
    size = 10.0 ** np.floor(np.log10(abs(far)))
    return [0.0, float(np.copysign(max(m * size for m in (1, 2, 5) if m * size <= abs(far)), far))]


def _name(ax: Axes, names: list[str], others: int) -> str:
    """Who they are, on the axis that both panels share; gives the longest."""
    ticks = [plain_text(shortened(name, _NAME_INCHES, font_size(-0.5))) for name in names[::-1]]
    places = [float(place) for place in range(len(ticks))]
    if others:
        places, ticks = [_OTHERS, *places], [f"{others:,} others", *ticks]
    ax.set_yticks(places, ticks)
    ax.set_ylim(places[0] - 0.9 if places else -1.0, len(names) - 0.3)
    return max(ticks, key=len, default="")
