"""Lines of another program's results: what each is about, as a key, and its numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.errors import DataError, brief

#: Headings of columns, without signs and in small letters.
_TERMS = (
    "term", "effect", "parameter", "param", "covparm", "name", "variable", "rownames", "rowname", "index",
    "unnamed0", "",
)  # fmt: skip
_NUMBERS = {
    "estimate": ("estimate", "est", "coef", "coefficient", "coefficients", "b", "value"),
    "std_error": ("stderror", "stderr", "se", "standarderror"),
    "df": ("df", "ddf", "dendf"),
    "statistic": ("statistic", "tvalue", "t", "z", "zvalue", "estse"),
    "p_value": ("pvalue", "probt", "prt", "prz", "p", "pval", "pt", "pz", "probz"),
    "conf_low": ("conflow", "lower", "low25", "ll"),
    "conf_high": ("confhigh", "upper", "up25", "ul"),
}
_MISSING = {"", ".", "na", "nan", "none", "_", "-"}


@dataclass(frozen=True)
class Line:
    """A line of results.

    Attributes
    ----------
    key : tuple of str
        What it is about, without order and spelling.
    shown : str
        As the program calls it.
    numbers : dict of quantity to (number, "" or "<" or ">")
    variance : bool
        Whether it is a component of the variance.
    """

    key: tuple[str, ...]
    shown: str
    numbers: dict[str, tuple[float, str]]
    variance: bool


def key_of(text: str) -> tuple[str, ...]:
    """A product of names as its factors in the order of the alphabet, in small letters, without quotes and blanks.

    Examples
    --------
    >>> key_of("week:armdrug") == key_of("`arm drug` * week") == key_of("armdrug#c.week")
    True
    """
    plain = re.sub(r"[\s`'\"]", "", text).lower()
    plain = re.sub(r"\bi\(([^()]*)\)", r"\1", plain)
    return tuple(sorted(re.sub(r"^c\.", "", part) for part in re.split(r"[:*#]", plain)))


def lines_of(table: pd.DataFrame) -> list[Line]:
    """The lines of a table of texts; those of reference levels and without an estimate are left out.

    Raises
    ------
    DataError
        Without a column of terms or one of estimates.
    """
    heads = {name: re.sub("[^a-z0-9]", "", str(name).lower()) for name in table.columns}
    if {"grp", "var1", "vcov", "sdcor"} <= set(heads.values()):
        return _of_varcorr(table.rename(columns=heads))
    term = next((name for wanted in _TERMS for name, head in heads.items() if head == wanted), None)
    pairs = [(quantity, name) for quantity, known in _NUMBERS.items() for name, head in heads.items() if head in known]
    columns = {quantity: name for quantity, name in reversed(pairs) if name != term}
    if term is None or "estimate" not in columns:
        listed = ", ".join(str(name) for name in list(table.columns)[:12])
        missing = "terms (term, effect, parameter)" if term is None else "estimates (estimate, coef, est)"
        raise DataError(f"The results have no column of {missing}; their columns are {listed}.")
    found = [_line(row, term, columns, heads) for row in table.to_dict("records")]
    return [line for line in found if line is not None]


def _line(row: dict[Any, str], term: Any, columns: dict[str, Any], heads: dict[Any, str]) -> Line | None:
    numbers = {quantity: _number(row[name], name) for quantity, name in columns.items()}
    known = {quantity: found for quantity, found in numbers.items() if found is not None}
    if "estimate" not in known or (known["estimate"][0] == 0 and "std_error" in numbers and "std_error" not in known):
        return None  # nothing, or a reference level of SAS or Stata
    text, variance = row[term].strip(), heads[term] == "covparm"
    header = next((row[name] for name, head in heads.items() if head == "paramheader"), "")
    if variance or re.match(r"(sd|cor|var|cov)[:(]", text.lower()):
        group = next((row[name].strip() for name, head in heads.items() if head == "group"), "") if variance else ""
        group = "" if group.lower() in _MISSING else group
        return Line(_component(f"{text}{group}"), f"{text} {group}".strip(), known, True)
    levels = _levels(text, row)
    shown = " ".join(filter(None, [header, text, *levels.values()]))
    return Line(_with_levels(f"{header}:{text}" if header else text, levels), shown, known, False)


def _component(text: str) -> tuple[str, ...]:
    return ("component", re.sub(r"[\s`]", "", text).lower())


def _levels(text: str, row: dict[Any, str]) -> dict[str, str]:
    """SAS has the levels of a product in columns of their own, called like its factors."""
    own = {str(name).lower(): value.strip() for name, value in row.items()}
    return {part: own[part] for part in key_of(text) if own.get(part, "").lower() not in _MISSING}


def _with_levels(text: str, levels: dict[str, str]) -> tuple[str, ...]:
    joined = ":".join(f"{part}{levels.get(part, '')}" for part in key_of(text))
    return key_of(joined)


def _of_varcorr(table: pd.DataFrame) -> list[Line]:
    """R's as.data.frame(VarCorr(fit)): SDs and correlations, with whose they are where there are several groups."""
    lines, groups = [], {_group(row["grp"]) for row in table.to_dict("records")} - {"residual"}
    for row in table.to_dict("records"):
        names = [row[name] if row[name].lower() not in _MISSING else "" for name in ("var1", "var2")]
        one, other = (re.sub(r"[()`]", "", name) for name in names)
        value = _number(row["sdcor"], "sdcor")
        text = "sd:residual" if row["grp"].lower() == "residual" else f"cor:{one},{other}" if other else f"sd:{one}"
        if len(groups) > 1 and (group := _group(row["grp"])) != "residual":
            text += f"|{group}"
        if value is not None:
            lines.append(Line(_component(text), text, {"estimate": value}, True))
    return lines


def _group(text: str) -> str:
    """A grouping without the number that lme4 puts behind the second of its terms."""
    return re.sub(r"\.\d+$", "", text.strip().lower())


def _number(text: str, name: Any) -> tuple[float, str] | None:
    """A printed number, and whether it is a bound; None for what is missing."""
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if plain.lower() in _MISSING:
        return None
    bound = plain[0] if plain[0] in "<>" else ""
    try:
        value = float(plain.lstrip("<> ="))
    except ValueError:
        raise DataError(f"{brief(text)} in column {brief(name)} of the results is no number.") from None
    return None if math.isnan(value) else (value, bound)
