"""What a model takes from the rows of a source: a recipe, learned in a pass of which one batch is held at a time."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.data.panel import Panel
from growthcurves.data.sources.contract import Source
from growthcurves.estimate.in_batches.guess import Guess
from growthcurves.estimate.in_batches.reading import Asked, Ledger, Reading, model_of
from growthcurves.estimate.in_batches.sketch import Sketch
from growthcurves.estimate.in_batches.source_rows import SourceRows
from growthcurves.estimate.in_batches.states import WholeColumns
from growthcurves.estimate.in_batches.tally import Tally
from growthcurves.estimate.run import bound_panel
from growthcurves.model.bind import learned_from
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.lme4 import ParsedFormula
from growthcurves.model.growth import GrowthModel
from growthcurves.model.nested import crossed
from growthcurves.model.recipe import BoundRows, Recipe

log = logging.getLogger("growthcurves")


class NeedsAllRowsError(Exception):
    """The model is estimated from rows: sums of batches do not suffice."""


def sums_suffice(model: GrowthModel) -> bool:
    """Whether a model is estimated from sums that add up over batches."""
    independent = type(residual_of(model.residual)) is Independent
    return model.family is None and independent and not crossed(model)


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned from a source in its first pass.

    Attributes
    ----------
    rows : SourceRows
    bound : BoundRows
        The recipe, with the rows of the sketch.
    sketch : Sketch
    tally : Tally
    ledger : Ledger
    guess : Guess or None
        Sums by what the first batch taught.
    """

    rows: SourceRows
    bound: BoundRows
    sketch: Sketch
    tally: Tally
    ledger: Ledger
    guess: Guess | None = None


@dataclass(frozen=True, eq=False)
class Learning:
    """How the rows of a source become a recipe.

    Attributes
    ----------
    asked : Asked
    rows : SourceRows
    parsed : ParsedFormula or None
    """

    asked: Asked
    rows: SourceRows
    parsed: ParsedFormula | None

    @classmethod
    def of(cls, asked: Asked, source: Source, size: int) -> Learning:
        if isinstance(asked.model, str):
            return cls(asked, *SourceRows.of_formula(asked, source, size))
        if not sums_suffice(asked.model):
            raise NeedsAllRowsError
        return cls(asked, SourceRows.of_model(asked.model, source, size, asked.where), None)

    @property
    def wave(self) -> str | None:
        """The column of planned occasions, where the shape looks at it."""
        model = self.asked.model
        if isinstance(model, str):
            wave: str | None = self.asked.options.get("wave")
            return wave
        return model.wave if model.growth_shape.waves_are_occasions else None

    @property
    def looked(self) -> tuple[str, ...]:
        """The columns of which something may be learned."""
        return self.rows.reading.looked

    @property
    def coded(self) -> frozenset[str]:
        """Columns of numbers that may be levels or units: all that stand in calls, references and levels above."""
        model, options = self.asked.model, self.asked.options
        if isinstance(model, str):
            text, named = model, [*(options.get("reference") or {}), options.get("wave")]
            named += [] if self.parsed is None else [", ".join(group) for group in self.parsed.groups]
        else:
            parts = (model.outcome, model.predictors, model.time_varying, model.random)
            text = " ".join(map(str, parts))
            named = [*(model.reference or {}), *model.above, model.wave, model.random.by]
        columns = (*self.looked, self.rows.reading.roles["time"])
        return frozenset(name for name in columns if name in named or (name and in_calls(name, text)))

    def model(self, panel: Panel) -> GrowthModel:
        """The model, given what varies within the persons of a panel."""
        model = self.asked.model if self.parsed is None else model_of(self.parsed, panel, self.asked.options)
        assert isinstance(model, GrowthModel)
        if not sums_suffice(model):
            raise NeedsAllRowsError
        return model

    def bound(self, panel: Panel) -> BoundRows:
        """The rows of a panel by the recipe that they teach."""
        model = self.model(panel)
        return bound_panel(model, panel)[0]

    def learned(self, tally: Tally, sketch: Sketch) -> BoundRows:
        """The rows of a sketch by the recipe that all rows teach."""
        panel = self.rows.reading.panel(sketch.table())
        model = self.model(panel)
        self.rows.reading = self.rows.reading.knowing(model)
        panel = self.rows.reading.panel(sketch.table())
        if model.time is not None:
            model = learned_from(model, tally.seen(str(model.time), model), tally.observed())
        return _with_states(bound_panel(model, panel)[0], self.rows, tally)


def learn(asked: Asked, source: Source, size: int, sums: bool = False) -> Learned:
    """A model's recipe from all rows of a source, of which one batch is held at a time; with sums by a guess, if asked.

    Raises
    ------
    NeedsAllRowsError
        For a model that sums do not suffice for.
    """
    how = Learning.of(asked, source, size)
    log.info("Reading %s: what the model takes from the rows is learned.", source.name)
    looked = how.looked
    makers: list[Callable[[], Any]] = [lambda: Tally(how.wave, looked[1:]), lambda: Sketch(looked, how.coded)]
    makers += [lambda: Guess(how.bound, source.rows)] if sums else []
    ledger, (tally, sketch, *guess) = how.rows.over("reading", *makers)
    return Learned(how.rows, how.learned(tally, sketch), sketch, tally, ledger, *guess)


def in_calls(name: str, text: str) -> bool:
    """Whether a column stands in a call of a function in a formula.

    Examples
    --------
    >>> formula = "y ~ ns(week, 2) * C(code) + age + (week | id)"
    >>> in_calls("code", formula), in_calls("age", formula)
    (True, False)
    """
    return re.search(rf"[\w.]\(+[^()|~]*?{re.escape(name)}", text) is not None


def _with_states(bound: BoundRows, rows: SourceRows, tally: Tally) -> BoundRows:
    """The rows of the sketch by a recipe whose functions have learned from all rows."""
    whole = WholeColumns(bound.recipe)
    if not whole.needed:
        return bound
    gathered = rows.whole.over(lambda tables: _gathered(bound.recipe, rows.reading, tables, tally.rows))
    return gathered.learned().replayed(bound.panel)


def _gathered(recipe: Recipe, reading: Reading, tables: Iterator[pd.DataFrame], rows: int) -> WholeColumns:
    whole = WholeColumns(recipe)
    whole.gather(reading.panels(tables), rows)
    return whole
