"""Coefficients of the population average beside those of a person, which readers of GEE take one for the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.report.format import decimals, fixed, p_value
from growthcurves.report.section import Section, Subject


class Marginal(Section):
    """Marginal coefficients."""

    name = "marginal"
    title = "Coefficients of the population average"

    def belongs(self, subject: Subject) -> bool:
        fit = subject.fit
        return fit.family is not None and bool(fit.random_names) and fit.panel.has_rows

    def why_not(self, subject: Subject) -> str | None:
        subject.once(_table)  # which says by itself why there are none
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        table, family = subject.once(_table), subject.fit.family
        return {
            "rows": [_row(one) for one in table.to_dict("records")],
            "link": family.scale_words.link.removesuffix(" of a higher category"),
            "who": subject.fit.vocabulary.who.one,
            "several": subject.fit.vocabulary.who.several,
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"marginal_coefficients": subject.once(_table)}


def _table(subject: Subject) -> pd.DataFrame:
    found: pd.DataFrame = subject.fit.marginal_coefficients(level=subject.level)
    return found


def _row(one: Mapping[Any, Any]) -> dict[str, str]:
    places = decimals(one["std_error"])
    known = one["conf_low"] == one["conf_low"]
    return {
        "name": str(one["label"]),
        "term": str(one["term"]),
        "estimate": fixed(one["estimate"], places),
        "interval": f"{fixed(one['conf_low'], places)} to {fixed(one['conf_high'], places)}" if known else "",
        "p": p_value(one["p_value"]) if known else "",
        "conditional": fixed(one["conditional"], places),
    }
