"""How residuals of one person go together by their distance in time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from growthcurves.checks.check import Measure
from growthcurves.checks.occasions import FEWEST, occasions_of
from growthcurves.checks.panels.cells import ranges
from growthcurves.checks.panels.panel import Line, Panel, Shown
from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks
    from growthcurves.checks.look import Look, Sample

#: Pairs of rows that are looked at; of more, those of some persons.
MOST_PAIRS = 40_000
#: Distances that are looked at one by one.
MOST_DISTANCES = 12


class _Pairs(NamedTuple):
    """The two rows of each pair, in the order of their distances; where each distance begins; the distances."""

    first: Array
    second: Array
    starts: Array
    distances: Array

    def means(self, of_pairs: Array) -> Array:
        """Means by distance, (k, r)."""
        counts = np.diff(self.starts, append=len(self.first))[:, None]
        return np.add.reduceat(of_pairs, self.starts, axis=0) / counts


class Neighbours(Panel):
    """The correlation of residuals about persons' own curves by distance; half their mean squared difference (the
    semivariogram) where persons were not seen at common times.

    Own curves make them a little negatively correlated, in a right model too.
    """

    name, checks = "neighbours", ("autocorrelation",)

    def why_not(self, found: FitChecks) -> str | None:
        """There must be something of it to see, at several distances."""
        if "autocorrelation" not in found.details:
            return found.skipped["autocorrelation"]
        return None if len(_pairs(found.look).distances) > 1 else "All rows are equally far apart."

    def measure(self, found: FitChecks) -> Measure:
        """Mean products, or half mean squared differences, by distance."""
        pairs = _pairs(found.look)
        of = partial(_products if self._common(found.look) else _differences, pairs=pairs)
        return Measure(range(len(pairs.distances)), of)

    @staticmethod
    def _common(look: Look) -> bool:
        return occasions_of(look) is not None

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Line and band."""
        look = found.look
        common, unit = self._common(look), look.fit.panel.time_unit
        x = f"distance in {unit}" if unit else f"difference in {look.fit.panel.time}"
        y = "correlation" if common else "semivariogram, SDs²"
        title = "Correlation of residuals" if common else "Residuals at a distance"
        return Shown(title, x, y, line.table(_pairs(look).distances), reference=0.0 if common else None)


def _products(sample: Sample, pairs: _Pairs) -> Array:
    e = sample.normalized
    return pairs.means(e[pairs.first] * e[pairs.second]) / (e**2).mean(axis=0)


def _differences(sample: Sample, pairs: _Pairs) -> Array:
    e = sample.normalized
    return pairs.means((e[pairs.first] - e[pairs.second]) ** 2) / 2.0


def _pairs(look: Look) -> _Pairs:
    """Pairs of rows of one person by distance: each that occurs, or ranges of it."""
    count = (look.sizes * (look.sizes - 1) // 2).sum()
    step = -(-int(count) // MOST_PAIRS)
    first, second = [], []
    for start, size in zip(look.starts[::step], look.sizes[::step], strict=True):
        a, b = np.triu_indices(size, 1)
        first.append(start + a)
        second.append(start + b)
    one, other = np.concatenate(first), np.concatenate(second)
    apart = np.abs(look.times[other] - look.times[one])
    distances, places = np.unique((apart / np.ptp(look.times)).round(6), return_inverse=True)
    if occasions_of(look) is None or len(distances) > MOST_DISTANCES:
        places = ranges(apart, MOST_DISTANCES).places
    enough = np.bincount(places)[places] >= FEWEST
    _, places = np.unique(places[enough], return_inverse=True)
    one, other, apart = one[enough], other[enough], apart[enough]
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    return _Pairs(one[order], other[order], starts, np.bincount(places, weights=apart) / np.bincount(places))
