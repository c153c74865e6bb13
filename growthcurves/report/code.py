"""Python that makes the same fit from the same file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pandas as pd

from growthcurves.data.source import source_of
from growthcurves.model.recipe import model_columns
from growthcurves.model.shapes import SHAPES, Constant
from growthcurves.report.reshaping import reshaping

#: Files whose categories are text or numbers, so that their order must be said again.
_UNTYPED = (".csv", ".tsv", ".txt", ".xlsx")
_TABLE = "data = ...  # the long table"


def code(fit: Any) -> str:
    """Python that makes the same fit from the same table."""
    options = _options(fit.model)
    blocks = any("RandomPart(" in value for name, value in options if name in ("random", "levels"))
    first = ["import growthcurves as gc"] + ["from growthcurves.model.random import RandomPart"] * blocks
    read = _read(fit)
    lines = [*first, "", *read, "", "model = gc.GrowthModel("]
    lines += [f"    {name}={value}," for name, value in options]
    return "\n".join(
        [*lines, ")", *_fitted(fit), "print(fit)"]
    )


def _read(fit: Any) -> list[str]:
    """Lines that read the rows again."""
    panel = fit.panel
    if panel.has_rows:
        return reading(panel.data, panel.id, panel.time, model_columns(fit.model))
    return [f"data = {panel.typed[0]}"] if panel.typed[0] else [_TABLE]


def _fitted(fit: Any) -> list[str]:
    """The panel and its fit; rows that were read in batches, or summed by sites, are no panel.

    Where the outcome is in words the fit reads the table, as a panel takes numbers.
    """
    family, panel = fit.model.family, fit.panel
    asked = "" if fit.estimates.quadrature is None else fit.estimates.quadrature.asked
    more = f", quadrature={asked!r}" if asked not in ("", "auto") else ""
    if fit.weighing is not None:
        return _weighted(fit, more)
    if any(isinstance(one, str) for one in getattr(family, "categories", ())):
        where = "" if panel.where is None else f", where={panel.where!r}"
        return [f"fit = gc.fit(model, data{where}{more})"]
    if not panel.has_rows and panel.typed[0]:
        return [f'fit = gc.fit(model, data, method="{fit.method}"{panel.typed[1]}{more})']
    return [_panel(panel), f'fit = gc.fit(model, panel, method="{fit.method}"{more})']


def _weighted(fit: Any, more: str) -> list[str]:
    """A fit with a sampling design, which counts the sampling units of the whole table: `where=` is of the fit."""
    panel = fit.panel
    where = "" if panel.where is None else f", where={panel.where!r}"
    return [_design(fit.weighing.design), f"fit = gc.fit(model, data{where}{more}, design=design)"]


def _design(design: Any) -> str:
    """A sampling design as it would be typed."""
    given = {one.name: getattr(design, one.name) for one in fields(design)}
    shown = {one.name: given[one.name] for one in fields(design) if given[one.name] != one.default}
    texts = [f"{name}={_replicates(value) if name == 'replicates' else repr(value)}" for name, value in shown.items()]
    return f"design = gc.SurveyDesign({', '.join(texts)})"


def _replicates(one: Any) -> str:
    columns = one.columns if isinstance(one.columns, str) else list(one.columns)
    fay = f", fay={one.fay:g}" if one.kind == "fay" else ""
    factors = "" if one.factors is None else f", factors={[float(value) for value in one.factors]!r}"
    of = "" if one.of is None else f", of={one.of!r}"
    return f"gc.ReplicateWeights({columns!r}, kind={one.kind!r}{fay}{factors}{of})"


def reading(data: pd.DataFrame, id: Any, time: Any, used: Sequence[str]) -> list[str]:
    """Lines that read the long table again, made of what it remembers of its file.

    Parameters
    ----------
    data : DataFrame
    id, time : str
    used : list of str
        The columns that the analysis uses.
    """
    source = source_of(data)
    if "dataset" in source:
        lines = [f"data = gc.load_dataset({source['dataset']!r})"]
    elif "file" not in source:
        return [_TABLE]
    else:
        told = ({"missing": source["missing"]} if source.get("missing") else {}) | source.get("options", {})
        more = "".join(f", {name}={value!r}" for name, value in told.items())
        lines = [f"data = gc.read_table({source['file']!r}{more})"]
    lines += [reshaping(data, id, time, used)] if "cells" in source else []
    return lines + (_categories(data, used) if str(source.get("file", "")).endswith(_UNTYPED) else [])


def _categories(data: pd.DataFrame, used: Sequence[str]) -> list[str]:
    """Columns that were made categories after they had been read, with the order of their levels."""
    if "dataset" in source_of(data):
        return []
    lines = []
    for name in used:
        dtype = data[name].dtype
        if isinstance(dtype, pd.CategoricalDtype):
            levels = dtype.categories.tolist()
            lines.append(f"data[{name!r}] = pd.Categorical(data[{name!r}], categories={levels!r})")
    return ["import pandas as pd", *lines] if lines else []


def _options(model: Any) -> list[tuple[str, str]]:
    """The model's options as they would be typed; what is the default is left out."""
    texts = {"outcome": repr(model.outcome), "time": repr(model.time), "id": repr(model.id)}
    if model.wave is not None:
        texts["wave"] = repr(model.wave)
    if model.growth_shape not in (SHAPES["linear"], Constant()):
        texts["shape"] = _shape(model.growth_shape)
    shown = {name: text for name, text in dict(model.predictors).items() if text != "1"}
    for name, value in (
        ("origin", model.origin),
        ("predictors", shown),
        ("reference", dict(model.reference)),
        ("time_varying", model.time_varying),
    ):
        if value not in (None, {}):
            texts[name] = repr(value)
    texts["random"] = _random(model.random.blocks)
    if model.above:
        levels = (f"{unit!r}: {_level(part)}" for unit, part in model.above.items())
        texts["levels"] = f"{{{', '.join(levels)}}}"
    texts |= _family(model)
    if model.functions:
        texts["functions"] = "{" + ", ".join(f"{name!r}: {name}" for name in model.functions) + "}"
    if model.evaluated_over != "persons":
        texts["evaluated_over"] = repr(model.evaluated_over)
    return list(texts.items())


