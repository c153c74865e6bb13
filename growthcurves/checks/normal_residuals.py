"""Whether residuals are normal: skewness and kurtosis about persons' own curves."""

from __future__ import annotations

import numpy as np

from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.output.words import capital
from growthcurves.results.tables.printing import number

#: Skewness and excess kurtosis below these are too small to matter.
SMALL = {"skewness": 0.15, "excess kurtosis": 0.3}


def moments(values: Array, axis: int = 0) -> tuple[Array, Array]:
    """Skewness, and the logarithm of kurtosis over that of normal values, which is more nearly normal itself."""
    centred = values - values.mean(axis=axis, keepdims=True)
    square = centred * centred
    variance = square.mean(axis=axis)
    variance = np.where(variance > 0, variance, 1.0)
    third, fourth = (square * centred).mean(axis=axis), (square * square).mean(axis=axis)
    return third / variance**1.5, np.log(fourth / variance**2 / 3.0)


def excess(log_kurtosis: Array) -> Array:
    """Excess kurtosis from the logarithm of kurtosis over that of normal values."""
    return 3.0 * np.expm1(log_kurtosis)


class NormalResiduals(Check):
    """Skewness and kurtosis of normalized residuals, of a family of quantile residuals."""

    name, level, of_families = "normal_residuals", LEVEL_1, True

    def measure(self, look: Look) -> Measure:
        def of(sample: Sample) -> Array:
            return np.array(moments(sample.normalized))

        return Measure(list(SMALL), of, shown={"excess kurtosis": excess})

    def said(self, look: Look, found: Measured) -> Said:
        tails = "heavier" if found.value > 0 else "lighter"
        what = "skewed" if found.label == "skewness" else f"of {tails} tails than normal ones"
        kind = "about persons' own curves" if look.normal else "(quantile residuals)"
        advice: tuple[str, ...] = ("fit.robust()", 'fit.conf_int(method="bootstrap")')
        if look.normal:
            advice = ("fit.heavy_tailed()", *advice, "fit.plot.qq()")
        wrong = abs(found.z[found.worst]) > 2
        text = look.fit.vocabulary.said(f"Residuals {kind} are {what}: " if wrong else f"Residuals {kind}: ")
        return Said(
            "the distribution of residuals",
            f"{text}{found.label} {shown(found)}.",
            "Fixed effects stay right on average; intervals of SDs and of single persons are not to be trusted, and "
            "with heavy tails a few measurements weigh too much.",
            advice, found.value, *found.expected, abs(found.value) < SMALL[found.label],
            f"{capital(found.label)} {number(found.value, 3)}.",
        )  # fmt: skip
