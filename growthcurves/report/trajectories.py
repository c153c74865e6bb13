"""The picture of the page: trajectories of persons, the mean, and both bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.plots.slopes import Slopes
from growthcurves.plots.trajectories import Trajectories
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
            "trajectories": inline_svg("trajectories", words, lambda ax: figure.draw(frame, ax), (6.4, 3.9)),
            "note": frame.attrs["note"],
            "persons_band": bool(frame.loc[frame["part"] == "persons", "low"].notna().any()),
            "slopes": _slopes(fit),
            "time": fit.model.time,
        }


def _slopes(fit: Any) -> Any:
    """The picture of persons' rates; None where they do not vary."""
    figure = Slopes()
    if figure.why_not(fit) is not None:
        return None
    frame = figure.data(fit)
    return inline_svg(
        "slopes", "Distribution of persons' rates of change.", lambda ax: figure.draw(frame, ax), (6.4, 2.3)
    )
