"""Two sets of results line by line: ours and those of another program, as double programming needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import RESIDUAL
from growthcurves.data.markup import Block
from growthcurves.errors import DataError, ModelError, brief
from growthcurves.fitted import FittedModel
from growthcurves.output.files import path_of
from growthcurves.programs.lines import Line, lines_of
from growthcurves.programs.matching import component_keys, effect_keys, varying
from growthcurves.programs.spec import spec_of
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.names import component_text
from growthcurves.results.variation.variances import components

#: What is compared of a fixed effect, where the other program prints it.
QUANTITIES = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
SAME, DIFFERENT, HERE, THERE = "same", "different", "only here", "only there"


@dataclass(frozen=True, eq=False, repr=False)
class Agreement(Answer):
    """Our results beside another program's.

    Attributes
    ----------
    table : DataFrame
        One row per number: term, theirs (how the other program calls it), quantity, here, there, difference, status
        ("same", "different", "only here", "only there").
    decimals : int
        To how many decimals they are compared.
    notes : tuple of str
        Whether two fits are of the same data, by their hashes.
    """

    decimals: int
    notes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every fixed effect is on both sides, and every number that both have is the same."""
        return bool((self.table["status"] == SAME).all()) and len(self.table) > 0

    def __str__(self) -> str:
        title, note, _, *notes = map(str, self._blocks())
        different = self.table[self.table["status"] != SAME]
        shown = ["", different.to_string(index=False, na_rep="-")] if len(different) else []
        return "\n".join([title, note, *notes, *shown])

    def _blocks(self) -> tuple[Block, ...]:
        counts = self.table["status"].value_counts()
        told = [f"{counts[status]} {status}" for status in (SAME, DIFFERENT, HERE, THERE) if status in counts]
        verdict = "They agree" if self.agrees else "They do not agree in everything"
        title = f"Results of two programs to {self.decimals} decimals"
        return (title, f"{verdict}: {', '.join(told)}.", text_table(self.table), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "decimals": self.decimals, "agrees": self.agrees, "notes": list(self.notes)}


def agree(fit: FittedModel, results: Any, decimals: int = 4, ddf: Any = None) -> Agreement:
    """Compare a fit with the results of another program, line by line.

    The other program's table may be SAS's SolutionF or CovParms (ODS OUTPUT), R's coefficients or
    ``as.data.frame(VarCorr(fit))``, Stata's or Mplus's estimates, or a table of this package. Terms are matched through
    what each program calls them; what has no partner is listed. A number is the same where it differs by no more than
    half a unit of the last decimal; "<.0001" is the same as a p-value below that. With another fit, such as one that a
    second programmer saved, it is told whether both are of the same data.

    Parameters
    ----------
    fit : GrowthFit
    results : str, Path, DataFrame or GrowthFit
        A text table with a column of terms and at least one of estimates; or another fit.
    decimals : int
        From 0 to 12.
    ddf : str or method
        Degrees of freedom of our side.

    Returns
    -------
    Agreement
        ``.table``, ``.agrees``.

    Raises
    ------
    DataError
        For a file without terms or estimates, or in which two lines are the same term.
    NotAvailableError
        For a model that has no program elsewhere; see `fit.code`.

    Examples
    --------
    >>> import growthcurves as gc, pandas as pd
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> theirs = pd.DataFrame({"Effect": ["Intercept", "day"], "Estimate": ["251.4051", "10.4673"]})
    >>> print(gc.agree(fit, theirs))
    Results of two programs to 4 decimals
    They agree: 2 same.
    """
    if type(decimals) is not int or not 0 <= decimals <= 12:
        raise ModelError(f"decimals= is a whole number from 0 to 12, not {brief(decimals)}.")
    if not isinstance(fit, FittedModel):
        raise ModelError(f"agree() takes a fit first, not {type(fit).__name__}.")
    lines = lines_of(_of_fit(results, ddf) if isinstance(results, FittedModel) else _read(results))
    rows = list(_compared(fit, lines, decimals, ddf))
    columns = ["term", "theirs", "quantity", "here", "there", "difference", "status"]
    notes = _same_data(fit, results) if isinstance(results, FittedModel) else ()
    return Agreement(pd.DataFrame(rows, columns=columns), decimals, notes)


