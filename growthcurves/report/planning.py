"""The page of a planned study, for a protocol: what is planned and why, and what if it is not so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.errors import NotEstimableError
from growthcurves.output.numbers import percent_text
from growthcurves.output.words import capital
from growthcurves.planning.curve import curve_of
from growthcurves.planning.program import program
from growthcurves.planning.protocol import found_table, numbers_table, persons_table, what_if_table
from growthcurves.planning.words import lost_words, persons_words, when_words
from growthcurves.report.figures import Picture, of_plan
from growthcurves.report.page import Report, TextSection, assembled
from growthcurves.report.reproduce import computed_with


def planning_report(plan: Any, path: str | Path | None = None, title: str | None = None) -> Report:
    """The page of a plan, written to `path` if given.

    Parameters
    ----------
    plan : Plan
    path : str or Path, optional
    title : str, optional
    """
    persons = plan.whole.study.replace(persons=plan.total).table
    sentence, tables = plan.sentence(), {"plan": plan.table, "persons": persons}
    sections = [
        TextSection("methods", "For the methods section", paragraphs=(sentence,)),
        TextSection("numbers", "What is planned", tables=(numbers_table(plan), persons_table(plan))),
    ]
    if (parameters := getattr(plan, "parameters", None)) is not None:
        tables["parameters"] = parameters
        sections.append(TextSection("parameters", "What simulated studies found", tables=(found_table(parameters),)))
    if plan.by_formula is not None:
        tables["what_if"] = plan.what_if()
        sections.append(_differs(plan, tables["what_if"]))
    sections.append(TextSection("reproduce", "How to reproduce this", notes=(computed_with(),), code=program(plan)))
    power = percent_text(plan.whole.power, 0)
    lead = f"{capital(persons_words(plan))} find {plan.what()} with a power of {power} %."
    about = f"{capital(when_words(plan.study, plan.time_unit))}; {lost_words(plan.study)}."
    kind, default = "Sample size of a planned study", "Sample size and power"
    return assembled(title or default, about, lead, sections, (sentence,), tables, path, kind)


def _differs(plan: Any, differs: pd.DataFrame) -> TextSection:
    """What if it is not so, by the formula."""
    wanted = plan.asked.wanted or plan.by_formula.power
    notes = () if plan.by_formula is plan else ("By the formula, not simulated.",)
    pictures, table = _pictures(plan, wanted), what_if_table(plan, differs, wanted)
    return TextSection("if", "What if it is not so?", pictures, (table,), notes)


def _pictures(plan: Any, wanted: float) -> list[Picture]:
    """The power against the number of persons; none where no number has any power."""
    found = {"effect": plan.effect} if plan.solved == "effect" else {}
    try:
        curve = curve_of(plan.asked.varied({"persons": None, **found}), None, wanted)
    except NotEstimableError:
        return []
    return of_plan(curve)
