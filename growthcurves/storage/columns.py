"""What a saved fit remembers of the columns of its table, for answers that need no rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.data.panel import Panel
from growthcurves.data.rows_mark import RowsMark
from growthcurves.data.table_facts import Numbers, TableFacts, few_times
from growthcurves.data.units_above import Above, UnitsAbove, above_of
from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import compared_values
from growthcurves.model.recipe import numbers_of, used_by_person
from growthcurves.storage.kinds import count, each, flag, mapping, maybe, number, of, record, row, text

#: A number of 64 bits.
_BITS = of(lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64)

COLUMNS = record(
    names=each(text),
    of_persons=each(text),
    numbers=mapping(row(number, number, number, maybe(number))),
    times=maybe(each(number)),
    mark=maybe(row(flag, _BITS, _BITS)),
    above=row(each(row(text, count, text)), flag),
)


def columns_values(fit: FittedModel, names: list[str]) -> dict[str, Any] | None:
    """What is remembered as plain values, of columns with these names; None of a file of an earlier version."""
    facts = fit.panel.facts if not isinstance(fit.panel, Panel) else facts_of(fit)
    if facts is None:
        return None
    mark = None if facts.mark is None else (facts.mark.text, facts.mark.outcomes, facts.mark.ordered)
    return {
        "names": tuple(name for name in facts.columns if name in names),
        "of_persons": facts.of_persons,
        "numbers": {name: tuple(one) for name, one in facts.numbers.items()},
        "times": facts.times,
        "mark": mark,
        "above": (tuple(tuple(one) for one in facts.above.units), facts.above.nested),
    }


def columns_from(values: dict[str, Any] | None) -> TableFacts | None:
    """The same from its values."""
    if values is None:
        return None
    numbers = {name: Numbers(*one) for name, one in values["numbers"].items()}
    mark = None if values["mark"] is None else RowsMark(*values["mark"])
    units, nested = values["above"]
    above = Above(tuple(UnitsAbove(*one) for one in units), nested)
    return TableFacts(values["names"], values["of_persons"], numbers, values["times"], mark, above)


def facts_of(fit: FittedModel) -> TableFacts:
    """Those of a fit that has its rows."""
    panel, of_persons = fit.panel, used_by_person(fit.bound)
    first = panel.persons.first_rows
    numbers = {
        name: _numbers(np.asarray(values, dtype=float), fit, first if name in of_persons else None)
        for name, values in numbers_of(fit.bound).items()
    }
    times = None if panel.time is None else few_times(np.unique(panel.times))
    mark = RowsMark.of(panel, compared_values(fit.model, panel))
    above = above_of(panel, fit.data_columns, tuple(fit.model.above))
    return TableFacts(tuple(map(str, panel.frame.columns)), tuple(of_persons), numbers, times, mark, above)


def _numbers(values: np.ndarray, fit: FittedModel, first: np.ndarray | None) -> Numbers:
    over_persons = None if first is None else float(fit.person_shares @ values[first])
    over_rows = float(np.mean(values) if fit.weighing is None else fit.row_shares @ values)
    return Numbers(float(values.min()), float(values.max()), over_rows, over_persons)
