"""Writes docs/validation.md: our values beside those of other programs: `python docs/make_validation.py`.

Their values are stored with the scripts and sources that made them in tests/reference; ours are fitted here.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "validation.md"
sys.path.insert(0, str(ROOT / "tests"))

import test_against_r as r  # noqa: E402
import test_published as published  # noqa: E402
import test_shapes_against_r as shapes  # noqa: E402
from reference_values import cases, our_effect, our_term, table  # noqa: E402

import growthcurves as gc  # noqa: E402

#: Relative differences at or below this are shown as such: how far references and arithmetic can be told apart.
FLOOR = 1e-7

PRINTED_IN = {
    "sleepstudy": "Bates, Mächler, Bolker and Walker (2015), 5.2",
    "bodyweight": "Pinheiro and Bates (2000), 5.2.2",
    "orthodont": "Pinheiro and Bates (2000), 1.4 and 4.2",
    "oxboys": "mlmRev, vignette MlmSoftRev, 3",
}

HEAD = """# Validation

Written by `python docs/make_validation.py`; a test makes it again. *Theirs* are stored values of other programs with
the scripts that made them in `tests/reference` (R 4.2; lme4 1.1-31, nlme 3.1-162, lmerTest 3.1-3, pbkrtest 0.5.2,
clubSandwich), or printed tables. *Difference* is relative to theirs; differences up to 1e-7 are shown as such.
References of R are fits on standardised data by several optimisers with tight tolerances, because default runs stop
short of the optimum on some of these data ([benchmarks](benchmarks.md), [engine](engine.md)).
"""


class Row(NamedTuple):
    """One compared number."""

    where: str
    value: str
    ours: float
    theirs: float
    source: str
    printed: str = ""

    @property
    def difference(self) -> float:
        """Relative to theirs; absolute where theirs is zero."""
        return abs(self.ours - self.theirs) / (abs(self.theirs) or 1.0)


def page() -> str:
    """The page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, survey, tables = list(sleepstudy()), [*general(), *degrees(), *curves()], list(printed())
    parts = [HEAD]
    parts += ["## One model, number by number", "sleepstudy, `reaction ~ day + (day | subject)`.", full(one)]
    parts += ["## Every stored case of R", SURVEY, summary(survey)]
    parts += ["## Published tables", PUBLISHED, full(tables)]
    return "\n\n".join(parts) + "\n"


SURVEY = """The largest difference over all values of a kind. *-2 log likelihood*: a negative sign says that ours is
lower, a better optimum; a dense textbook likelihood at our optimum confirms these in the tests."""

PUBLISHED = """Printed values have few digits: ours agree when they round to the same, up to the remarks in
`tests/reference/published_*.json` on programs that stopped short of the optimum."""


def sleepstudy() -> Iterator[Row]:
    """The sleep study by REML and ML with every kind of degrees of freedom."""
    for method in ("reml", "ml"):
        record = cases("sleepstudy")[f"day_origin0_{method}"]
        yield from fit_rows(f"{method.upper()}", *r.fit_case(record), record)
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    record = cases("ddf")["sleepstudy"]
    yield from degree_rows("REML", fit, [0, 1], record)
    wald = cases("answers")["wald"]["sleepstudy_reml"]
    found = fit.variance_components(method="wald").set_index("term")
    for name, error, low, high in zip(wald["names"], wald["se"], wald["low"], wald["high"], strict=True):
        for what, theirs in (("std_error", error), ("conf_low", low), ("conf_high", high)):
            yield Row("REML", f"{name}, {what}", found.loc[name, what], theirs, "lme4 deviance, numDeriv")


def fit_rows(where: str, fit: Any, time: str | None, record: dict) -> Iterator[Row]:
    """Likelihood, fixed effects, SDs and correlations of a stored case."""
    yield Row(where, "-2 log likelihood", fit.deviance, record["m2ll"], "lme4, nlme")
    terms = [our_term(term, time or "") for term in record["fixed"]["names"]]
    terms = [term if term in fit.terms else term.removeprefix("intercept:") for term in terms]
    df = fit.fixed_effects().set_index("term")["df"]
    for k, term in enumerate(terms):
        yield Row(where, f"{term}, estimate", fit.params[term], record["fixed"]["estimate"][k], "lme4")
        yield Row(where, f"{term}, std_error", fit.bse[term], record["fixed"]["se"][k], "lme4")
        yield Row(where, f"{term}, df", df[term], record["fixed"]["satterthwaite_df"][k], "lmerTest")
    G = np.array(record["random"]["cov"], dtype=float)
    names = [our_effect(effect, time or "") for effect in record["random"]["names"]]
    for k, name in enumerate(names):
        if G[k, k] > 0:
            yield Row(where, f"sd:{name}", np.sqrt(fit.cov_re.loc[name, name]), np.sqrt(G[k, k]), "lme4")
    yield Row(where, "sd:residual", np.sqrt(fit.scale), record["sigma"], "lme4")


