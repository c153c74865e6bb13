"""A figure as inline SVG that follows the page: its fonts, and its colours in the light and in the dark."""

from __future__ import annotations

import io
import re
from typing import Any

from markupsafe import Markup, escape

from growthcurves.errors import filtered
from growthcurves.plots.figure import Figure, Scene
from growthcurves.plots.style import FAINT, GROUP_COLOURS, HAIRLINE, INK, MUTED, styled

# Colours of the pictures and the names by which the page's style sheet knows them.
VARIABLES = {INK: "--ink", MUTED: "--muted", FAINT: "--faint", HAIRLINE: "--rule", "#ffffff": "--paper"} | {
    colour: f"--group-{place + 1}" for place, colour in enumerate(GROUP_COLOURS)
}


def inline_svg(name: str, description: str, figure: Figure, scene: Scene, inches: tuple[float, float]) -> Markup:
    """Draw a figure's scene and return the picture as an `<svg>` element.

    Parameters
    ----------
    name : str
        Prefix of the ids inside, so that two pictures of one page do not share any.
    description : str
        What the picture shows, for readers who cannot see it.
    figure : Figure
    scene : Scene
        What will be seen.
    inches : (width, height)
    """
    from growthcurves.plots.library import matplotlib
    from growthcurves.plots.sheet import draw_on, new_sheet

    settings: Any = {"svg.fonttype": "none", "path.simplify": True}
    buffer = io.StringIO()
    with filtered("ignore", UserWarning, "Glyph .* missing"), styled(house=True), matplotlib.rc_context(settings):
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        sheet = new_sheet(inches, FigureCanvasSVG)  # the browser has its own fonts
        draw_on(sheet, figure, scene)
        for patch in (sheet.patch, *(ax.patch for ax in sheet.axes)):
            patch.set_alpha(0)
        sheet.write_svg(buffer)
    return Markup(for_page(buffer.getvalue(), name, description))


def for_page(svg: str, name: str, description: str) -> str:
    """An SVG file as an element of a page: no header, own ids, the page's fonts and colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = svg.replace("xlink:href", "href")
    svg = _own_ids(svg, name)
    svg = re.sub(r"(font: [^;\"]*?\d+(?:\.\d+)?px) [^;\"]+", r"\1 var(--sans)", svg)
    svg = re.sub(r"(fill|stroke): (#\w{6})", _variable, svg)
    box = re.search(r'viewBox="([^"]+)"', svg)
    assert box is not None
    opening = f'<svg viewBox="{box.group(1)}" role="img" aria-label="{escape(description)}" class="figure">'
    return opening + re.sub(r"\n\s*", "\n", svg[svg.index(">") + 1 :])


def _variable(found: re.Match[str]) -> str:
    """A colour of a fill or a stroke by its name in the page's style sheet, where it has one."""
    name = VARIABLES.get(found[2].lower())
    return found[0] if name is None else f"{found[1]}: var({name})"


def _own_ids(svg: str, name: str) -> str:
    """Ids that something refers to get the figure's name; the others go."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(#|href="#)', rf"\1{name}-", svg)
