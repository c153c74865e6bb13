"""What can be asked of an object: every public name of it, each option once, found by looking at its signatures."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

#: Names that are parts or doors of an object, or that write files: not answers.
NO_ANSWERS = {
    "plot", "save", "restored", "require", "keep", "over", "with_wave", "standard_effect", "standard_rows", "column",
    "numbers", "referring",
}  # fmt: skip


def values_of(times: tuple[float, float, float], terms: list[str], frame: Any) -> dict[str, list[Any]]:
    """Values of options by name, or by "method.option" where a method has others: the first is used where one is due.

    A new option joins here; one that has no default must.
    """
    first, middle, last = times
    term = terms[-1] if terms else "intercept"
    return {
        "by": ["g"],
        "at": [[first, middle], [last + 1]],
        "shrinkage.at": [middle],
        "start_and_rate.at": [middle],
        "between": [(first, middle)],
        "differences": ["pairwise", "reference"],
        "adjust": ["none", "bonferroni"],
        "threshold": [1.0],
        "level": [0.5],
        "ddf": ["kenward-roger", "between-within", "containment", "residual", "normal", "robust"],
        "conf_int.method": ["profile", "bootstrap"],
        "variance_components.method": ["wald", "bootstrap"],
        "change.method": ["bootstrap"],
        "rates.method": ["bootstrap"],
        "summary.intervals": ["wald"],
        "refit.method": ["ml"],
        "n": [40],
        "rng": [1],
        "simulate.n": [2],
        "check.n": [199],
        "prespecified": [True],
        "type": [2],
        "robust.kind": ["CR0"],
        "heavy_tailed.df": [3.0],
        "bootstrap.kind": ["residual", "case"],
        "predict.people": ["average", "new"],
        "category": ["middle"],
        "interval": ["confidence", "prediction"],
        "bootstrap.interval": ["basic"],
        "newdata": [frame.head(3), frame.head(3).drop(columns="y")],
        "hypotheses": [f"{term} = 0", [f"{name} = 0" for name in terms[-2:]]],
        "weights": [{term: 1.0}],
        "where": ["y > -1e300"],
        "effect": [term],
        "term": [term],
        "unit": ["g"],
        "program": ["r", "sas", "stata", "mplus"],
        "margin": [1.0],
        "better": ["lower"],
        "origin": [middle],
        "columns": [["y"]],
        "mask": [frame["y"].to_numpy() > frame["y"].max() - 1],
        "reason": ["high"],
        "clock": [None],
        "covariates": [["g"]],
        "deltas": [[0.0, 1.0]],
        "of": ["mean"],
        "arms": ["a"],
        "frame": [frame],
        "kind": [],
        "average": ["rows"],
        "counts": [],
        "scale": [],
        "means.scale": ["response"],
        "icc.unit": ["person"],
        "color": ["g"],
        "people": [4],
        "lines": ["eb"],
        "reference": [first],
        "patterns": [3],
        "groups": [5],
        "calibration.people": ["average"],
        "influence_of_occasions.people": [frame["id"].iloc[0]],
    }


#: Draws are few wherever a method draws them, if it takes so few.
DRAWN = {"n": 40, "rng": 1, "most": 2}


def questions_of(thing: Any, values: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    """Every public name of an object, as (text, function without arguments)."""
    for name in sorted(set(dir(type(thing))) - NO_ANSWERS - {"report"}):
        if name.startswith("_"):
            continue
        if callable(getattr(type(thing), name)):
            yield from calls_of(name, getattr(thing, name), values)
        else:
            yield name, lambda name=name: getattr(thing, name)


def calls_of(name: str, method: Any, values: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    """A method with what it needs alone, and with one value of each option."""
    options = [item for item in inspect.signature(method).parameters.values() if item.kind is not item.VAR_KEYWORD]
    known = {item.name: values.get(f"{name}.{item.name}", values.get(item.name, [])) for item in options}
    needed = [item.name for item in options if item.default is item.empty and item.kind is not item.VAR_POSITIONAL]
    unknown = [f"{name}({option}=)" for option in needed if not known[option]]
    assert not unknown, f"say in tests/sweep/questions.py what to give to {unknown}"
    base = {option: known[option][0] for option in needed} | {
        option: values.get(f"{name}.{option}", [few])[0] for option, few in DRAWN.items() if option in known
    }
    yield f"{name}()", lambda: method(**base)
    for option, given in known.items():
        if option in DRAWN and name != "simulate":
            continue
        for value in given[option in needed :]:
            shown = type(value).__name__ if hasattr(value, "shape") else repr(value)
            yield f"{name}({option}={shown})", lambda more={option: value}: method(**base | more)
