"""Persons coloured by a variable: its groups in the colours of groups, its numbers from dark to light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.data.checks import holds_numbers
from growthcurves.data.joined import name_of
from growthcurves.data.panel import Panel, joining
from growthcurves.model.person_level import PersonLevel
from growthcurves.plots.people import groups_of
from growthcurves.plots.style import HAIRLINE, colour_of, short

# Dark to light through blue, purple, orange: even in lightness, and told apart by every colour vision (after plasma).
SCALE = ("#0d1f80", "#5a1a9b", "#9c2a8c", "#cf4b6e", "#ee7b51", "#f5b13d")
_FEWEST_NUMBERS = 5


@dataclass(frozen=True)
class Colouring:
    """Colour of every person, and the entries of the key.

    Attributes
    ----------
    colours : ndarray of str, shape (persons,)
    entries : tuple of (str, tuple of str)
        Label and colour of each group; of numbers one entry with the colours of the scale.
    """

    colours: np.ndarray
    entries: tuple[tuple[str, tuple[str, ...]], ...]


def colouring(panel: Panel, column: Any) -> Colouring:
    """Colours by a person-level column: numbers with more than five values are a scale, everything else groups.

    Several columns are one group.

    Raises
    ------
    ColumnError, ModelError, DataError
        For an unknown column, one that varies within a person, and too many groups.
    """
    panel, column = joining(panel, column), name_of(column, "color")
    panel.require([column])
    values = PersonLevel(panel).values([column])[column]
    if holds_numbers(values.array) and values.nunique() > _FEWEST_NUMBERS:
        return _scale(column, np.asarray(values, dtype=float))
    groups = groups_of(panel, column)
    palette = np.array([*(colour_of(place) for place in range(len(groups.labels))), HAIRLINE], dtype=object)
    entries = tuple((label, (colour_of(place),)) for place, label in enumerate(groups.labels))
    return Colouring(palette[groups.codes], entries)


def _scale(name: str, values: np.ndarray) -> Colouring:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    with np.errstate(invalid="ignore"):
        place = (values - low) / (high - low) * len(SCALE)
    codes = np.where(np.isnan(place), len(SCALE), np.clip(place, 0, len(SCALE) - 1)).astype(int)
    palette = np.array([*SCALE, HAIRLINE], dtype=object)
    return Colouring(palette[codes], ((f"{name}: {short(low)} to {short(high)}", SCALE),))


def colour_handle(label: str, colours: tuple[str, ...]) -> Any:
    """A handle of the key: a line in one colour, or patches side by side from the first to the last."""
    from matplotlib.lines import Line2D

    if len(colours) == 1:
        return Line2D([], [], color=colours[0], linewidth=1.6, label=label)
    return Swatches(colours, label)


class Swatches(tuple):
    """Patches side by side with one label, for the key."""

    def __new__(cls, colours: tuple[str, ...], label: str) -> Swatches:
        from matplotlib.patches import Patch

        made = super().__new__(cls, [Patch(facecolor=colour, linewidth=0) for colour in colours])
        made.label = label
        return made

    label: str

    def get_label(self) -> str:
        """The label, as other handles give it."""
        return self.label
