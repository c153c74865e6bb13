"""Probabilities of the categories of an ordered outcome, averaged over persons, by group, first and last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.data.source import show_level
from growthcurves.errors import GrowthCurvesError
from growthcurves.report.format import polished
from growthcurves.report.outcomes import compared_by
from growthcurves.report.section import Section, Subject
from growthcurves.results.questions.times import compared_at, reached
from growthcurves.results.tables.outcome_words import share_texts


class Categories(Section):
    """How probable each category is."""

    name = "categories"
    title = "How probable each category is"
    core = True

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.family is not None and subject.fit.family.name == "ordinal"

    def why_not(self, subject: Subject) -> str | None:
        if subject.once(_answers) is None:
            return "The data do not determine these probabilities."
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit, found = subject.fit, subject.once(_answers)
        assert found is not None
        first = next(iter(found.values()))
        blocks = []
        for at in dict.fromkeys(one.at for one in first):
            title = f"{fit.model.outcome} {fit.when.at(at)}" if at is not None else fit.model.outcome
            seen = reached(fit, at) if isinstance(at, float) else ""
            rows = [_row(found, one) for one in first if one.at == at]
            blocks.append({"name": ", ".join(filter(None, (title, seen))), "rows": rows})
        return {"categories": [show_level(name) for name in found], "blocks": blocks,
                "who": fit.vocabulary.who.several}  # fmt: skip

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        found = subject.once(_tables)
        return {} if found is None else {"category_probabilities": found}


def _asked(subject: Subject) -> dict[Any, Any]:
    """The answer of each category."""
    fit = subject.fit
    by = compared_by(subject)
    at = compared_at(fit) if fit.recipe.shape.changes else None
    return {
        name: fit.means(at=at, by=by, level=subject.level, ddf=subject.ddf, category=name)
        for name in fit.family.categories
    }


def _asked_once(subject: Subject) -> dict[Any, Any] | None:
    try:
        return _asked(subject)
    except GrowthCurvesError:
        return None


def _answers(subject: Subject) -> dict[Any, list[Finding]] | None:
    """The probabilities of each category, of each group at each time."""
    found = subject.once(_asked_once)
    if found is None:
        return None
    return {name: [one for one in answer.findings if one.kind is Kind.MEAN] for name, answer in found.items()}


def _tables(subject: Subject) -> pd.DataFrame | None:
    found = subject.once(_asked_once)
    if found is None:
        return None
    return pd.concat([answer.table.assign(category=str(name)) for name, answer in found.items()], ignore_index=True)


def _row(found: Mapping[Any, list[Finding]], like: Finding) -> dict[str, Any]:
    """A group at a time: its probabilities with their intervals, in the order of the categories."""
    name = ", ".join(f"{level.column} {show_level(level.value)}" for level in like.group or ()) or "everybody"
    cells = []
    for findings in found.values():
        one = next(one for one in findings if (one.at, one.group) == (like.at, like.group))
        value, low, high = map(polished, share_texts(one.value, one.conf_low, one.conf_high))
        cells.append({"value": f"{value} %", "interval": f"{low} to {high}" if one.has_interval else ""})
    return {"name": polished(name), "cells": cells}
