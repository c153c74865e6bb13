"""Writes the reference pages from the package itself: `python docs/make_reference.py FOLDER`.

The site makes them when it is built (docs/site_hooks.py), so they are not kept and cannot be out of date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import growthcurves as gc
from growthcurves.model.covariance import RESIDUALS
from growthcurves.model.shapes import SHAPES
from growthcurves.plots import (
    COMPARISON_FIGURES,
    FIGURES,
    LADDER_FIGURES,
    LEVEL_FIGURES,
    PANEL_FIGURES,
    PLAN_FIGURES,
    SENSITIVITY_FIGURES,
    SUBGROUP_FIGURES,
    TRIAL_FIGURES,
)
from growthcurves.report import SECTIONS
from growthcurves.results.ddf import METHODS as DDF
from growthcurves.results.intervals import METHODS as INTERVALS

#: Headings of the API page, with how the module of a name begins.
ROOMS = {
    "Fits": ("growthcurves.fit", "growthcurves.trials", "growthcurves.report", "growthcurves.results.compare"),
    "Models": ("growthcurves.model",),
    "Tables": ("growthcurves.data",),
    "Planning": ("growthcurves.planning",),
    "Degrees of freedom and robust errors": ("growthcurves.results.ddf", "growthcurves.results.effects.robust"),
    "Intervals": ("growthcurves.results.intervals",),
    "Everything else": ("",),
}


def pages() -> dict[str, str]:
    """Every generated page by its path in docs/."""
    return {"reference/api.md": api(), "reference/options.md": options()}


def api() -> str:
    """Every public name with its signature and docstring; classes with their public members."""
    parts = ["# Public names", "Everything that `import growthcurves as gc` offers. Errors are at the end."]
    left = [name for name in gc.__all__ if name != "__version__"]
    for title, starts in ROOMS.items():
        here = [name for name in left if _module(name).startswith(starts) and name != "errors"]
        left = [name for name in left if name not in here]
        if here:
            parts.append(f"## {title}")
        for name in here:
            parts += entry(f"gc.{name}", getattr(gc, name))
    parts += ["## Errors and warnings"]
    for name, value in vars(gc.errors).items():
        if inspect.isclass(value) and issubclass(value, Exception | Warning):
            parts.append(f"- `gc.errors.{name}` ({value.__mro__[1].__name__}): {inspect.getdoc(value)}")
    parts.append("`gc.__version__` is the version, `gc.errors` the module of these.")
    return "\n\n".join(parts) + "\n"


def _module(name: str) -> str:
    return gc._NAMES[name]


def entry(name: str, value: Any) -> Iterator[str]:
    """Heading, signature and docstring; a class's members below it."""
    yield f"### `{name}`"
    yield from described(name, value)
    if inspect.isclass(value):
        for member, item in members(value):
            yield f"#### `{name.removeprefix('gc.')}.{member}`"
            yield from described(member, item)


def described(name: str, value: Any) -> Iterator[str]:
    """Signature and docstring of a function, class or property."""
    if isinstance(value, (property, cached_property)):
        yield f"*Attribute.* {inspect.getdoc(value) or ''}"
        return
    text = inspect.getdoc(value) or ""
    if callable(value) and (not inspect.isclass(value) or "Parameters\n---" in text):
        yield f"```text\n{name}{signature(value)}\n```"
    yield markdown(text)


def signature(value: Any) -> str:
    """The signature without `self`, one line where it fits."""
    found = inspect.signature(value)
    given = [item for item in found.parameters.values() if item.name != "self"]
    texts = [re.sub(r": '([^']*)'", r": \1", str(item)) for item in given]
    short = f"({', '.join(texts)})"
    return short if len(short) < 90 else "(\n    " + ",\n    ".join(texts) + ",\n)"


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties of our own classes, without plumbing: the class's first, then inherited ones."""
    seen: dict[str, Any] = {}
    for base in kind.__mro__:
        if base.__module__.startswith("growthcurves"):
            seen = {name: value for name, value in vars(base).items() if not name.startswith("_")} | seen
            seen = dict(sorted(seen.items(), key=lambda item: item[0] not in vars(kind)))
    hidden = getattr(sys.modules[kind.__module__], "_PLUMBING", ())
    for name, value in seen.items():
        if name in hidden:
            continue
        plain = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if isinstance(plain, (FunctionType, property, cached_property)) and inspect.getdoc(plain):
            yield name, plain



