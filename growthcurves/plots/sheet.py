"""The sheets that figures are drawn on: one drawing at a time, the same bytes every time."""

from __future__ import annotations

from typing import Any, BinaryIO, TextIO

from growthcurves.plots.figure import Figure, Panels, Scene, inches_of, scene_of
from growthcurves.plots.library import FigureCanvasAgg, MatplotlibFigure, matplotlib
from growthcurves.plots.style import DRAWING, styled

#: Ids inside an SVG come from what it shows, not from chance; texts that are made while drawing need no LaTeX.
_WHILE_DRAWN: Any = {"svg.hashsalt": "growthcurves", "text.usetex": False}
#: No file says when it was made.
_UNDATED: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


class Sheet(MatplotlibFigure):
    """A matplotlib figure that is drawn while no other thread draws: matplotlib's parts are shared by all threads."""

    def draw(self, *args: Any, **options: Any) -> Any:
        with DRAWING, matplotlib.rc_context(_WHILE_DRAWN):
            return super().draw(*args, **options)

    def savefig(self, *args: Any, **options: Any) -> Any:
        with DRAWING, matplotlib.rc_context(_WHILE_DRAWN):
            return super().savefig(*args, **options)

    def write_svg(self, file: TextIO) -> None:
        """Write the sheet, whose canvas is one for SVG, as it is drawn: `savefig` draws once before for its layout."""
        canvas: Any = self.canvas
        with DRAWING, matplotlib.rc_context(_WHILE_DRAWN):
            canvas.print_svg(file, metadata={"Date": None, "Creator": None})


def on_sheet(figure: Figure, subject: Any, inches: tuple[float, float] | None = None) -> Sheet:
    """A figure of a fit (or a panel, or a ladder) on a sheet of its own, without a window.

    Raises
    ------
    NotEstimableError
        When the figure does not apply, with the reason.
    """
    scene = scene_of(figure, subject)
    sheet = new_sheet(inches_of(figure, scene, inches))
    draw_on(sheet, figure, scene)
    return sheet


def new_sheet(inches: tuple[float, float], canvas: Any = FigureCanvasAgg) -> Sheet:
    """An empty sheet that leaves room for every label."""
    with styled(house=True):
        sheet = Sheet(figsize=inches, layout="constrained")
        canvas(sheet)
    return sheet


def draw_on(sheet: Sheet, figure: Figure, scene: Scene) -> None:
    """Draw a figure's scene on a sheet."""
    with styled(house=True):
        figure.draw(scene, sheet if isinstance(figure, Panels) else sheet.add_subplot())


def write_picture(sheet: Sheet, file: BinaryIO, ending: str, dpi: float) -> None:
    """Write a sheet as .png, .svg or .pdf: the same sheet gives the same bytes."""
    kind = ending.lstrip(".").lower()
    with styled(house=True):
        sheet.savefig(file, format=kind, dpi=dpi, metadata=_UNDATED.get(kind))
