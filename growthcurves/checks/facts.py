"""Notes: what a reader should know of the sample, which is no finding against the model."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, SAMPLE, SHAPE, Fact, Said
from growthcurves.checks.look import Look
from growthcurves.results.persons.reliability import reliabilities
from growthcurves.results.tables.printing import number
from growthcurves.results.tables.units import unit_counts

#: Persons from which fixed effects, and SDs and correlations, are known as well as their intervals say.
ENOUGH_FOR_EFFECTS, ENOUGH_FOR_SDS = 30, 100


class OwnLines(Fact):
    """How much of each person's outcomes the own least-squares line explains."""

    name, level = "own_lines", SHAPE

    def said(self, look: Look) -> Said | None:
        panel = look.fit.panel
        if panel.time is None or not look.normal or (look.sizes > 2).sum() < 2:
            return None
        r2 = panel.people().loc[lambda table: table["n"] > 2, "r2"].dropna()
        if r2.empty:
            return None
        low, middle, high = (f"{100 * share:.0f} %" for share in r2.quantile([0.25, 0.5, 0.75]))
        said = look.fit.vocabulary.said
        text = (
            f"Own straight lines explain {middle} of the variance over time of the person in the middle, {low} to "
            f"{high} of that of the middle half of persons."
        )
        return Said(said("persons' own straight lines"), said(text), value=float(r2.median()))


class Reliability(Fact):
    """How reliably persons' rates of change are told apart."""

    name, level = "reliability", SAMPLE

    def said(self, look: Look) -> Said | None:
        if not look.effect_names:
            return None
        table = reliabilities(look.fit).dropna(subset=["reliability"])
        table = table[table["effect"].isin(look.effect_names)]
        if table.empty:
            return None
        row = table.iloc[-1]
        return Said(
            f"the {row['label']}",
            f"The {row['label']} is {number(row['reliability'], 3)}: of the variance of own estimates so much is true.",
            look.fit.vocabulary.said(
                "More occasions, further apart, raise it; more persons do not. Empirical Bayes estimates are pulled to "
                "the mean by what is left to one, so that they differ less than persons do."
            ),
            value=float(row["reliability"]),
        )  # fmt: skip


class Persons(Fact):
    """Whether there are persons enough for what is asked of them."""

    name, level = "persons", SAMPLE

    def said(self, look: Look) -> Said | None:
        count, rows = look.persons, int(np.median(look.sizes))
        meaning, advice = _enough(look, count)
        text = f"There are {count:,} {look.fit.vocabulary.who.several}, the middle one with {rows} rows."
        return Said("how many there are", text, meaning, advice, float(count))


def _enough(look: Look, count: int) -> tuple[str, tuple[calls.Call, ...]]:
    """What so many persons are enough for, and what to use."""
    if count < ENOUGH_FOR_EFFECTS:
        return (
            "With fewer than 30, fixed effects need tests with small-sample degrees of freedom, and SDs are known "
            "roughly: their intervals should be by profile or bootstrap.",
            (calls.small_sample(look), calls.profile()),
        )
    if count < ENOUGH_FOR_SDS:
        return (
            "Enough for fixed effects; SDs and correlations are known roughly, and their intervals should be by "
            "profile or bootstrap.",
            (calls.profile(),),
        )
    return "Enough for fixed effects and for SDs; for rates of change few rows each are the tighter limit.", ()


class Units(Fact):
    """Whether there are units above persons enough for their variances."""

    name, level = "units", SAMPLE

    def said(self, look: Look) -> Said | None:
        few = [one for one in unit_counts(look.fit) if one.units < ENOUGH_FOR_EFFECTS] if look.effect_names else []
        if not few:
            return None
        one = few[0]
        return Said(
            f"how many {one.words.several} there are",
            f"{one.units:,} {one.words.several}.",
            f"With fewer than 30, what predicts differences between {one.words.several} needs small-sample degrees of "
            f"freedom, and their SD is known roughly.",
            (calls.small_sample(look), calls.profile()), float(one.units),
        )  # fmt: skip


class Shrinkage(Fact):
    """What cannot be seen in empirical Bayes estimates."""

    name, level = "shrinkage", LEVEL_2

    def said(self, look: Look) -> Said | None:
        if not look.effect_names:
            return None
        return Said(
            "what estimates of single random effects hide",
            "Empirical Bayes estimates are made with the normal distribution that they are to show: where reliability "
            "is low they look normal whatever the truth (Verbeke and Lesaffre 1996).",
        )
