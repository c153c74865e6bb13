"""What is looked at in a picture by a program: texts that touch, that leave the page, or that the ground hides."""

from __future__ import annotations

from itertools import combinations

from matplotlib.colors import to_rgb
from matplotlib.text import Text

OVERLAP = 0.75  # pixels that boxes of texts may share: their outermost pixel is air


def drawn_texts(figure):
    """Texts that are drawn."""
    unseen = set()
    for ax in [one for holder in figure.axes for one in (holder, *holder.child_axes)]:
        for axis in (ax.xaxis, ax.yaxis):
            shown = {id(tick) for tick in axis._update_ticks()}
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if id(tick) not in shown:
                    unseen |= {id(tick.label1), id(tick.label2)}
        if not ax.get_visible():
            unseen |= {id(text) for text in ax.findobj(Text)}
    found = {id(text): text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()}
    return [text for key, text in found.items() if key not in unseen]


def faults(figure):
    """Pairs of texts that touch, and texts that leave the page."""
    figure.draw_without_rendering()
    texts, page = visible_texts(figure), figure.bbox
    wrong = []
    for (one, a), (other, b) in combinations(texts, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > OVERLAP and along > OVERLAP:
            wrong.append((one, other))
    out = [text for text, box in texts if min(box.x0, box.y0) < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1]
    return wrong, out


def visible_texts(figure):
    """Texts that are drawn, with their boxes in pixels."""
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in drawn_texts(figure)]


def contrast(one, other):
    """Contrast of two colours, 1 to 21 (WCAG 2.1: relative luminance)."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