def _same_data(fit: FittedModel, other: FittedModel) -> tuple[str, ...]:
    """Whether two fits are of the same columns and rows, as their hashes say."""
    if fit.data_columns != other.data_columns:
        here, there = (", ".join(one.data_columns) for one in (fit, other))
        return (f"The columns that were used differ: {here} here, {there} there.",)
    if fit.data_hash != other.data_hash:
        here, there = (f"{one.sums.rows:,} rows, SHA-256 {one.data_hash[:12]}..." for one in (fit, other))
        return (f"The data differ, in values or in the order of rows: {here} here; {there} there.",)
    return (f"Both are of the same data (SHA-256 {fit.data_hash[:12]}...).",)


def _of_fit(fit: FittedModel, ddf: Any) -> pd.DataFrame:
    """Another fit's table as texts with all digits."""
    found = [fixed_effects(fit, ddf), components(fit, "wald").table()]
    return _read(pd.concat([one[["term", "estimate", "std_error", "df"]] for one in found], ignore_index=True))


def _read(results: Any) -> pd.DataFrame:
    """The other table as texts."""
    if isinstance(results, pd.DataFrame):
        named = results.index.dtype == object or isinstance(results.index.dtype, pd.StringDtype)
        flat = results.reset_index() if named or results.index.name else results
        return flat.astype(object).where(flat.notna(), "").map(str)
    path = path_of(results)
    if not path.is_file():
        raise DataError(f"There is no file {brief(path)}.")
    try:
        return pd.read_csv(path, sep=None, engine="python", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{path.name} cannot be read as a text table: {brief(error, 120)}.") from None


def _compared(fit: FittedModel, lines: list[Line], decimals: int, ddf: Any) -> Iterator[list[Any]]:
    """Rows of the comparison: our terms in their order, then what only the other program has."""
    ours, keys = _ours(fit, lines, ddf)
    left = {line.key: line for line in lines}
    if len(left) < len(lines):
        twice = [line.shown for line in lines if sum(other.key == line.key for other in lines) > 1]
        raise DataError(f"Two lines of the results are {brief(twice[0])}: leave one.")
    for term, numbers in ours.items():
        matched = [key for key in keys[term] if key in left]
        if not matched:
            yield [term, "", "estimate", numbers["estimate"], math.nan, math.nan, HERE]
            continue
        if len(matched) > 1:
            shown = " and ".join(left[key].shown for key in matched[:2])
            raise DataError(f"Two lines of the results may be {term}: {shown}.")
        line = left.pop(matched[0])
        for quantity in QUANTITIES:
            if quantity in line.numbers and quantity in numbers:
                yield _row(term, line, quantity, numbers[quantity], decimals)
    for line in left.values():
        yield ["", line.shown, "estimate", math.nan, line.numbers.get("estimate", (math.nan, ""))[0], math.nan, THERE]


def _ours(fit: FittedModel, lines: list[Line], ddf: Any) -> tuple[dict[str, dict[str, float]], dict[str, set[Any]]]:
    """Our numbers by term, and what other programs call each; of the parts that the other table is about."""
    spec = spec_of(fit)
    numbers: dict[str, dict[str, float]] = {}
    keys: dict[str, set[Any]] = {}
    if any(not line.variance for line in lines):
        table = fixed_effects(fit, ddf).set_index("term")
        numbers |= {str(term): {name: float(row[name]) for name in QUANTITIES} for term, row in table.iterrows()}
        keys |= {effect.term: effect_keys(effect, spec) for effect in spec.effects}
    if any(line.variance for line in lines):
        asked = {line.key for line in lines}
        called = dict(zip(fit.random_names, varying(spec), strict=True))
        for finding in (one for row in components(fit, "wald").rows for one in row):
            term = component_text(finding)
            mark = f"|{finding.unit}" if finding.unit in fit.model.above else ""
            whose = () if finding.unit == RESIDUAL else tuple(called[f"{name}{mark}"] for name in finding.of)
            mine = component_keys(finding.kind, whose, term)
            if mine & asked:
                numbers[term], keys[term] = {"estimate": finding.value}, mine
    return numbers, keys


def _row(term: str, line: Line, quantity: str, here: float, decimals: int) -> list[Any]:
    there, bound = line.numbers[quantity]
    if bound:
        status = SAME if (here < there if bound == "<" else here > there) else DIFFERENT
        return [term, line.shown, quantity, here, there, math.nan, status]
    difference = there - here
    close = abs(difference) <= 0.5 * 10.0**-decimals + 4e-16 * max(abs(here), abs(there))
    same = close or (math.isinf(here) and math.isinf(there))
    return [term, line.shown, quantity, here, there, difference, SAME if same else DIFFERENT]
