"""The numbers of several models, each with its model and the part of the table that it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from growthcurves.contracts.finding import Finding
from growthcurves.results.tables.answer import TIDY
from growthcurves.results.tables.names import finding_text

FIXED, VARIANCES, SHARES, CRITERIA = "fixed effects", "variance components", "pseudo-R2", "fit"


class Number(NamedTuple):
    """A number of one of the models, in one of the four parts of the table, and what it is in words."""

    model: str
    part: str
    finding: Finding
    label: str


def numbers_table(numbers: Iterable[Number]) -> pd.DataFrame:
    """All numbers, tidy, with further columns model, part, note and label."""
    rows = [
        [
            finding_text(found), found.value, found.std_error, found.df, found.statistic, found.p_value,
            found.conf_low, found.conf_high, number.model, number.part, found.note, number.label,
        ]
        for number in numbers
        for found in [number.finding]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*TIDY, "model", "part", "note", "label"])
