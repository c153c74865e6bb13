"""The report: one self-contained HTML page. One file per section and its template; never estimation.

`SECTIONS` lists the sections in the order of the page, those of its core first; a new one is one new file, its
template, and one line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from growthcurves.report.categories import Categories
from growthcurves.report.certainty import Certainty
from growthcurves.report.change import Change
from growthcurves.report.checklists import Checklists
from growthcurves.report.checks import Checks
from growthcurves.report.compared import Compared
from growthcurves.report.data import Data
from growthcurves.report.effects import Effects
from growthcurves.report.groups import Groups
from growthcurves.report.lacking import Lacking
from growthcurves.report.ladder import Ladder
from growthcurves.report.marginal import Marginal
from growthcurves.report.missingness import Missingness
from growthcurves.report.outcomes import Outcomes
from growthcurves.report.page import Report, make_report
from growthcurves.report.people import People
from growthcurves.report.question import Question
from growthcurves.report.reproduce import Reproduce
from growthcurves.report.section import Section
from growthcurves.report.trajectories import Pictures
from growthcurves.report.units import Units
from growthcurves.report.variation import Variation

SECTIONS: tuple[Section, ...] = (
    Outcomes(),
    Categories(),
    Groups(),
    Data(),
    Pictures(),
    Effects(),
    Variation(),
    Certainty(),
    Lacking(),
    Question(),
    Change(),
    Marginal(),
    Missingness(),
    Checks(),
    Compared(),
    Ladder(),
    People(),
    Units(),
    Checklists(),
    Reproduce(),
)


def report(
    *fits: Any,
    path: str | Path | None = None,
    title: str | None = None,
    by: Any = None,
    ddf: Any = None,
    level: float = 0.95,
    intervals: Any = None,
    limits: Any = None,
) -> Report:
    """Write a report of a fit: one HTML page that needs nothing else, for screen, phone and paper.

    Parameters
    ----------
    *fits : GrowthFit
        The first is reported in full, the others are put beside it: their estimates, variances and criteria.
    path : str or Path, optional
        File to write; without it the report is only returned.
    title : str, optional
        By default the outcome over the time.
    by : str or list of str, optional
        Column that divides the persons into groups, or several of them, for the figure and the change report; by
        default the one column of up to six categories that predicts the rate of change, such as the arm of a trial.
    ddf : str or method
        Degrees of freedom of fixed effects and of differences: "satterthwaite", "kenward-roger", ...
    level : float
        Confidence level of all intervals and bands.
    intervals : str or method, optional
        Intervals of what depends on variances: "wald", "profile", "bootstrap", or a value with options; by default each
        answer's own.
    limits : (float, float), optional
        Lowest and highest value that the outcome can have, as (0, 63): bands and axes of pictures keep to it; a side
        that is None is open.

    Returns
    -------
    Report
        With `html`, `save(path)`, `tables`, `save_tables(folder)`; notebooks show it.

    Raises
    ------
    ModelError
        For what is no fit.
    ColumnError, ModelError
        For a column that does not divide the persons into groups; for limits that observed values leave.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> gc.report(fit, title="Sleep and reaction").title
    'Sleep and reaction'
    """
    return make_report(SECTIONS, fits, path, title, by, ddf, level, intervals, limits)


__all__ = ["SECTIONS", "Report", "report"]