def markdown(text: str) -> str:
    """A numpydoc docstring as Markdown: sections in bold, examples as code, entries as a list."""
    out, section, code = [], "", False
    lines = text.splitlines()
    for k, line in enumerate(lines):
        if set(line) == {"-"} and len(line) > 2:
            continue
        heading = k + 1 < len(lines) and set(lines[k + 1]) == {"-"} and len(lines[k + 1]) > 2
        if code and (heading or (not line.strip())):
            out += ["```", ""]
            code = False
        if heading:
            section = line
            out += ["", f"**{line}**", ""]
        elif line.startswith(">>>") and not code:
            out += ["", "```pycon", line]
            code = True
        elif code:
            out.append(line)
        elif section in ("Parameters", "Attributes", "Raises", "Returns") and line[:1].strip():
            name, _, kind = line.partition(" : ")
            out.append(f"- `{name}`" + (f" ({kind})" if kind else ""))
        else:
            out.append(line)
    return "\n".join([*out, "```"] if code else out)


def options() -> str:
    """What each exchangeable part offers, from the registries."""
    lead = "Short names, and the value that each stands for. A value with other options is passed as it is."
    parts = ["# Options", lead]
    for title, option, registry in (
        ("Shapes", "shape=", SHAPES),
        ("Residual covariance", "residual=", RESIDUALS),
        ("Degrees of freedom", "ddf=", DDF),
        ("Intervals", "method=", INTERVALS),
    ):
        rows = [(f'`"{name}"`', f"`{value!r}`", first_sentence(value)) for name, value in registry.items()]
        parts += [f"## {title}: `{option}`", table(("short name", "value", ""), rows)]
    for title, call, figures in (
        ("Figures of a fit", "fit.plot.{}()", FIGURES),
        ("Figures of a fit with units above persons", "fit.plot.{}()", LEVEL_FIGURES),
        ("Figures of a panel", 'panel.plot("{}")', PANEL_FIGURES),
        ("Figures of a sensitivity to dropout", "fit.dropout_sensitivity(...).plot()", SENSITIVITY_FIGURES),
        ("Figures of a power curve", 'curve.plot("{}")', PLAN_FIGURES),
        ("Figures of a ladder", "ladder.plot()", LADDER_FIGURES),
        ("Figures of residual structures", "compared.plot()", COMPARISON_FIGURES),
        ("Figures of a trial", "trial.plot()", TRIAL_FIGURES),
        ("Figures of subgroups", "trial.subgroups(...).plot()", SUBGROUP_FIGURES),
    ):
        shown = [
            (f"`{call.format(name)}`", f"`{signature(kind)}`", first_sentence(kind)) for name, kind in figures.items()
        ]
        parts += [f"## {title}", table(("figure", "options", ""), shown)]
    rows = [(str(section.title), f"`{section.name}`", first_sentence(section)) for section in SECTIONS]
    parts += ["## Sections of the report", table(("heading", "name", ""), rows)]
    data = gc.list_datasets()
    rows = [(f"`{row.name}`", str(row.persons), row.title) for row in data.itertuples(index=False)]
    parts += ["## Data sets", table(("name", "persons", ""), rows)]
    return "\n\n".join(parts) + "\n"


def first_sentence(value: Any) -> str:
    """The first sentence of the docstring."""
    text = " ".join((inspect.getdoc(value if inspect.isclass(value) else type(value)) or "").split("\n\n")[0].split())
    return re.split(r"(?<=\.) ", text)[0]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    texts = [[" ".join(cell.replace("|", "\\|").split()) for cell in row] for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in texts)


def main(folder: str) -> None:
    """Write the pages below a folder."""
    for path, text in pages().items():
        target = Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
