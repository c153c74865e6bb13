"""The findings of all checks as an answer."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from growthcurves.checks.beside import Beside, beside
from growthcurves.checks.check import LEVELS, Measured, Said, Verdict
from growthcurves.data.markup import Block, TextTable
from growthcurves.output.numbers import with_minus
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.printing import p_text

COLUMNS = [
    "level", "check", "verdict", "looked_at", "value", "low", "high", "p_value", "text", "meaning", "advice",
]  # fmt: skip
_WIDTH = 100


@dataclass(frozen=True, eq=False, repr=False)
class FitChecks(Answer):
    """What was looked at, found and advised.

    Attributes
    ----------
    table : DataFrame
        One row per finding: level, check, verdict ("fine", "look", "problem"; "note" for what is none), looked_at,
        value, low and high (the middle 95 % of what the fitted model gives), p_value, text, meaning, advice.
    fit : GrowthFit
    look : Look
        The rows as checks saw them.
    details : mapping of str to Measured
        Every statistic of each check, and its replicates.
    said : mapping of str to Said
        What each check says, in few words too.
    skipped : mapping of str to str
        The checks that do not apply, and why.
    prespecified : bool
        Whether the model was chosen before the data were seen.
    replicates : int
    limit : float
        The p-value from which a finding is called a problem.
    """

    fit: Any = None
    look: Any = None
    details: Mapping[str, Measured] = field(default_factory=dict)
    said: Mapping[str, Said] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    prespecified: bool = False
    replicates: int = 0
    limit: float = float("nan")

    @property
    def problems(self) -> pd.DataFrame:
        """The findings that are called a problem."""
        return self._of(Verdict.PROBLEM)

    def _of(self, verdict: Verdict) -> pd.DataFrame:
        return self.table[self.table["verdict"] == verdict.value].reset_index(drop=True)

    @property
    def findings(self) -> pd.DataFrame:
        """All but notes."""
        return self.table[self.table["verdict"] != Verdict.NOTE.value].reset_index(drop=True)

    @property
    def summary(self) -> str:
        """The answer in one sentence."""
        count, many = len(self.findings), {one: len(self._of(one)) for one in Verdict}
        if not many[Verdict.PROBLEM] and not many[Verdict.LOOK]:
            return f"Nothing speaks against the model in {count} checks."
        found = [
            f"{many[verdict]} {words}{'s' if many[verdict] > 1 and verdict is Verdict.PROBLEM else ''}"
            for verdict, words in ((Verdict.PROBLEM, "problem"), (Verdict.LOOK, "to look at"))
            if many[verdict]
        ]
        cause = " Several often have one cause: begin with outliers and tails." if many[Verdict.PROBLEM] > 2 else ""
        return f"In {count} checks: {', '.join(found)}.{cause}"

    @property
    def how(self) -> str:
        """How findings were judged."""
        return (
            f"Each number is compared with {self.replicates:,} replicates of the fitted model (seed {self.look.seed}). "
            f"Of a right model any finding at all is called a problem in at most one of ten analyses (p below "
            f"{self.limit:.2g} each); each is to be looked at in one of twenty (p below .05)."
        )

    @property
    def heading(self) -> str:
        """What advice is called."""
        return "sensitivity analyses" if self.prespecified else "what to try"

    def plot(self, fig: Any = None, figsize: Any = None) -> Any:
        """Up to eight panels of what was found beside what a right model gives, with a sentence under each.

        Parameters
        ----------
        fig : Figure, optional
            What it is drawn on, of matplotlib; by default a new figure.
        figsize : (float, float), optional
            Width and height of a new figure, in inches.

        Returns
        -------
        Figure
            What it was drawn on.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> figure = fit.check().plot()
        """
        from growthcurves.plots import plot_checks

        return plot_checks(self, fig=fig, figsize=figsize)

    def beside(self, n: int = 499, rng: Any = 1) -> Beside:
        """The fixed effects beside answers that lean less on the model: does what was found change them?

        Standard errors by the sandwich of persons and by drawing persons with replacement, and estimates with heavy
        tails (`heavy_tailed`).

        Parameters
        ----------
        n : int
            Replicates of the bootstrap.
        rng : int, Generator or None
            Where they come from.

        Returns
        -------
        Beside
            ``.table``, a row per fixed effect; ``.notes`` say why something is missing.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> found = fit.check().beside(n=199)
        >>> found.table[["term", "estimate", "heavy_tailed"]].round(1).to_dict("records")[1]
        {'term': 'slope', 'estimate': 10.5, 'heavy_tailed': 9.6}
        """
        return beside(self.fit, n, rng)

    def __str__(self) -> str:
        return self.told(_WIDTH)

    def told(self, width: int) -> str:
        """All that was found as a page of text, as str() gives it, for a narrower or wider page.

        Parameters
        ----------
        width : int
            Signs that a line takes at most.

        Returns
        -------
        str
            The page.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(fit.check().told(60).splitlines()[5])
          fine    The mean leaves the fitted shape by a bend of
        """
        lines = [*_wrapped(f"Checks of the assumptions. {self.summary}", width), ""]
        for level in LEVELS:
            rows = self.table[self.table["level"] == level]
            if len(rows):
                told = (line for row in rows.itertuples() for line in self._lines(row, width))
                lines += [level.capitalize(), *told, ""]
        if len(self.problems):
            beside = "`.beside()` puts robust and bootstrap errors and heavy tails beside the fixed effects."
            lines += [*_wrapped(beside, width), ""]
        lines += _wrapped(self.how, width)
        return "\n".join(lines)

    def _lines(self, row: Any, width: int) -> list[str]:
        p = "" if row.p_value != row.p_value else f" (p {_p(row.p_value, self.replicates)})"
        lines = _wrapped(f"{row.text[:-1]}{p}.", width, f"  {row.verdict:<8}", " " * 10)
        lines += _wrapped(row.meaning, width, " " * 10, " " * 10)
        if row.advice:
            lines.append(f"{'':10}{self.heading}:")
            lines += [f"{'':12}{call}" for call in row.advice]
        return lines

    def _blocks(self) -> tuple[Block, ...]:
        rows: list[tuple[str, tuple[str, ...]]] = []
        for level in LEVELS:
            found = [self._cells(row) for row in self.table[self.table["level"] == level].itertuples()]
            rows += [(level.capitalize(), ()), *found] if found else []
        columns = ["verdict", "found", self.heading, "p"]
        return ("Checks of the assumptions", self.summary, TextTable(columns, rows, frozenset({0, 1, 2})), self.how)

    def _cells(self, row: Any) -> tuple[str, tuple[str, ...]]:
        """A finding as a row: what was looked at, verdict, what was found and what it does, calls, p."""
        told = with_minus(f"{row.text} {row.meaning}".strip())
        return row.looked_at, (row.verdict, told, "; ".join(row.advice), _p(row.p_value, self.replicates))

    def to_dict(self) -> dict[str, Any]:
        return {
            **super().to_dict(), "summary": self.summary, "how": self.how, "skipped": dict(self.skipped),
            "prespecified": self.prespecified, "replicates": self.replicates, "seed": self.look.seed,
        }  # fmt: skip


def _wrapped(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    """Lines of so many signs, in which a number stays with its percent sign."""
    lines = textwrap.wrap(text.replace(" %", "\u00a0%"), width, initial_indent=first, subsequent_indent=later)
    return [line.replace("\u00a0", " ") for line in lines]


def _p(p: float, replicates: int) -> str:
    """A p-value from replicates, which has no smaller value than one over their number."""
    least = 1.0 / (replicates + 1)
    if p != p:
        return ""
    return f"<{least:.3f}".replace("<0", "<") if p <= least * 1.0001 else p_text(p)
