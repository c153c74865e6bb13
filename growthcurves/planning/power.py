"""Power, sample size and the smallest effect that is found: the doors of planning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack, cast

from growthcurves.errors import ModelError
from growthcurves.later import Later
from growthcurves.numerics.bounds import MOST_DRAWS, whole_number
from growthcurves.planning.answer import Plan
from growthcurves.planning.asked import Asked, asked_of, checked_power
from growthcurves.planning.assumed import Asking, Options
from growthcurves.planning.chance import PlannedTest
from growthcurves.planning.pilot import REPLICATES, power_interval
from growthcurves.planning.simulation.method import simulation_of
from growthcurves.planning.solve import solve_effect
from growthcurves.planning.study import Study
from growthcurves.planning.times import solved_times

simulations = Later("growthcurves.planning.simulation.run")


def power(
    study: Study,
    effect: Any = None,
    *,
    slowing: Any = None,
    test: Any = None,
    at: Any = None,
    since: Any = None,
    alpha: float = 0.05,
    sided: int = 2,
    method: str = "t",
    ddf: Any = "satterthwaite",
    n: int | None = None,
    rng: Any = None,
    **assumptions: Unpack[Options],
) -> Plan:
    """The power of a planned study: how likely it is to find an effect.

    One formula serves all designs: with X_k and V_k of each kind of planned person and the share p_k of persons of that
    kind, the estimates have covariance matrix (N sum p_k X_k' V_k^-1 X_k)^-1, of which the formulas of Diggle et al.
    (2002), Liu and Liang (1997), Lu, Luo and Chen (2008), Ard and Edland (2011) and Hu, Mackey and Thomas (2021) are
    special cases; see docs/planning.md.

    Parameters
    ----------
    study : Study
    effect : float or dict
        Its size, in outcome units per unit of time where it is one of a rate; a dict of arm to size where several arms
        are compared with the first.
    slowing : float or dict, optional
        In the place of `effect`: a share of `slope`, from -1 to 1; 0.3 is change that is 30 % slower.
    test : str, optional
        The term, or a hypothesis in terms of the planned analysis; "slope:arm", the difference of arms in rates, by
        default (of several rates the first).
    at, since : float, optional
        In the place of `test`: arms are compared at this time; with `since`, in their change since then.
    alpha : float
        Level of the test.
    sided : {2, 1}
        1 is a test in the direction of the effect, whatever its sign, at the whole level.
    method : {"t", "normal", "simulation"} or Simulation
        By noncentral t and F with the degrees of freedom of the planned analysis, or by the normal distribution, as
        most published formulas have it; or by simulated studies (docs/planning-simulation.md), which also take families
        of outcomes, dropout that depends on outcomes and random effects that are not normal, and tests of a variance
        or a correlation (``test="sd:slope"``, ``test="cor:intercept,slope"``).
    ddf : {"satterthwaite", "kenward-roger", "between"} or float
        Degrees of freedom: Satterthwaite's by expected information; Kenward and Roger's, with the standard errors that
        these are expected to have; units randomised less fixed effects; a number.
    n : int, optional
        Replicates of a pilot (`fit`) for the interval of the power, 199 by default, 0 for none; or simulated studies,
        1,000 by default.
    rng : int, Generator or None
        Of these; with None a seed is drawn, and printed.
    **assumptions
        What is assumed of persons, of the outcome and of the analysis:

        slope : mean rate of change in the reference arm; intercept : mean at time 0, which families need.
        sd_intercept, sd_slope, sd_residual : standard deviations; each may be a dict by arm. Intercepts are those at
        time 0, or at the first visit where 0 is none of the study's times. correlation : of intercept and slope.
        family : of outcomes, as in `GrowthModel`, for simulation; means and SDs are on its link's scale.
        icc : share of the variance at that time that is between persons, with sd (of the outcome there) or sd_residual.
        reliability : of own slopes over the study's schedule, in the place of sd_slope.
        levels : dict of unit to dict of SDs between units, such as ``{"site": {"intercept": 1, "slope": .2}}``, with
        "correlation" among them; an SD may be a dict by arm (0 where an arm has no such units, which takes the study's
        ``randomised="site"``).
        design_effect : of groups that hold persons, in the place of levels: a number, or ``{"icc": .05, "size": 20}``,
        1 + (size - 1) icc; several sizes, or their coefficient of variation as "cv", for groups that differ in size.
        shape : of growth, as in `GrowthModel`; "visits" for a mean of every visit, then sd and correlation (a number or
        a matrix) or covariance are those of the visits. random, residual : as in `GrowthModel`.
        baseline : "free", or "common" where arms have one mean at the start (Hu, Mackey and Thomas 2021; constrained
        longitudinal data analysis).
        values : dict of further parameters by the names that `variance_components()` prints, such as ``{"ar1": .5}``.
        model : a `GrowthModel`, in the place of all that make one. fit : a pilot's fit, whose model and variances are
        taken; the power then has an interval.

    Returns
    -------
    Plan
        ``.power``, ``.std_error``, ``.df``, ``.table``, ``.sentence()``, ``.report("protocol.html")``; of a simulation
        a `Simulated` with ``.mc_error``, ``.type_one``, ``.parameters`` (bias, coverage), ``.singular`` too.

    Raises
    ------
    ModelError
        For what is said in two ways, not at all, or cannot be.
    NotEstimableError
        Where the study cannot tell the effect.

    Examples
    --------
    >>> import growthcurves as gc
    >>> study = gc.Study(persons=60, times=[0, 1, 2, 3, 4], dropout=0.2)
    >>> plan = gc.power(study, effect=0.6, sd_intercept=2, sd_slope=1, correlation=0.2, sd_residual=1.5)
    >>> round(plan.power, 3), round(plan.df, 1)
    (0.49, 52.4)
    """
    simulation = simulation_of(method, n, rng)
    planned = PlannedTest(alpha, sided, method if simulation is None else "t", ddf)
    asked = Asked(study, assumptions, planned, effect, slowing, test, at, since)
    if simulation is not None:
        return cast(Plan, simulations.simulated_power(asked, simulation))
    _refuse_open(study)
    return _with_interval(asked.plan(float(study.persons)), REPLICATES if n is None else n, rng)


def sample_size(
    study: Study,
    effect: Any = None,
    *,
    power: float = 0.8,
    n: int = REPLICATES,
    rng: Any = None,
    **options: Unpack[Asking],
) -> Plan:
    """How many persons a study needs; or, where it has its persons, how many visits or how long.

    Parameters
    ----------
    study : Study
        What it leaves out is asked for: ``persons``; or of a study with persons ``waves`` (with ``duration=`` or
        ``spacing=`` given) or ``duration`` (with ``waves=`` given).
    effect, n, rng
        As in `power`.
    power : float
        That the study is to have.
    **options
        As in `power`: slowing, test, at, since, alpha, sided, method, ddf, and what is assumed.

    Returns
    -------
    Plan
        ``.per_arm`` (not rounded; a dict where arms differ in size), ``.total`` (whole persons, in whole units, of each
        arm), ``.whole`` (the plan of these, with the power that they have), ``.waves``, ``.duration``.

    Raises
    ------
    ModelError
        As in `power`; for a study that leaves nothing open, or more than one thing.
    NotEstimableError
        Where no study of this kind has that power.

    Examples
    --------
    >>> import growthcurves as gc
    >>> study = gc.Study(times=[0, 0.25, 0.5, 0.75, 1, 1.25, 1.5])
    >>> plan = gc.sample_size(study, effect=1.5, sd_intercept=55**0.5, sd_slope=24**0.5, correlation=0.8,
    ...                       sd_residual=10**0.5, power=0.8, method="normal")
    >>> round(plan.per_arm, 1), plan.total
    (207.3, 416)
    """
    asked = asked_of(study, effect, options, checked_power(power))
    if study.open not in (("persons",), ("waves",), ("duration",)):
        _refuse_to_solve(study)
    return _with_interval(asked.sized() if study.open == ("persons",) else solved_times(asked), n, rng)


def detectable_effect(
    study: Study,
    *,
    power: float = 0.8,
    **options: Unpack[Asking],
) -> Plan:
    """The smallest effect that a study finds with a power.

    Parameters
    ----------
    study : Study
    power : float
        That the study is to have.
    **options
        As in `power`, but for the size of the effect.

    Returns
    -------
    Plan
        ``.effect``.

    Raises
    ------
    ModelError, NotEstimableError
        As in `power`; for several differences at once.

    Examples
    --------
    >>> import growthcurves as gc
    >>> study = gc.Study(persons=416, times=[0, 0.25, 0.5, 0.75, 1, 1.25, 1.5])
    >>> plan = gc.detectable_effect(study, sd_intercept=55**0.5, sd_slope=24**0.5, correlation=0.8,
    ...                             sd_residual=10**0.5, power=0.8, method="normal")
    >>> round(plan.effect, 4)
    1.4975
    """
    wanted = checked_power(power)
    asked = asked_of(study, None, options, wanted)
    if asked.slowing is not None or "effect" in options:
        raise ModelError("The smallest effect is what is asked for: leave effect= and slowing= out.")
    _refuse_open(study)
    sizes, found = solve_effect(asked.design, asked.question, asked.test, float(study.persons), wanted)
    return asked.answered("effect", sizes, float(study.persons), found)


def _with_interval(plan: Plan, n: Any, rng: Any) -> Plan:
    """The plan with the interval of its power, where the variances are those of a pilot."""
    whole_number(n, "n= is a number of replicates of a pilot", 0, MOST_DRAWS)
    if plan.design.assumed.pilot is None:
        if rng is not None or n != REPLICATES:
            raise ModelError("n= and rng= belong to fit=: without a pilot nothing is drawn.")
        return plan
    return plan if n == 0 else replace(plan, interval=power_interval(plan.whole, plan.asked.sizes_at, n, rng))


def _refuse_open(study: Study) -> None:
    if study.open:
        raise ModelError(f"The study leaves {' and '.join(study.open)} open: give them, or ask gc.sample_size for one.")


def _refuse_to_solve(study: Study) -> None:
    if not study.open:
        raise ModelError(
            "The study leaves nothing open: leave out persons=, or waves= or duration= in the place of times=."
        )
    raise ModelError(
        f"The study leaves {' and '.join(study.open)} open, and one thing can be solved for: give the others."
    )
