"""The picture of checks: panels of what was found beside what a right model gives, with a sentence under each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.output.numbers import with_minus
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import in_lines, key_of_figure, spread, text_points
from growthcurves.plots.layers import person_alpha
from growthcurves.plots.style import (
    colour_of,
    faint,
    font_size,
    ink,
    line_of,
    muted,
    plain,
    plain_text,
    shortened,
    title_panel,
    with_unit,
    wrapped,
)
from growthcurves.plots.visits import tick_visits, visit_times

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.checks.answer import FitChecks

_PANEL_INCHES = (3.1, 2.45)
_WIDER = 1.2  # than other figures
_MOST_COLUMNS = 4
_INSIDE = (0.76, 0.42)  # shares of the width and of the height of a panel that its axes have
_BAND: dict[str, Any] = {"alpha": 0.18, "linewidth": 0}


@dataclass(frozen=True)
class Checks(Panels):
    """The assumptions of a model: up to eight panels of what was found, each with its verdict and a sentence.

    Residuals over time and in their order, their SD and their correlation, persons' random effects in their order (or
    the SDs of groups), their growth against the predictor furthest from a straight line (or the size of their
    residuals against their growth), how far averages move without each of them, and the mean and SD of outcomes
    beside the persons furthest out. Each band holds the whole line in 95 of 100 replicates of the fitted model
    (Myllymaki et al. 2017, JRSS B 79): of a right model one panel in twenty has a point outside. Values in their
    order are drawn against the median of replicates, so that a right model is on the diagonal. Where visits are
    common, means and SDs of outcomes are of all persons, those who were missed by what was seen of them. Where
    dropout depends on what was seen, residuals and random effects of very many persons in their order may leave their
    bands; verdicts do not rest on these. Panels that do not apply are left out.

    Parameters
    ----------
    n : int, optional
        Replicates of the fitted model, 199 at least; 499 by default.
    rng : int, Generator or None
        Where they come from.
    """

    n: int | None = None
    rng: Any = 1

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """Wider than other figures, and as high as its rows of panels need."""
        count, wide = len(scene.texts["panels"]), width * _WIDER
        return wide, 0.4 + -(-count // _columns(count, wide)) * _PANEL_INCHES[1]

    def why_not(self, subject: Any) -> str | None:
        """The variances must be identified."""
        from growthcurves.checks import FitChecks
        from growthcurves.checks.run import NOT_KNOWN, NOT_WEIGHTED

        if isinstance(subject, FitChecks):
            return None
        return NOT_WEIGHTED if subject.weighing is not None else None if subject.identified else NOT_KNOWN

    def scene(self, subject: Any) -> Scene:
        """One table: columns panel, part ("point", "line" with its band, "person"), series, x, value, low, high, label.

        `subject` is a fit, or what its `check()` found.
        """
        from growthcurves.checks import FitChecks, check
        from growthcurves.checks.panels import panels_of

        found = subject if isinstance(subject, FitChecks) else check(subject, n=self.n, rng=self.rng)
        shown = panels_of(found)
        table = pd.concat([one.table.assign(panel=name) for name, one in shown.items()], ignore_index=True)
        panel, unit = found.fit.panel, found.fit.panel.outcome_unit
        said = {item.name for item in fields(next(iter(shown.values())))} - {"table"}
        panels = {name: {item: getattr(one, item) for item in said} for name, one in shown.items()}
        for one in panels.values():
            one["y"] = with_unit(one["y"], unit) if one["of_outcome"] else one["y"]
        texts = {
            "panels": panels,
            "visits": visit_times(panel),
            "besides": _besides(found, shown),
            "bare": False,
        }
        return Scene(table[["panel", *table.columns.drop("panel")]], texts)

    def bare(self, scene: Scene, name: str) -> Scene:
        """The scene of one panel without its words, for who says them beside it."""
        frame, texts = scene
        panels = {name: texts["panels"][name]}
        return Scene(frame[frame["panel"] == name], texts | {"panels": panels, "besides": "", "bare": True})

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        width, panels = float(fig.bbox.width / fig.dpi), texts["panels"]
        columns = _columns(len(panels), width)
        axes = fig.subplots(-(-len(panels) // columns), columns, squeeze=False)
        high = float(fig.bbox.height / fig.dpi) / len(axes)
        page = _Page(72 * _INSIDE[0] * width / columns, 72 * _INSIDE[1] * high, texts["visits"])
        for ax, (name, panel) in zip(axes.flat, panels.items(), strict=False):
            page.draw(ax, frame[frame["panel"] == name], panel)
            if not texts["bare"]:
                _head(ax, panel)
                _under(ax, panel, page.room)
        for ax in axes.flat[len(panels) :]:
            ax.set_visible(False)
        if not texts["bare"]:
            key_of_figure(fig, _key(frame))
        if texts["besides"]:
            said = in_lines(texts["besides"], 72 * (width - 0.2), font_size(-0.5))
            plain(fig.supxlabel(said, x=0.015, ha="left", fontsize=font_size(-0.5), color=muted()))
        return fig


def _columns(panels: int, width: float) -> int:
    """Columns of panels that are wide enough for their sentences, with rows as full as possible."""
    most = int(np.clip(width / _PANEL_INCHES[0], 1, _MOST_COLUMNS))
    return -(-panels // -(-panels // most))


def _besides(found: FitChecks, shown: Any) -> str:
    """The findings that no panel shows and that are not fine."""
    from growthcurves.checks.panels import SLOTS

    seen = {check for slot in SLOTS for panel in slot if panel.name in shown for check in panel.checks}
    table = found.findings
    others = table[~table["check"].isin(seen) & (table["verdict"] != "fine")]
    listed = "; ".join(f"{row.looked_at} ({row.verdict})" for row in others.itertuples())
    return f"Besides, in no panel: {listed}." if listed else ""


@dataclass(frozen=True)
class _Page:
    """Where panels are drawn: points that the axes of each have across and along at least, and the times of visits.

    They are not measured, which takes as long as all the rest.
    """

    room: float
    height: float
    visits: np.ndarray

    def draw(self, ax: Axes, rows: pd.DataFrame, panel: dict[str, Any]) -> None:
        """A panel with its axes and its head."""
        drawn = {"line": self._line, "quantiles": self._quantiles, "ratios": self._ratios}
        drawn[panel["kind"]](ax, rows, panel)
        if panel["over_time"]:
            tick_visits(ax, self.visits, room=self.room)
        elif not panel["ticks"]:
            ax.locator_params(axis="x", nbins=5)
        ax.locator_params(axis="y", nbins=5)
        size = float(ax.xaxis.label.get_fontsize())
        plain(ax.set_xlabel(wrapped(panel["x"], self.room / 72, size, 2)))
        plain(ax.set_ylabel(wrapped(panel["y"], 1.4 * self.height / 72, size, 2)))

    def _line(self, ax: Axes, rows: pd.DataFrame, panel: dict[str, Any]) -> None:
        """Points, a line along x for each series, and its band."""
        parts = dict(list(rows.groupby("part")))
        points, persons = (parts.get(part, rows.iloc[:0]) for part in ("point", "person"))
        _draw_points(ax, points)
        ends = []
        for place, (name, own) in enumerate(persons.groupby("series", sort=False)):
            style: Any = line_of(place)
            ax.plot(own["x"], own["value"], linestyle=style, color=muted(), linewidth=0.9, zorder=2)
            ends.append((name, own["x"].iloc[-1], own["value"].iloc[-1]))
        if panel["reference"] is not None:
            ax.axhline(panel["reference"], color=faint(), linewidth=0.8, zorder=1)
        for _, line in parts["line"].groupby("series", sort=False):
            ax.fill_between(line["x"], line["low"], line["high"], color=colour_of(0), zorder=1.5, **_BAND)
            ax.plot(line["x"], line["value"], color=ink(), linewidth=1.1, zorder=3)
            _draw_values(ax, line)
        ax.margins(x=0.05)
        named = points[points["label"] != ""]
        self._name(ax, [*zip(named["label"], named["x"], named["value"], strict=True)])
        self._name_ends(ax, ends)

    def _quantiles(self, ax: Axes, rows: pd.DataFrame, panel: dict[str, Any]) -> None:
        """Values against what is expected of them, on the diagonal where the model holds; the largest are named."""
        ax.fill_between(rows["x"], rows["low"], rows["high"], color=colour_of(0), **_BAND)
        ends = rows["x"].iloc[[0, -1]]
        ax.plot(ends, ends, color=faint(), linewidth=0.9)
        _draw_values(ax, rows)
        named = [str(name) for name in rows["label"][::-1] if name]
        if named:
            size = font_size(-1.0)
            said = wrapped(f"largest: {', '.join(named)}", 0.7 * self.room / 72, size, lines=2)
            plain(ax.text(0.03, 0.97, said, transform=ax.transAxes, va="top", fontsize=size, color=muted()))

    def _ratios(self, ax: Axes, rows: pd.DataFrame, panel: dict[str, Any]) -> None:
        """Values side by side, each with its band."""
        ax.bar(rows["x"], rows["high"] - rows["low"], 0.5, rows["low"], color=colour_of(0), **_BAND)
        ax.axhline(panel["reference"], color=faint(), linewidth=0.8, zorder=1)
        _draw_values(ax, rows)
        inches = self.room / 72 / len(rows)
        ax.set_xticks(rows["x"], [plain_text(shortened(name, inches)) for name in panel["ticks"]])
        ax.set_xlim(rows["x"].min() - 0.6, rows["x"].max() + 0.6)

    def _name(self, ax: Axes, names: list[tuple[Any, float, float]]) -> None:
        """Names beside points, on the side that has more room."""
        middle = sum(ax.get_xlim()) / 2
        for right in (True, False):
            self._write(ax, [one for one in names if bool(one[1] < middle) is right], right)

    def _name_ends(self, ax: Axes, ends: list[tuple[Any, float, float]]) -> None:
        """Names at the right of the ends of lines, with room for them inside the axes."""
        if ends:
            low, high = ax.get_xlim()
            widest = max(text_points(self._shortened(name), font_size(-1.5)) for name, _, _ in ends) + 6.0
            share = min(widest / self.room, 0.4)
            ax.set_xlim(low, high + (high - low) * share / (1 - share))
            self._write(ax, ends, True)

    def _write(self, ax: Axes, names: list[tuple[Any, float, float]], right: bool) -> None:
        """Names at one side of points, moved apart where they would touch."""
        if not names:
            return
        size, (low, high) = font_size(-1.5), ax.get_ylim()
        wanted = np.array([(y - low) / (high - low) * self.height for _, _, y in names])
        placed = spread(wanted, np.full(len(names), 1.3 * size), self.height)
        look: dict[str, Any] = {"textcoords": "offset points", "ha": "left" if right else "right", "va": "center"}
        for (name, x, y), moved in zip(names, placed - wanted, strict=True):
            xytext = (4 if right else -4, moved)
            plain(ax.annotate(self._shortened(name), (x, y), xytext=xytext, fontsize=size, color=ink(), **look))

    def _shortened(self, name: Any) -> str:
        return shortened(str(name), 0.3 * self.room / 72, font_size(-1.5))


def _draw_points(ax: Axes, rows: pd.DataFrame) -> None:
    alpha = float(np.clip(4 * person_alpha(len(rows)), 0.12, 0.8))
    look: dict[str, Any] = {"markersize": 3.2, "alpha": alpha, "markeredgewidth": 0, "zorder": 1.8}
    ax.plot(rows["x"], rows["value"], ".", color=muted(), **look)


def _outside(rows: pd.DataFrame) -> pd.Series:
    tiny = 1e-9 * (rows["high"] - rows["low"]).abs().max()
    return (rows["value"] < rows["low"] - tiny) | (rows["value"] > rows["high"] + tiny)


_DOT: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 3.2, "markeredgewidth": 0}
_RING = _DOT | {"markersize": 3.6, "markeredgewidth": 0.9, "markerfacecolor": "none"}


def _draw_values(ax: Axes, rows: pd.DataFrame) -> None:
    """What was found: dots in the band, and rings of another colour outside of it."""
    out = _outside(rows)
    ax.plot(rows["x"][~out], rows["value"][~out], color=ink(), zorder=4, **_DOT)
    ax.plot(rows["x"][out], rows["value"][out], markeredgecolor=colour_of(1), zorder=4, **_RING)


def _head(ax: Axes, panel: dict[str, Any]) -> None:
    """What is shown, and the verdict."""
    title_panel(ax, panel["title"])
    grave = panel["verdict"] in ("problem", "look")
    colour = colour_of(1) if panel["verdict"] == "problem" else ink() if grave else muted()
    weight = "bold" if grave else "normal"
    ax.set_title(panel["verdict"], loc="right", fontsize=font_size(), color=colour, fontweight=weight, pad=4)


def _under(ax: Axes, panel: dict[str, Any], room: float) -> None:
    """The sentence under a panel, as wide as its axes."""
    size = font_size(-0.5)
    place: Any = ("axes fraction", ax.xaxis.label)
    look: dict[str, Any] = {"xytext": (0, -5), "textcoords": "offset points", "ha": "left", "va": "top"}
    text = in_lines(with_minus(panel["text"]), room, size)
    plain(ax.annotate(text, (0, 0), xycoords=place, annotation_clip=False, fontsize=size, color=ink(), **look))


def _key(frame: pd.DataFrame) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    outside = bool(_outside(frame[frame["part"] == "line"]).any())
    ring = Line2D([], [], label="outside the band", markeredgecolor=colour_of(1), **_RING)
    return [
        Line2D([], [], label="found", color=ink(), **_DOT),
        *([ring] if outside else []),
        Patch(color=colour_of(0), **_BAND, label="a right model: 95 % band for all points at once"),
    ]
