"""From a question to simulated studies and what they found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.seeds import seed_of
from growthcurves.planning.answer import plan_of
from growthcurves.planning.asked import Asked
from growthcurves.planning.chance import Chance, chance
from growthcurves.planning.design import Design
from growthcurves.planning.question import effects
from growthcurves.planning.simulation.answer import Share, Simulated, with_shares
from growthcurves.planning.simulation.method import Simulation
from growthcurves.planning.simulation.one_by_one import OneByOne
from growthcurves.planning.simulation.replicated import Replicated
from growthcurves.planning.simulation.setting import Setting
from growthcurves.planning.simulation.side_by_side import SideBySide
from growthcurves.planning.simulation.truths import Truths, truths_of


def simulated_power(asked: Asked, method: Simulation) -> Simulated:
    """The power of a study by simulation; see `growthcurves.power`.

    Raises
    ------
    ModelError, NotAvailableError, NotEstimableError
    """
    setting = Setting.of(asked, method)
    seed = seed_of(method.rng)

    def sizes_of(slope: float | None) -> Array:
        return effects(setting.design, setting.question, asked.effect, asked.slowing, slope)

    truths = truths_of(setting, seed, sizes_of)
    replicated = _runner(setting, truths, seed).run()
    return replace(_answer(setting, truths, replicated, seed), asked=asked)


def _runner(setting: Setting, truths: Truths, seed: int) -> Any:
    """Side by side where the planned analysis is of independent residuals without units above persons."""
    return (SideBySide if setting.design.plain else OneByOne)(setting, truths, seed)


def _answer(setting: Setting, truths: Truths, found: Replicated, seed: int) -> Simulated:
    test, persons = setting.test, float(setting.study.persons)
    share, null = Share.of(found.p_values < test.alpha), Share.of(found.null < test.alpha)
    used = found.tested[found.used]
    errors = used.std(axis=0, ddof=1) if len(used) > 1 else np.full(found.tested.shape[1], np.nan)
    known = found.df[np.isfinite(found.df)]
    df = float(np.median(known)) if len(known) else float("inf")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.abs(setting.sizes[0]) / errors[0]) if len(setting.sizes) == 1 else float("nan")
    made = Chance(share.share, errors, df, ratio)
    plan = plan_of("power", setting.design, setting.question, setting.sizes, test, persons, made)
    return Simulated(
        with_shares(plan.table, share, null), "power", setting.design, setting.question, setting.sizes, test, persons,
        made, replicated=found, parameters=found.table(), closed=_closed(setting, truths), seed=seed,
        how=_how(setting), drawn=_drawn(setting, truths), method=setting.method,
    )  # fmt: skip


def _closed(setting: Setting, truths: Truths) -> float | None:
    """The power by formula; None where there is none that means the same."""
    if setting.smaller is not None or setting.study.depends or not truths.one:
        return None
    if setting.design.model.family is not None:
        return None
    design = replace(setting.design, with_df=setting.test.counts_variances)
    return _chance(design, setting)


def _chance(design: Design, setting: Setting) -> float:
    found = chance(design, setting.question, setting.sizes, float(setting.study.persons), setting.test)
    return found.power


def _how(setting: Setting) -> str:
    """By which degrees of freedom or distribution the test was made."""
    if setting.smaller is not None:
        gone = len(setting.design.recipe.random.names) - len(setting.smaller.kept)
        mixed = "a mixture of chi-squares (Stram and Lee 1994)" if gone else "chi-square"
        return f"the likelihood ratio is compared with {mixed}"
    if setting.test.method == "normal" or setting.design.model.family is not None:
        return "tests and intervals by the normal distribution"
    if not isinstance(setting.test.ddf, str):
        return f"tests and intervals with {setting.test.ddf:g} degrees of freedom"
    if setting.adjusted:
        return "tests and intervals by Kenward and Roger, expected information"
    if setting.test.ddf == "between":
        return "tests and intervals with degrees of freedom by units less fixed effects"
    return "tests and intervals with Satterthwaite's degrees of freedom"


def _drawn(setting: Setting, truths: Truths) -> str:
    """What is special of how outcomes were drawn."""
    found = []
    method = setting.method
    for name, one in (("Random effects", method.effects), ("Residuals", method.residuals)):
        if one != "normal":
            found.append(f"{name} are {one if isinstance(one, str) else 'drawn by a function of the user'}.")
    if setting.study.depends:
        found.append("Who leaves depends on the outcomes.")
    if not truths.one:
        found.append("Each study is drawn from variances of its own, from the pilot's sampling distribution.")
    return " ".join(found)
