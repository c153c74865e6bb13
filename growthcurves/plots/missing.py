"""Patterns of missing waves: a row of tiles per pattern, and how many persons have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.missing import MISSED, NOT_DUE, SEEN, UNTIL_DEATH
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.output.numbers import percent_text
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above, text_points, thinned
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
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.data.panel import Panel

MOST_GROUPS = 4
KINDS = ("complete", "monotone", "intermittent")  # and "never seen", "never due"
#: What stands where a tile would, of waves that were not due.
SIGNS = {"+": "+", "-": "_", "o": "."}
KIND_WORDS = {"monotone": "dropout, none missed before"}
_FEWEST_ROWS = 6  # so that a few patterns are no posters on axes that were given
_COLUMN = 52.0  # points of a column of numbers, where there is room


@dataclass(frozen=True)
class Missing(Drawn):
    """Patterns of missing waves, the most frequent first: a tile for each wave that was seen.

    Persons without a missing wave are complete; those who miss every wave after their last, and none before, are
    monotone; those who missed one before another that was seen are intermittent. Whoever was last seen before the last
    wave that was due has dropped out: monotone or intermittent. Where the panel says why waves are missing, waves after
    death, not scheduled, or before entry have a sign in the place of a tile, and are not missed.

    Parameters
    ----------
    by : str, optional
        Column of at most four groups: the percentage of each group that has the pattern.
    patterns : int
        How many patterns are drawn; the others are counted in a last row.
    """

    by: str | None = None
    patterns: int = 10

    def why_not(self, panel: Panel) -> str | None:
        """There must be waves: a wave column, or times that persons have in common."""
        if self.patterns < 1:
            raise ModelError(f"patterns={self.patterns}: give the number of patterns to draw, 1 or more.")
        return why_no_waves(panel)

    def scene(self, panel: Panel) -> Scene:
        """One row per pattern and group: columns pattern (None for the others), kind, group, persons, percent.

        In a pattern ``x`` is a wave that was seen, ``.`` one that was missed; see `MissingPatterns`. Percentages are of
        the persons of the group.
        """
        missed = panel.missing(by=self.by)
        table = missed.table if self.by is not None else missed.table.assign(group="")
        groups = list(dict.fromkeys(missed.dropout["group"])) if self.by is not None else [""]
        if len(groups) > MOST_GROUPS:
            raise ModelError(f"{self.by!r} has {len(groups)} groups; this picture compares at most {MOST_GROUPS}.")
        frame = self._counted(table, groups)
        texts = {"waves": [str(wave) for wave in missed.waves], "x": str(missed.names["grid"]), "groups": groups}
        return Scene(frame, texts)

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """As high as its rows need."""
        rows = scene.table["pattern"].nunique(dropna=False)
        return width, min(1.2 + 0.3 * rows, super().size(scene, width)[1])

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        patterns = frame.drop_duplicates("pattern")
        waves = texts["waves"]
        for row, (pattern, kind) in enumerate(zip(patterns["pattern"], patterns["kind"], strict=True)):
            if isinstance(pattern, str):
                _tiles(ax, row, pattern, _colour(kind))
        ax.set_xlim(-0.5, len(waves) - 0.5)
        headed = any(texts["groups"]) * (1 + _staggered(ax, texts))
        ax.set_ylim(max(len(patterns), _FEWEST_ROWS) - 0.5, -0.5 - headed)
        ax.set_yticks([])
        ax.spines["bottom"].set_position(("data", len(patterns) - 0.5))
        ax.spines[:].set_visible(False)
        room = figure_inches(ax)[0] * 72 - 40 - _column_points(ax, texts) * len(texts["groups"])
        ticks = thinned(waves, np.arange(len(waves)), room)
        ax.set_xticks(ticks, [plain_text(waves[tick]) for tick in ticks])
        label_axes(ax, texts["x"], "")
        _numbers(ax, scene, len(patterns))
        key_above(ax, _key(patterns))
        return ax

    def _counted(self, table: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
        """The most frequent patterns over all groups, and the rest as one; a row for every group."""
        totals = table.groupby("pattern", sort=False)["persons"].sum().sort_values(ascending=False, kind="stable")
        shown = list(totals.index[: self.patterns]) if len(totals) > self.patterns + 1 else list(totals.index)
        kinds = table.drop_duplicates("pattern").set_index("pattern")["kind"]
        rows = []
        for pattern in [*shown, *([None] if len(shown) < len(totals) else [])]:
            for group in groups:
                here = table[table["group"].astype(str) == group]
                size = here["persons"].sum()
                of = here["pattern"] == pattern if pattern is not None else ~here["pattern"].isin(shown)
                count = int(here.loc[of, "persons"].sum())
                kind = None if pattern is None else kinds[pattern]
                rows.append([pattern, kind, group, count, 100 * count / size if size else np.nan])
        return pd.DataFrame(rows, columns=["pattern", "kind", "group", "persons", "percent"]).astype(
            {"pattern": object}
        )


def why_no_waves(panel: Panel, advise: bool = True) -> str | None:
    """Why a panel has no waves that a person could miss, with what to write in their place; None where it has."""
    try:
        panel.waves()
    except NotEstimableError as error:
        return str(error) if advise else error.reason
    return None


def _colour(kind: str) -> str:
    kind = "complete" if kind == UNTIL_DEATH else kind
    return colour_of(KINDS.index(kind)) if kind in KINDS else hairline()


def _tiles(ax: Axes, row: int, pattern: str, colour: str) -> None:
    from matplotlib.patches import Rectangle

    for wave, letter in enumerate(pattern):
        if letter in SIGNS:
            ax.plot([wave], [row], linestyle="", marker=SIGNS[letter], **_sign())
            continue
        look: dict[str, Any] = {"facecolor": colour, "edgecolor": colour} if letter == SEEN else {"facecolor": "none"}
        tile = Rectangle((wave - 0.43, row - 0.36), 0.86, 0.72, linewidth=0.6, **({"edgecolor": hairline()} | look))
        ax.add_patch(tile)


def _sign() -> dict[str, Any]:
    return {"color": muted(), "markersize": 5, "markeredgewidth": 0.9}


def _column_points(ax: Axes, texts: dict[str, Any]) -> float:
    """Width of a column of numbers: of several together half the picture at the most."""
    count = len(texts["groups"])
    return _COLUMN if count == 1 else min(_COLUMN, figure_inches(ax)[0] * 36 / count)


def _staggered(ax: Axes, texts: dict[str, Any]) -> bool:
    """Whether the names of groups need two rows above their columns to be read whole."""
    room, size = _column_points(ax, texts) - 4, font_size(-0.5)
    return any(text_points(group, size) > room for group in texts["groups"])


def _numbers(ax: Axes, scene: Scene, rows: int) -> None:
    """Counts and percentages at the right, a column per group with its name above."""
    frame, texts = scene
    groups, points = texts["groups"], _column_points(ax, texts)
    lines = 1 + _staggered(ax, texts)
    for column, group in enumerate(groups):
        here = frame[frame["group"] == group]
        right = 6 + points * (column + 1)
        numbers = [
            _number_text(persons, percent, group)
            for persons, percent in zip(here["persons"], here["percent"], strict=True)
        ]
        for row, text in enumerate(numbers):
            _write(ax, text, row, right, muted())
        if group:
            head = shortened(group, (lines * points - 4) / 72, font_size(-0.5))
            _write(ax, head, -1 - (column + 1) % lines, right, ink())
    if frame["pattern"].isna().any():
        others = ax.annotate(
            "all other patterns", (-0.43, rows - 1), va="center", color=muted(), fontsize=font_size(-0.5)
        )
        others.set_clip_on(False)


def _number_text(persons: int, percent: float, group: str) -> str:
    share = f"{percent_text(percent / 100, 0 if percent >= 0.95 or percent == 0 else 1)} %"
    return share if group else f"{persons:,} ({share})"


def _write(ax: Axes, text: str, row: float, right: float, colour: str) -> None:
    note = ax.annotate(
        text,
        (1.0, row),
        xycoords=("axes fraction", "data"),
        xytext=(right, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=colour,
        fontsize=font_size(-0.5),
        annotation_clip=False,
    )
    plain(note)


def _key(patterns: pd.DataFrame) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    there = set(patterns["kind"].replace(UNTIL_DEATH, "complete"))
    letters = set("".join(patterns["pattern"].dropna()))
    key = [Patch(facecolor=_colour(kind), label=KIND_WORDS.get(kind, kind)) for kind in KINDS if kind in there]
    key += [Patch(facecolor="none", edgecolor=hairline(), linewidth=0.8, label="missed")] * (MISSED in letters)
    signs = [(SIGNS[letter], meaning) for letter, meaning in NOT_DUE.items() if letter in letters]
    return [*key, *(Line2D([], [], linestyle="", marker=sign, label=label, **_sign()) for sign, label in signs)]