def _family(model: Any) -> dict[str, str]:
    """The family of the outcome, with what is not its default, and the columns that go with it."""
    if model.family is None:
        return {}
    family = model.family
    left = {"dispersion", "start", "categories" if family.name == "binomial" else ""}
    given = {
        one.name: getattr(family, one.name)
        for one in fields(family)
        if one.name not in left and getattr(family, one.name) != one.default
    }
    text = repr(family.name)
    if given:
        text = f"gc.{type(family).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"
    others = {name: getattr(model, name) for name in ("trials", "exposure", "offset")}
    return {"family": text} | {name: repr(value) for name, value in others.items() if value is not None}


def _shape(shape: Any) -> str:
    """A shape as it would be typed: its short name, or its value with what it took from the data."""
    given = shape.options()
    known = [name for name, value in SHAPES.items() if type(value) is type(shape) and value.options() == given]
    if known:
        return repr(known[0])
    listed = [(name, list(value) if isinstance(value, tuple) else value) for name, value in given.items()]
    prefix = "gc." if type(shape).__module__.startswith("growthcurves.") else ""
    return f"{prefix}{type(shape).__name__}({', '.join(f'{name}={value!r}' for name, value in listed)})"


def _random(blocks: tuple[tuple[str, ...], ...]) -> str:
    if len(blocks) <= 1:
        return repr(blocks[0] if blocks else ())
    if all(len(block) == 1 for block in blocks):
        return f"gc.Diagonal({', '.join(repr(name) for (name,) in blocks)})"
    return f"RandomPart({blocks!r})"


def _level(part: Any) -> str:
    """What varies between units above persons."""
    if not part.crossed:
        return _random(part.blocks)
    names = ", ".join(map(repr, part.names))
    if len(part.blocks) == 1:
        return f"gc.Crossed({names})"
    if all(len(block) == 1 for block in part.blocks):
        return f"gc.Crossed(gc.Diagonal({names}))"
    return f"RandomPart({part.blocks!r}, crossed=True)"


def _panel(panel: Any) -> str:
    roles = {"id": panel.id, "time": panel.time, "outcome": panel.outcome}
    names = ("wave", "time_unit", "outcome_unit", "since", "where", "limits", "entry", "status")
    more = {name: getattr(panel, name) for name in names}
    more = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in more.items()}
    given = roles | {name: value for name, value in more.items() if value is not None}
    return f"panel = gc.Panel(data, {', '.join(f'{name}={value!r}' for name, value in given.items())})"