def general() -> Iterator[Row]:
    """Every case of test_against_r.py."""
    for name, record in r.CASES.items():
        yield from fit_rows(name.replace(":", ", "), *r.fit_case(record), record)


def degrees() -> Iterator[Row]:
    """Every case of degrees of freedom and robust errors."""
    spec = spec_from_file_location("ddf_against_r", ROOT / "tests" / "results" / "ddf" / "test_against_r.py")
    assert spec is not None and spec.loader is not None
    ddf = module_from_spec(spec)
    spec.loader.exec_module(ddf)
    for name, (formula, reference) in ddf.MODELS.items():
        record = ddf.REFERENCE[name]
        data = table(record["data"]) if record["data"].endswith(".csv") else gc.load_dataset(record["data"])
        options = {"reference": reference} if reference else {}
        time = formula.split("~")[1].split()[0]
        fit = gc.fit(formula, data.iloc[: record["rows"]], time=time, **options)
        yield from degree_rows(f"df, {name}", fit, ddf.order(record["names"], fit), record)


def degree_rows(where: str, fit: Any, places: list[int], record: dict) -> Iterator[Row]:
    """Kenward-Roger and CR2 standard errors and degrees of freedom."""
    adjusted, robust = fit.fixed_effects(ddf="kenward-roger"), fit.robust("CR2").table
    for found, key, source in ((adjusted, "kenward_roger", "pbkrtest"), (robust, "CR2", "clubSandwich")):
        for k, place in enumerate(places):
            row = found.iloc[place]
            label = "CR2" if key == "CR2" else "Kenward-Roger"
            yield Row(where, f"{row['term']}, {label} std_error", row["std_error"], record[key]["se"][k], source)
            yield Row(where, f"{row['term']}, {label} df", row["df"], record[key]["df"][k], source)


def curves() -> Iterator[Row]:
    """The likelihood of every shape on every shipped data set, and its fixed effects where the optimum is regular."""
    for name, record in shapes.CASES.items():
        fit = shapes.fit_case(record, shapes.data_of(record))
        yield Row(f"shape, {name}", "-2 log likelihood", fit.deviance, record["m2ll"], "best of six optimisers in R")


def printed() -> Iterator[Row]:
    """Published tables of shipped data."""
    for study in published.SHIPPED:
        for label, case in cases(f"published_{study}")["cases"].items():
            fit = published.fit_printed(case, gc.load_dataset(case["data"]))
            for kind, values in case["printed"].items():
                ours = published.ours(fit, kind)
                for name, text in values.items():
                    where, value = f"{study}, {label}", f"{name}, {kind}"
                    yield Row(where, value, float(ours[name]), float(text), PRINTED_IN[study], text)


def full(rows: Iterable[Row]) -> str:
    """A table with one row per number."""
    lines = ["| where | value | ours | theirs | difference | source |", "| --- | --- | ---: | ---: | ---: | --- |"]
    for row in rows:
        places = len(row.printed.partition(".")[2])
        ours, theirs = (f"{row.ours:.{places + 1}f}", row.printed) if row.printed else map(digits, row[2:4])
        same = bool(row.printed) and abs(row.ours - row.theirs) <= 0.5 * 10.0**-places * (1 + 1e-9)
        difference = "rounds to it" if same else size(row.difference)
        lines.append(f"| {row.where} | {row.value} | {ours} | {theirs} | {difference} | {row.source} |")
    return "\n".join(lines)


def summary(rows: list[Row]) -> str:
    """A table with one row per case: the largest difference of each kind."""
    kinds = ("-2 log likelihood", "estimate", "std_error", "df", "sd:")
    head = "| case | -2 log likelihood | difference | estimates | standard errors | df | SDs |"
    lines = [head, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for where in dict.fromkeys(row.where for row in rows):
        here = [row for row in rows if row.where == where]
        first, *others = ([row for row in here if kind in row.value] for kind in kinds)
        value = digits(first[0].ours) if first else ""
        sign = "-" if first and first[0].ours < first[0].theirs and first[0].difference > FLOOR else ""
        cells = [sign + size(first[0].difference) if first else ""]
        cells += [size(max(row.difference for row in part)) if part else "" for part in others]
        lines.append(f"| {where} | {value} | {' | '.join(cells)} |")
    return "\n".join(lines)


def digits(value: float) -> str:
    """Eight significant digits."""
    return f"{value:.8g}"


def size(difference: float) -> str:
    """A difference, not finer than the floor."""
    return "< 1e-7" if difference <= FLOOR else f"{difference:.0e}".replace("e-0", "e-")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
