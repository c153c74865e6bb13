"""The picture of the page: trajectories of persons, the mean, and both bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from growthcurves.plots.figure import Figure
from growthcurves.plots.slopes import Slopes
from growthcurves.plots.trajectories import MOST_SHADED, Trajectories
from growthcurves.report.section import Subject
from growthcurves.report.svg import inline_svg


class Pictures:
    """Trajectories, and the distribution of rates where rates vary."""

    name = "pictures"
    title = "Trajectories"

    def why_not(self, subject: Subject) -> str | None:
        return Trajectories(by=subject.by).why_not(subject.fit)

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        figure = Trajectories(by=subject.by)
        frame = figure.data(fit)
        words = f"Observed {fit.model.outcome} of persons over {fit.model.time} with the fitted mean."
        return {
            "trajectories": twice("trajectories", words, figure, frame, (3.9, 3.3)),
            "note": frame.attrs["note"],
            "persons_band": len(frame.attrs["groups"]) <= MOST_SHADED
            and bool(frame.loc[frame["part"] == "persons", "low"].notna().any()),
            "slopes": _slopes(fit),
            "time": fit.model.time,
        }


def _slopes(fit: Any) -> Any:
    """The picture of persons' rates; None where they do not vary."""
    figure = Slopes()
    if figure.why_not(fit) is not None:
        return None
    frame = figure.data(fit)
    return twice("slopes", "Distribution of persons' rates of change.", figure, frame, (2.3, 2.1))


def twice(
    name: str, words: str, figure: Figure, frame: pd.DataFrame, heights: tuple[float, float]
) -> dict[str, Markup]:
    """A picture for wide and one for narrow screens, so that its letters are as large as the page's."""
    sizes = {"wide": (6.4, heights[0]), "narrow": (3.5, heights[1])}
    return {
        key: inline_svg(f"{name}-{key}", words, lambda ax: figure.draw(frame, ax), inches)
        for key, inches in sizes.items()
    }
