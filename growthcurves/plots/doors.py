"""The doors to the figures: `fit.plot.<figure>()`, `panel.plot(<figure>)` and `ladder.plot()`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from growthcurves.errors import ModelError, among, unknown
from growthcurves.plots.figure import OTHER_NAMES, Figure, canvas_of, make_figure, show

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


@dataclass(frozen=True)
class FitPlots:
    """The figures of a fit, one method each: the figure's options, and `ax=` for one panel or `fig=` for several, or
    `figsize=` (inches) for a new figure of that size.

    The user's matplotlib settings (sizes of letters and figures, colours, resolution) go before those of the house.
    A figure without a layout of its own gets matplotlib's constrained layout, so that no label is cut.

    Each returns what it was drawn on: Axes, or the Figure where there are several panels.

    Examples
    --------
    >>> "trajectories" in dir(FitPlots(fit=None))
    True
    """

    fit: Any

    def __getattr__(self, name: str) -> Callable[..., Any]:
        figures = _registry()
        if name not in figures:
            raise AttributeError(unknown("figure", name, figures, OTHER_NAMES))
        return _method(name, figures[name], self.fit)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_registry()]

    def __repr__(self) -> str:
        there = [name for name, kind in _registry().items() if kind().why_not(self.fit) is None]
        return f"Figures of this fit: {', '.join(f'{name}()' for name in there)}"


def plot_panel(panel: Panel, kind: str = "trajectories", **options: Any) -> Any:
    """A figure of a panel, before any model: one of `PANEL_FIGURES`, with its options and `ax=`.

    Raises
    ------
    ModelError
        For an unknown figure or option, with the known ones.
    """
    from growthcurves.plots import PANEL_FIGURES

    if not among(kind, PANEL_FIGURES):
        raise ModelError(unknown("figure of a panel", kind, PANEL_FIGURES, OTHER_NAMES))
    return _draw(PANEL_FIGURES[kind], panel, options)


def plot_ladder(ladder: Any, **options: Any) -> Any:
    """The picture of a ladder, on `fig=` if given."""
    from growthcurves.plots import LADDER_FIGURES

    return _draw(LADDER_FIGURES["ladder"], ladder, options)


def plot_residuals(comparison: Any, **options: Any) -> Any:
    """The picture of residual structures that were compared, on `fig=` if given."""
    from growthcurves.plots import COMPARISON_FIGURES

    return _draw(COMPARISON_FIGURES["residuals"], comparison, options)


def plot_checks(found: Any, **options: Any) -> Any:
    """The picture of what checks found, on `fig=` if given."""
    from growthcurves.plots import FIGURES

    return _draw(FIGURES["check"], found, options)


def plot_trial(trial: Any, **options: Any) -> Any:
    """The picture of a trial: means by visit and arm, or differences; on `ax=` if given."""
    from growthcurves.plots import TRIAL_FIGURES

    return _draw(TRIAL_FIGURES["means"], trial, options)


def plot_subgroups(subgroups: Any, **options: Any) -> Any:
    """The forest plot of subgroups, on `fig=` if given."""
    from growthcurves.plots import SUBGROUP_FIGURES

    return _draw(SUBGROUP_FIGURES["forest"], subgroups, options)


def plot_sensitivity(found: Any, **options: Any) -> Any:
    """The picture of a sensitivity to dropout, on `ax=` if given."""
    from growthcurves.plots import SENSITIVITY_FIGURES

    return _draw(SENSITIVITY_FIGURES["tipping"], found, options)


def plot_plan(curve: Any, kind: str = "power", **options: Any) -> Any:
    """A picture of the power of a planned study: one of `PLAN_FIGURES`, on `ax=` if given."""
    from growthcurves.plots import PLAN_FIGURES

    if not among(kind, PLAN_FIGURES):
        raise ModelError(unknown("figure of a planned study", kind, PLAN_FIGURES))
    return _draw(PLAN_FIGURES[kind], curve, options)


def _registry() -> dict[str, type[Figure]]:
    from growthcurves.plots import FAMILY_FIGURES, FIGURES, LEVEL_FIGURES

    return FIGURES | FAMILY_FIGURES | LEVEL_FIGURES


def _draw(kind: type[Figure], subject: Any, options: dict[str, Any]) -> Any:
    canvas = canvas_of(kind)
    own = {name: value for name, value in options.items() if name not in (canvas, "figsize")}
    return show(make_figure(kind, own), subject, options.get(canvas), options.get("figsize"))


def _method(name: str, kind: type[Figure], fit: Any) -> Callable[..., Any]:
    def draw(**options: Any) -> Any:
        return _draw(kind, fit, options)

    options = list(inspect.signature(kind).parameters.values())
    only: Any = {"kind": inspect.Parameter.KEYWORD_ONLY}
    last = [inspect.Parameter(item, default=None, **only) for item in (canvas_of(kind), "figsize")]
    keyword = [item.replace(**only) for item in options]
    draw.__signature__ = inspect.Signature([*keyword, *last])  # type: ignore[attr-defined]
    draw.__name__, draw.__doc__ = name, documentation(name, kind)
    return draw


#: Fits of the examples of figures that not every fit has.
EXAMPLES = {
    "calibration": [
        '>>> data = gc.load_dataset("trial")',
        '>>> data["well"] = data["depression"] < 25',
        '>>> fit = gc.fit("well ~ week * arm + (1 | patient)", data, time="week", family="binomial")',
    ],
    "units": [
        '>>> data = gc.load_dataset("trial")',
        '>>> data["site"] = data["patient"].str[1:].astype(int) % 20  # which the file does not have',
        '>>> fit = gc.fit("depression ~ week * arm + (week | site/patient)", data, time="week")',
    ],
    "rootogram": [
        '>>> data = gc.load_dataset("trial")',
        '>>> data["points"] = data["depression"].round()',
        '>>> fit = gc.fit("points ~ week * arm + (1 | patient)", data, time="week", family="negative-binomial")',
    ],
}


def documentation(name: str, kind: type[Figure]) -> str:
    """What a figure's method says of itself: the words and options of the figure, where it is drawn, an example."""
    canvas = canvas_of(kind)
    one = "Axes" if canvas == "ax" else "Figure"
    words, *options = (inspect.getdoc(kind) or "").split("\n\nParameters\n----------\n")
    given = "".join(f"{one}\n" for one in options)
    parts = [
        f"{words}\n\nParameters\n----------\n{given}{canvas} : {one}, optional\n"
        f"    What it is drawn on, of matplotlib; by default a new figure.",
        "figsize : (float, float), optional\n    Width and height of a new figure, in inches.",
        f"\nReturns\n-------\n{one}\n    What it was drawn on.",
        "\nExamples\n--------\n>>> import growthcurves as gc",
        *EXAMPLES.get(name, ['>>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))']),
        f">>> drawn = fit.plot.{name}()",
    ]
    return "\n".join(parts)
