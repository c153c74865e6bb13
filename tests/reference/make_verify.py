"""Chooses the references that come with the package: `python tests/reference/make_verify.py`.

Published tables of shipped data as printed, and values of R that the other files of this folder hold with the scripts
that made them. What is written is growthcurves/verify/references.json; tests/verify makes it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "growthcurves" / "verify" / "references.json"
#: Published tables, each digit of which is checked.
PUBLISHED = ("sleepstudy", "bodyweight", "orthodont", "oxboys")
#: Relative tolerances of values of R, as in the tests; that of -2 log likelihood is absolute.
TOLERANCES = {"estimate": 1e-6, "std_error": 1e-6, "df": 1e-4, "component": 1e-5}
DEVIANCE = 1e-6
STRUCTURES = ("cs", "csh", "ar1", "arh1", "car1", "exp", "het", "un")
REFERENCE = {"orthodont": {"sex": "Female"}, "trial": {"arm": "drug"}}
WORDS = {"reml": "REML", "ml": "ML"}
DDF = {"satterthwaite": "Satterthwaite", "kenward-roger": "Kenward-Roger", "robust": "CR2"}


def stored(name: str) -> dict:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def published() -> Iterator[dict]:
    for study in PUBLISHED:
        record = stored(f"published_{study}")
        for label, case in record["cases"].items():
            values = []
            for quantity, printed in case["printed"].items():
                for name, text in printed.items():
                    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
                    tolerance = half + case.get("relative", 0.0) * abs(float(text))
                    values.append([quantity, name, text, tolerance])
            asked = {key: case[key] for key in ("rows", "codes", "origin", "shape", "random", "time", "formula")
                     if key in case}  # fmt: skip
            yield {
                "case": f"{study}, {called(label)}", "source": record["source"][0], "data": case["data"],
                "method": case["method"], **asked, "values": values,
            }  # fmt: skip


def called(label: str) -> str:
    """A case in words."""
    return " ".join(WORDS.get(part, part) for part in label.split("_"))


def value(quantity: str, name: str, number: float, relative: float | None = None) -> list:
    if quantity == "fit":
        return [quantity, name, repr(number), DEVIANCE]
    return [quantity, name, repr(number), (relative or TOLERANCES[quantity]) * max(abs(number), 1e-8)]


def term(name: str, time: str) -> str:
    """R's name of a fixed effect in ours."""
    owner = "slope" if time in name.split(":") else "intercept"
    rest = [part for part in name.split(":") if part not in (time, "(Intercept)")]
    factor = next((f"{column}[{rest[0].removeprefix(column)}]" for column in ("sex", "arm") if rest and
                   rest[0].startswith(column)), "")  # fmt: skip
    return ":".join(part for part in (owner, factor) if part)


def degrees() -> Iterator[dict]:
    """Fixed effects, with the degrees of freedom of Satterthwaite, Kenward and Roger, and robust ones."""
    for name in ("sleepstudy", "orthodont", "trial"):
        record = stored("ddf")[name]
        time = record["formula"].split("~")[1].split()[0]
        terms = [term(one, time) for one in record["names"]]
        for ddf, key, source in (
            ("satterthwaite", "satterthwaite", "R, lmerTest 3.1-3"),
            ("kenward-roger", "kenward_roger", "R, pbkrtest 0.5.2"),
            ("robust", "CR2", "R, clubSandwich"),
        ):
            own = record[key]
            values = [value("estimate", *pair) for pair in zip(terms, record["estimate"], strict=True)]
            values += [value("std_error", *pair) for pair in zip(terms, own.get("se", record["se"]), strict=True)]
            values += [value("df", *pair) for pair in zip(terms, own["df"], strict=True)]
            yield {
                "case": f"{name}, {DDF[ddf]}", "reference": REFERENCE.get(name, {}), "source": source, "data": name,
                "method": "reml", "ddf": ddf, "formula": record["formula"], "values": values,
            }  # fmt: skip


def sleepstudy() -> Iterator[dict]:
    for method in ("reml", "ml"):
        record = stored("sleepstudy")[f"day_origin0_{method}"]
        values = [value("fit", "deviance", record["m2ll"])]
        values += [value("component", f"sd:{name}", sd) for name, sd in
                   zip(("intercept", "slope"), record["random"]["sd"], strict=True)]  # fmt: skip
        values += [value("component", "cor:intercept,slope", record["random"]["corr"][0][1])]
        values += [value("component", "sd:residual", record["sigma"])]
        yield {"case": f"sleepstudy by {WORDS[method]}", "source": "R, lme4 1.1-31", "data": "sleepstudy",
               "method": method, "formula": record["formula"], "values": values}  # fmt: skip


def residuals() -> Iterator[dict]:
    for case in stored("residuals")["cases"]:
        if (case["panel"], case["method"], case["random"]) != ("orthodont", "REML", "none"):
            continue
        if case["structure"] in STRUCTURES:
            values = [value("fit", "deviance", case["deviance"])]
            for quantity, numbers in (("estimate", case["beta"]), ("std_error", case["std_error"])):
                values += [value(quantity, *pair, 1e-4) for pair in zip(("intercept", "slope"), numbers, strict=True)]
            yield {"case": f"orthodont, residual {case['structure']}", "source": "R, nlme 3.1-162", "data": "orthodont",
                   "method": "reml", "random": [], "residual": case["structure"], "values": values}  # fmt: skip


def references() -> str:
    """The file's text."""
    cases = [*published(), *sleepstudy(), *degrees(), *residuals()]
    return json.dumps({"cases": cases}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(references(), encoding="utf-8")
