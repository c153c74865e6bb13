"""How to get the same numbers again: versions, a fingerprint of the data, and the code."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from growthcurves.data.source import source_of
from growthcurves.model.bind import model_columns
from growthcurves.report.fingerprint import fingerprint
from growthcurves.report.section import Subject

PACKAGES = ("growthcurves", "numpy", "scipy", "pandas")


class Reproduce:
    """Versions, a fingerprint of the data, and the code."""

    name = "reproduce"
    title = "How to reproduce this"

    def why_not(self, subject: Subject) -> str | None:
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        columns = used_columns(fit)
        return {
            "code": code(fit),
            "versions": versions(),
            "columns": columns,
            "rows": len(fit.panel),
            "hash": fingerprint(fit.panel.frame, columns),
        }


def versions() -> list[tuple[str, str]]:
    """Versions of what computed the page."""
    found = [("Python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def used_columns(fit: Any) -> list[str]:
    """The columns that the fit used: roles first."""
    roles = [name for name in (fit.model.id, fit.model.time, fit.model.outcome) if name]
    return list(dict.fromkeys([*roles, *model_columns(fit.model)]))


def code(fit: Any) -> str:
    """Python that makes the same fit from the same table."""
    model, panel = fit.model, fit.panel
    lines = ["import growthcurves as gc", "", _read(panel), "", "model = gc.GrowthModel("]
    lines += [f"    {name}={value}," for name, value in _options(model)]
    return "\n".join(
        [*lines, ")", _panel(panel), f'fit = gc.fit(model, panel, method="{fit.method}")', "print(fit)"]
    )


def _read(panel: Any) -> str:
    source = source_of(panel.data)
    if "cells" in source:
        wide = f"gc.read_table({source.get('file', 'wide.csv')!r})"
        return f"data = ...  # the long table, made by gc.to_long({wide}, ...)"
    return f"data = gc.read_table({source['file']!r})" if "file" in source else "data = ...  # the long table"


def _options(model: Any) -> list[tuple[str, str]]:
    options: dict[str, Any] = {"outcome": model.outcome, "time": model.time, "id": model.id}
    shown = {name: text for name, text in model.predictors.items() if text != "1"}
    for name, value in (
        ("origin", model.origin),
        ("predictors", shown),
        ("reference", model.reference),
        ("covariates", model.covariates),
    ):
        if value not in (None, {}):
            options[name] = value
    texts = {name: repr(value) for name, value in options.items()} | {"random": _random(model.random.blocks)}
    if model.evaluated_over != "persons":
        texts["evaluated_over"] = repr(model.evaluated_over)
    return list(texts.items())


def _random(blocks: tuple[tuple[str, ...], ...]) -> str:
    if len(blocks) <= 1:
        return repr(blocks[0] if blocks else ())
    if all(len(block) == 1 for block in blocks):
        return f"gc.Diagonal({', '.join(repr(name) for (name,) in blocks)})"
    return repr(blocks)


def _panel(panel: Any) -> str:
    roles = {"id": panel.id, "time": panel.time, "outcome": panel.outcome}
    more = {name: getattr(panel, name) for name in ("wave", "time_unit", "outcome_unit", "since")}
    given = roles | {name: value for name, value in more.items() if value is not None}
    return f"panel = gc.Panel(data, {', '.join(f'{name}={value!r}' for name, value in given.items())})"
