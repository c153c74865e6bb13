"""The doors to the figures: `fit.plot.<figure>()` and `panel.plot()`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from growthcurves.errors import unknown
from growthcurves.plots.figure import Figure, make_figure, show
from growthcurves.plots.panel import ObservedTrajectories

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.data.panel import Panel


@dataclass(frozen=True)
class FitPlots:
    """The figures of a fit, one method each: the figure's options, `ax=`, and the Axes back.

    Examples
    --------
    >>> "trajectories" in dir(FitPlots(fit=None))
    True
    """

    fit: Any

    def __getattr__(self, name: str) -> Callable[..., Axes]:
        figures = _registry()
        if name not in figures:
            raise AttributeError(unknown("figure", name, figures))
        return _method(figures[name], self.fit)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_registry()]

    def __repr__(self) -> str:
        return f"Figures of this fit: {', '.join(f'{name}()' for name in _registry())}"


def plot_panel(panel: Panel, ax: Axes | None = None, **options: Any) -> Axes:
    """Observed trajectories of persons with the observed mean; options as `ObservedTrajectories`."""
    return show(make_figure(ObservedTrajectories, options), panel, ax)


def _registry() -> dict[str, type[Figure]]:
    from growthcurves.plots import FIGURES

    return FIGURES


def _method(kind: type[Figure], fit: Any) -> Callable[..., Axes]:
    def draw(ax: Axes | None = None, **options: Any) -> Axes:
        return show(make_figure(kind, options), fit, ax)

    options = list(inspect.signature(kind).parameters.values())
    last = inspect.Parameter("ax", inspect.Parameter.KEYWORD_ONLY, default=None)
    keyword = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in options]
    draw.__signature__ = inspect.Signature([*keyword, last])  # type: ignore[attr-defined]
    draw.__name__, draw.__doc__ = kind.__name__.lower(), kind.__doc__
    return draw
