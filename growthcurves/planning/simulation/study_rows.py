"""One simulated study as rows: who was seen when, and what was seen."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd

from growthcurves.numerics.seeds import seed_of
from growthcurves.planning.asked import Asked
from growthcurves.planning.assumed import Options
from growthcurves.planning.chance import PlannedTest
from growthcurves.planning.simulation.cohort import Cohort
from growthcurves.planning.simulation.method import Simulation
from growthcurves.planning.simulation.setting import Setting
from growthcurves.planning.study import Study


def simulate_study(
    study: Study,
    effect: Any = None,
    *,
    slowing: Any = None,
    test: Any = None,
    at: Any = None,
    since: Any = None,
    rng: Any = None,
    effects: Any = "normal",
    residuals: Any = "normal",
    **assumptions: Unpack[Options],
) -> pd.DataFrame:
    """One planned study as if it had been done: a row for each visit of each person.

    Parameters
    ----------
    study : Study
    effect, slowing, test, at, since
        As in `power`; without a size there is no effect.
    rng : int, Generator or None
        With None a seed is drawn; it stands in ``.attrs["seed"]``.
    effects, residuals : str or callable
        Their distributions, as in `Simulation`.
    **assumptions
        As in `power`; intercept= is the mean at the start, of a family on the scale of the link.

    Returns
    -------
    DataFrame
        Columns person, time, outcome, the arm, the units above persons and the covariates, by the names of the planned
        analysis. Covariates are drawn: numbers from normal distributions.

    Raises
    ------
    ModelError, NotAvailableError
        As in `power`.

    See Also
    --------
    growthcurves.power, growthcurves.Simulation

    Examples
    --------
    >>> import growthcurves as gc
    >>> study = gc.Study(persons=60, times=[0, 1, 2, 3, 4], dropout=0.2)
    >>> rows = gc.simulate_study(study, effect=0.6, sd_intercept=2, sd_slope=1, correlation=0.2, sd_residual=1.5,
    ...                          rng=1)
    >>> list(rows.columns), rows["person"].nunique()
    (['person', 'time', 'outcome', 'arm'], 60)
    >>> fit = gc.fit("outcome ~ time * arm + (time | person)", rows)
    """
    method = Simulation(rng=rng, effects=effects, residuals=residuals)
    asked = Asked(study, assumptions, PlannedTest(), effect, slowing, test, at, since)
    setting = Setting.of(asked, method, zero=True)
    seed = seed_of(rng)
    random = np.random.default_rng(seed)
    cohort = Cohort(setting, random)
    outcome, seen = cohort.drawn(random, setting.beta(), setting)
    frame = cohort.frame.assign(**{str(setting.design.assumed.model.outcome): outcome})[seen].reset_index(drop=True)
    frame.attrs["seed"] = seed
    return frame
