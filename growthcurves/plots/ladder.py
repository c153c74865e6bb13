"""The ladder as a picture: what becomes of each variance and of the deviance from model to model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.output.numbers import percent_text
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.labels import key_of_figure
from growthcurves.plots.style import colour_of, font_size, ink, muted, plain, title_panel
from growthcurves.results.questions.rates import is_curved
from growthcurves.results.side_by_side.numbers import VARIANCES
from growthcurves.results.tables.growth_words import random_words
from growthcurves.results.tables.names import finding_text
from growthcurves.results.tables.printing import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL_INCHES = 1.45
_SHARE_OF_BARS = 0.48  # of the width of a panel; the numbers have the rest


@dataclass(frozen=True)
class LadderRungs(Panels):
    """Variances within and between persons, and the deviance, from model to model of a ladder.

    A percentage says how much of a variance is gone: within persons against the unconditional means model, between
    persons against the unconditional growth model (pseudo-R2, with its sign turned; a variance can also grow). The
    deviance is drawn where it is by ML only: by REML it does not compare models with different fixed effects.
    """

    def why_not(self, ladder: Any) -> str | None:
        """There must be a variance that is not withheld."""
        variances = [number.finding for number in ladder.numbers if number.part == VARIANCES]
        if not any(moment.known for moment in variances):
            return "The variances of every model of this ladder are withheld, so there is nothing to draw."
        return None

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """One row of panels where they fit."""
        panels = len(scene.texts["panels"])
        rows = -(-panels // _columns(panels, width))
        models = scene.table["model"].nunique()
        return width, 0.3 + 0.17 * models + (0.6 + 0.24 * models) * rows

    def scene(self, ladder: Any) -> Scene:
        """One row per quantity and model: columns quantity ("var:residual", ..., "deviance"), model, value, change.

        The column change is the share by which the variance differs from its reference, NaN where it has none.
        """
        top = list(ladder.fits.values())[-1]
        found = [(number.model, number.finding) for number in ladder.numbers]
        variances = [(model, one) for model, one in found if one.kind is Kind.VARIANCE]
        drops = {(model, one.unit, one.of): one.value for model, one in found if one.kind is Kind.VARIANCE_DROP}
        shown = variances + [(model, one) for model, one in found if ladder.compares and _is_deviance(one)]
        rows = [
            [finding_text(one), model, one.value, -drops.get((model, one.unit, one.of), np.nan)] for model, one in shown
        ]
        different = {one.identity: one for _, one in shown}.values()
        ordered = sorted(different, key=lambda one: (_is_deviance(one), one.unit != RESIDUAL))
        panels = [
            (_title(top, one), [row for row, (_, other) in enumerate(shown) if other.identity == one.identity])
            for one in ordered
        ]
        frame = pd.DataFrame(rows, columns=["quantity", "model", "value", "change"])
        texts = {"panels": panels, "deviance": ladder.compares, "models": dict(ladder.titles)}
        return Scene(frame, texts)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        panels, models = texts["panels"], texts["models"]
        columns = _columns(len(panels), float(fig.bbox.width / fig.dpi))
        axes = fig.subplots(-(-len(panels) // columns), columns, squeeze=False)
        for ax in axes.flat[len(panels) :]:
            ax.set_visible(False)
        last = len(panels) - 1 if texts["deviance"] else len(panels)
        for place, (ax, (title, rows)) in enumerate(zip(axes.flat, panels, strict=False)):
            _bars(ax, frame.iloc[rows], list(models), from_zero=place < last)
            title_panel(ax, title)
        key_of_figure(fig, _key(models))
        return fig


def _columns(panels: int, width: float) -> int:
    most = max(1, int(width / _PANEL_INCHES))
    return -(-panels // -(-panels // most))


def _is_deviance(finding: Finding) -> bool:
    return finding.kind is Kind.CRITERION and finding.of == "deviance"


def _title(fit: Any, finding: Finding) -> str:
    """What a panel shows, with its unit where it is plain."""
    unit = fit.panel.outcome_unit
    if _is_deviance(finding):
        return "deviance"
    parameter = RESIDUAL if finding.unit == RESIDUAL else finding.of[0]
    words = fit.vocabulary.said("variance within persons")
    if finding.unit != RESIDUAL:
        words = f"variance of the {random_words(fit).called(parameter)}"
    if unit and (finding.unit == RESIDUAL or parameter == "intercept"):
        return f"{words} ({unit}²)"
    if unit and parameter == "slope" and not is_curved(fit):
        return f"{words} ({unit}²/{fit.when.per}²)"
    return words


def _bars(ax: Axes, rows: pd.DataFrame, models: list[str], from_zero: bool) -> None:
    """A bar with its number for each model that has the quantity; dots where zero means nothing."""
    values = rows["value"].to_numpy(float)
    known = values[np.isfinite(values)]
    low = 0.0 if from_zero else float(known.min(initial=np.inf))
    span = (float(known.max(initial=low)) - low) or 1.0
    places = [models.index(model) for model in rows["model"]]
    if from_zero:
        ax.barh(places, np.nan_to_num(values), height=0.62, color=colour_of(0), alpha=0.8, linewidth=0)
    else:
        ax.plot(values, places, color=ink(), linestyle="", marker="o", markersize=4.5)
    ax.set_xlim(low - 0.1 * span * (not from_zero), low + span / _SHARE_OF_BARS)
    ax.set_ylim(len(models) - 0.4, -0.6)
    ax.set_xticks([])
    ax.set_yticks(range(len(models)), models)
    ax.spines["bottom"].set_visible(False)
    for place, value, change in zip(places, values, rows["change"], strict=True):
        where = (value if np.isfinite(value) else low, place)
        look: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "color": muted()}
        plain(ax.annotate(_number_text(value, change), where, fontsize=font_size(-1.0), **look))


def _number_text(value: float, change: float) -> str:
    if not np.isfinite(value):
        return "withheld"
    shown = number(value, 3) if abs(value) < 1000 else f"{value:,.1f}"
    return shown if not np.isfinite(change) else f"{shown} ({percent_text(change, 0, sign=True)} %)".replace("-", "−")


def _key(models: dict[str, str]) -> Sequence[Any]:
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"linestyle": "", "color": ink(), "markersize": 6, "markeredgewidth": 0}
    return [Line2D([], [], marker=rf"$\mathrm{{{name}}}$", label=title, **look) for name, title in models.items()]
