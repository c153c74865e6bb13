"""A hanging rootogram: how often each count was observed, hung from how often the model expects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.numerics.seeds import seed_of
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.style import colour_of, faint, ink, label_axes
from growthcurves.results.persons.forecasts import family_rows
from growthcurves.results.persons.frequencies import expected_frequencies
from growthcurves.results.questions.design_rows import own_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 60  # counts that have a bar of their own
_DRAWS, _MOST_DRAWN = 200, 20_000_000
COUNTS = ("poisson", "negative-binomial")


@dataclass(frozen=True)
class Rootogram(Drawn):
    """Observed frequencies of counts, hung from those that the model expects, on the scale of square roots.

    A bar that ends above the line of zero says that the count was seen less often than expected, one that reaches below
    it more often (Kleiber and Zeileis, 2016, The American Statistician 70). Expected frequencies are averaged over how
    persons differ. Where the model holds, the ends of 95 % of the bars lie in the band: it is of data sets simulated
    from the fitted model, new persons included, as outcomes of one person depend on each other. With a sampling design
    rows are counted by their weights, and there is no band.

    Parameters
    ----------
    rng : int, Generator or None
        Of the simulated data sets, whose seed the key prints.
    """

    rng: Any = 1

    def why_not(self, fit: Any) -> str | None:
        """Outcomes must be counts."""
        if fit.family is None or fit.family.name not in COUNTS:
            return "A rootogram is of counts; plot.calibration() and plot.qq() are of other outcomes."
        return None if fit.identified else "The design cannot tell the variances between persons apart."

    def scene(self, fit: Any) -> Scene:
        """One row per count: columns count, observed, expected (rows), low, high (of the ends of bars, on roots)."""
        values, seed = family_rows(fit).answers.value.astype(int), seed_of(self.rng)
        most = min(int(values.max()), _MOST)
        expected = expected_frequencies(fit, most)
        observed = np.bincount(np.minimum(values, most + 1), weights=fit.row_weights, minlength=most + 2)[: most + 1]
        low, high = _simulated(fit, most, expected, seed)
        frame = pd.DataFrame(
            {"count": np.arange(most + 1), "observed": observed, "expected": expected, "low": low, "high": high}
        )
        beyond = int((values > most).sum())
        texts = {
            "x": str(fit.model.outcome),
            "y": f"square root of the {'number of rows' if fit.weighing is None else 'weighted number of rows'}",
            "seed": seed,
            "beyond": f"{beyond:,} {'row' if beyond == 1 else 'rows'} above {most} not drawn" if beyond else "",
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        count, top = frame["count"].to_numpy(), np.sqrt(frame["expected"].to_numpy())
        bottom = top - np.sqrt(frame["observed"].to_numpy(float))
        if frame["low"].notna().any():
            ax.fill_between(count, frame["low"], frame["high"], step="mid", color=colour_of(1), alpha=0.22, linewidth=0)
        ax.bar(count, top - bottom, bottom=bottom, width=0.82, color=colour_of(0), alpha=0.4, linewidth=0)
        ax.plot(count, top, "o-", color=ink(), markersize=2.5, linewidth=1.2)
        ax.axhline(0.0, color=faint(), linewidth=0.9)
        ax.margins(x=0.02)
        label_axes(ax, texts["x"], texts["y"])
        key_above(ax, _key(frame, texts))
        return ax


def _simulated(fit: Any, most: int, expected: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Between which values the ends of 95 % of the bars lie in data sets of the model; NaN of very many rows, and under
    a design, of which simulated outcomes know nothing.
    """
    rows, codes = own_rows(fit), fit.panel.persons.codes
    nothing = np.full(most + 1, np.nan)
    if len(codes) * _DRAWS > _MOST_DRAWN or fit.weighing is not None:
        return nothing, nothing
    drawn = fit.estimates.simulated(rows.X, rows.Z, codes, _DRAWS, np.random.default_rng(seed))
    drawn = np.minimum(drawn, most + 1).astype(int)
    found = np.stack([np.bincount(one, minlength=most + 2)[: most + 1] for one in drawn.T])
    low, high = np.quantile(np.sqrt(expected) - np.sqrt(found), [0.025, 0.975], axis=0)
    return low, high


def _key(frame: pd.DataFrame, texts: dict[str, Any]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    key: list[Any] = [
        Line2D([], [], color=ink(), marker="o", markersize=2.5, linewidth=1.2, label="expected"),
        Patch(facecolor=colour_of(0), alpha=0.4, linewidth=0, label="observed, hanging"),
    ]
    if frame["low"].notna().any():
        words = f"95 % of ends by the model, seed {texts['seed']}"
        key.append(Patch(facecolor=colour_of(1), alpha=0.22, linewidth=0, label=words))
    if texts["beyond"]:
        key.append(Line2D([], [], linestyle="", label=texts["beyond"]))
    return key
