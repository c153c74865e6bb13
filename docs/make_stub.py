"""Writes what editors and type checkers read of names that are loaded late: `python docs/make_stub.py`.

`growthcurves/__init__.pyi` has every public name, `growthcurves/plots/doors.pyi` every figure of a fit with options
and documentation.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import growthcurves as gc
from growthcurves.plots import FAMILY_FIGURES, FIGURES, LEVEL_FIGURES, doors
from growthcurves.plots.figure import canvas_of

PACKAGE = Path(gc.__file__).parent
_HEAD = "# Made by docs/make_stub.py.\n"


def stubs() -> dict[Path, str]:
    """Every stub by its file."""
    return {PACKAGE / "__init__.pyi": names(), PACKAGE / "plots" / "doors.pyi": figures()}


def names() -> str:
    """The public names as imports from where they live."""
    lines = ["from growthcurves import errors as errors"]
    lines += [f"from {module} import {name} as {name}" for name, module in gc._NAMES.items() if name != "errors"]
    return "\n".join([_HEAD, *sorted(lines, key=lambda line: line.split()[1::2]), "", "__version__: str", ""])


def figures() -> str:
    """The figures of a fit as methods, with their options."""
    lines = [_HEAD, "from dataclasses import dataclass", "from typing import Any", "", "@dataclass(frozen=True)"]
    lines += ["class FitPlots:", "    fit: Any"]
    for name, kind in (FIGURES | FAMILY_FIGURES | LEVEL_FIGURES).items():
        options = [_option(item) for item in inspect.signature(kind).parameters.values()]
        given = ["self", "*", *options, f"{canvas_of(kind)}: Any = ...", "figsize: tuple[float, float] | None = ..."]
        lines += [f"    def {name}(", *(f"        {item}," for item in given), "    ) -> Any:"]
        first, *rest = doors.documentation(name, kind).splitlines()
        lines += [f'        """{first}', *(f"        {line}".rstrip() for line in rest), '        """']
    others = [name for name, value in vars(doors).items() if inspect.isfunction(value) and name.startswith("plot_")]
    lines += [f"def {name}(subject: Any, *options: Any, **named: Any) -> Any: ..." for name in sorted(others)]
    return "\n".join([*lines, ""])


def _option(item: inspect.Parameter) -> str:
    return f"{item.name}: {item.annotation}" + ("" if item.default is item.empty else " = ...")


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
