"""The references checked on this machine, as an answer: each expected and found, and what computed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from growthcurves.data.markup import Block, TextTable
from growthcurves.errors import recorded
from growthcurves.machine import platform_facts, versions
from growthcurves.results.tables.answer import Answer
from growthcurves.verify.cases import compared, stored_cases

_COLUMNS = ["case", "quantity", "term", "expected", "found", "difference", "tolerance", "passed", "source", "label"]
_QUANTITIES = {
    "estimate": "estimate", "std_error": "standard error", "statistic": "t", "df": "degrees of freedom",
    "p_value": "p", "df_nlme": "degrees of freedom (nlme)", "component": "estimate", "variance": "variance",
    "covariance": "covariance", "variance_std_error": "standard error of the variance",
}  # fmt: skip
_CRITERIA = {"deviance": "-2 log likelihood", "llf": "log likelihood", "aic": "AIC", "bic": "BIC"}


@dataclass(frozen=True, eq=False, repr=False)
class Qualification(Answer):
    """The stored references on this machine.

    Attributes
    ----------
    table : DataFrame
        One row per value: case, quantity, term, expected (as printed or stored), found, difference, tolerance, passed,
        source, label.
    facts : tuple of (str, str)
        Date, versions, system, processor, BLAS, threads.
    """

    facts: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether every value lies within its tolerance."""
        return bool(self.table["passed"].all())

    @property
    def verdict(self) -> str:
        """How many values are as expected, in a sentence."""
        count, good = len(self.table), int(self.table["passed"].sum())
        cases = self.table["case"].nunique()
        if self.passed:
            return f"All {count} values of {cases} references are as expected."
        return f"{count - good} of {count} values are not as expected, in {self._failed['case'].nunique()} of {cases}."

    @property
    def _failed(self) -> pd.DataFrame:
        return self.table[~self.table["passed"]]

    def __str__(self) -> str:
        facts = [f"  {name:{max(len(one) for one, _ in self.facts)}}  {text}" for name, text in self.facts]
        head = ["reference", "values", "largest difference / tolerance", ""]
        rows = [head, *self._by_case()]
        widths = [max(len(row[k]) for row in rows) for k in range(3)]
        lines = [f"  {r[0]:{widths[0]}}  {r[1]:>{widths[1]}}  {r[2]:>{widths[2]}}  {r[3]}".rstrip() for r in rows]
        failed = [f"  {text}" for text in self._faults()]
        parts = [_TITLE, "\n".join(facts), "\n".join(lines), "\n".join(failed), self.verdict]
        return "\n\n".join(part for part in parts if part)

    def _by_case(self) -> list[list[str]]:
        """Each reference in a row: how many values, how much of the tolerance is used, and whether it passed."""
        table, out = self.table, []
        used = (table["difference"].abs() / table["tolerance"]).groupby(table["case"], sort=False).max()
        for case, rows in table.groupby("case", sort=False):
            share = used[case]
            text = "below 0.001" if share < 0.001 else f"{share:.3f}"
            out.append([str(case), str(len(rows)), text, "passed" if rows["passed"].all() else "FAILED"])
        return out

    def _faults(self) -> list[str]:
        return [
            f"{row.case}, {row.label}: expected {row.expected}, found {row.found!r} (tolerance {row.tolerance:.3g})"
            for row in self._failed.itertuples()
        ]

    def _blocks(self) -> tuple[Block, ...]:
        facts = TextTable((), [(name, [text]) for name, text in self.facts], frozenset({0}))
        rows = [(case, cells) for case, *cells in self._by_case()]
        head = ("values", "largest difference / tolerance", "")
        return (_TITLE, self.verdict, facts, TextTable(head, rows, frozenset({2})), *self._faults())

    def _title_and_notes(self) -> tuple[str, list[str]]:
        return f"{_TITLE}. {self.verdict}", [f"{name}: {text}" for name, text in self.facts]

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        """All digits of each value, under the heading of its reference and source."""
        shown = self.table.assign(
            found=[f"{value:.12g}" for value in self.table["found"]],
            difference=[f"{value:.1e}" for value in self.table["difference"]],
            tolerance=[f"{value:.1e}" for value in self.table["tolerance"]],
        )
        names = ["label", "expected", "found", "difference", "tolerance", "passed"]
        groups = shown.groupby(["case", "source"], sort=False)
        return [(f"{case} ({source})", rows[names]) for (case, source), rows in groups]

    def _headings(self) -> dict[str, str]:
        return {"label": "Value"}

    def to_dict(self) -> dict[str, Any]:
        return {"passed": self.passed, "facts": dict(self.facts), **super().to_dict()}


_TITLE = "Qualification: stored references on this machine"


def verify() -> Qualification:
    """Fit the references that come with the package, and compare with what was published or computed elsewhere.

    The references are tables of Bates and others (2015), Pinheiro and Bates (2000) and of the multilevel software
    review as printed, and values of R (lme4, lmerTest, pbkrtest, clubSandwich, nlme) on the shipped data. A printed
    value may differ by half a unit of its last place; the tolerance of each stands beside it.

    Returns
    -------
    Qualification
        ``.passed``, ``.table``, ``.facts``; ``.save("qualification.html")`` is the record.

    Examples
    --------
    >>> import growthcurves as gc
    >>> print(gc.verify().verdict)
    All 216 values of 29 references are as expected.
    """
    from tqdm import tqdm

    started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows: list[list[Any]] = []
    for case in tqdm(stored_cases(), desc="references", disable=None, delay=1.0, leave=False):
        with recorded():
            found = list(compared(case))
        rows += [[case["case"], *_row(*one), case["source"], _label(*one[:2])] for one in found]
    facts = (("Date", started), *versions(), *platform_facts())
    return Qualification(pd.DataFrame(rows, columns=_COLUMNS), facts)


def _row(quantity: str, name: str, expected: str, found: float, tolerance: float) -> list[Any]:
    """A value beside what is expected; as far as a printed decimal can be read, half a place is allowed."""
    difference = found - float(expected)
    passed = abs(difference) <= tolerance * (1 + 1e-9)
    return [quantity, name, expected, found, difference, tolerance, passed]


def _label(quantity: str, name: str) -> str:
    return _CRITERIA[name] if quantity == "fit" else f"{name}, {_QUANTITIES[quantity]}"
