"""The rooms of the house, which way they look, and what breaks it: rules as data, and a reader of imports.

`tests/test_architecture.py` holds the package to them, and holds this reader to copies of the package that are broken
on purpose.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: From the ground up. A room looks only to rooms above its own line, but for the exceptions in BLIND.
ROOMS = (
    "version",
    "signs",
    "errors",
    "remembered",
    "later",
    "numerics",
    "machine",
    "output",
    "contracts",
    "data",
    "model",
    "engine",
    "provenance",
    "fitted",
    "estimate",
    "storage",
    "results",
    "sites",
    "checks",
    "planning",
    "programs",
    "plots",
    "report",
    "answers",
    "fit",
    "trials",
    "verify",
    "extend",
    "cli",
    "__main__",
)
#: Rooms that a room further down may not know.
BLIND = {"engine": {"data", "model"}}

#: The order inside rooms, from the ground up.
INSIDE = {
    "engine": (
        "parameters",
        "sums",
        "likelihood",
        "search",
        "information",
        "solution",
        "moved",
        "persons",
        "profile",
        "batch",
        "draws",
        "submodels",
        "normal",
        "levels",
        "general",
        "heavy",
        "families",
        "weighted",
        "summed",
        "estimates",
        "build",
    ),
    "results": (
        "tables",
        "questions",
        "ddf",
        "intervals",
        "effects",
        "variation",
        "persons",
        "compare",
        "side_by_side",
        "pooled",
        "change",
        "ladder",
        "summary",
    ),
}

#: What each room may import of the engine; rooms that are not listed may import nothing of it.
ENGINE_DOORS = {
    "fitted": {"estimates"},
    "estimate": {"estimates", "build"},
    "planning": {"estimates", "build"},
    "storage": {"estimates", "build"},
    "sites": {"estimates", "build"},
    "results": {"estimates"},
    "checks": {"estimates"},
    "plots": {"estimates"},
    "report": {"estimates"},
}

#: Attributes behind the door of the engine: no room that asks for answers reaches them.
BEHIND_THE_DOOR = {"solution", "moments", "people_moments", "optimum", "problem", "sigma2"}
ANSWERS = {"storage", "results", "checks", "plots", "report", "trials", "cli"}

#: (file, room): a door that a person opens from above; imported inside the method, never at the top.
DOORS = {
    ("data/panel.py", "plots"),
    ("data/panel.py", "model"),
    ("data/panel_rows.py", "model"),
    ("results/ladder/report.py", "plots"),
    ("checks/answer.py", "plots"),
    ("results/compare/residuals.py", "plots"),
    ("results/effects/dropout_sensitivity.py", "plots"),
    ("planning/curve.py", "plots"),
    ("planning/answer.py", "report"),
}

PLAIN = {"pandas", "matplotlib", "statsmodels", "formulaic", "jinja2"}
#: Packages that stay out of a folder.
_PLAIN_ROOMS = ("numerics", "contracts", "engine", "model/shapes", "model/covariance", "model/families")
FOREIGN = dict.fromkeys(_PLAIN_ROOMS, PLAIN)
PICTURES = {"plots", "report"}


@dataclass(frozen=True, order=True)
class Fault:
    """A rule that a file breaks."""

    file: str
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.rule} {self.what}"


@dataclass(frozen=True)
class Import:
    """A module that a file imports, and whether the import is inside a function."""

    module: str
    inside: bool

    @property
    def parts(self) -> list[str]:
        return self.module.split(".")


def faults(package: Path) -> Counter[Fault]:
    """Every fault of a copy of the package, with how often it stands there."""
    found: Counter[Fault] = Counter()
    for path in sorted(package.rglob("*.py")):
        file = path.relative_to(package).as_posix()
        if file != "__init__.py":
            found.update(_faults_of(file, ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _faults_of(file: str, tree: ast.Module) -> Iterator[Fault]:
    room = room_of(file)
    if room not in ROOMS:
        yield Fault(file, "is in no room of the house:", room)
        return
    if file.endswith("__init__.py") and not ast.get_docstring(tree):
        yield Fault(file, "does not say what lives there:", "no docstring")
    for found in imports(tree):
        yield from _foreign(file, found)
        if found.parts[0] == "growthcurves":
            yield from _looks(file, room, found)
    if room in ANSWERS:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in BEHIND_THE_DOOR:
                yield Fault(file, "reaches behind the engine's door:", f".{node.attr}")


def room_of(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[Import]:
    """All imports of a file: under `if TYPE_CHECKING` they count as at the top, those loaded `Later` as inside."""
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inside = {id(inner) for function in functions for inner in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module.count(".") < 2 and module.startswith("growthcurves"):
                yield from (Import(f"{module}.{alias.name}", id(node) in inside) for alias in node.names)
            else:
                yield Import(module, id(node) in inside)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Later":
            yield from (Import(name.value, True) for name in node.args if isinstance(name, ast.Constant))


def _foreign(file: str, found: Import) -> Iterator[Fault]:
    package = found.parts[0]
    if found.module.startswith("."):
        yield Fault(file, "imports by a relative name, not in full:", found.module)
    if any(file.startswith(folder + "/") and package in names for folder, names in FOREIGN.items()):
        yield Fault(file, "imports a package that stays out of its room:", package)
    if package == "matplotlib" and room_of(file) not in PICTURES:
        yield Fault(file, "draws, and is no room of pictures:", package)


def _looks(file: str, room: str, found: Import) -> Iterator[Fault]:
    parts = found.parts
    if len(parts) == 1:
        yield Fault(file, "imports the whole package in the place of the module that holds the name:", found.module)
        return
    target = parts[1]
    if target not in ROOMS:
        yield Fault(file, "imports the whole package in the place of the module that holds the name:", found.module)
    elif target == room:
        yield from _inside(file, room, parts)
    elif (file, target) in DOORS:
        if not found.inside:
            yield Fault(file, "imports at the top what a door opens inside a method:", found.module)
    elif ROOMS.index(target) > ROOMS.index(room) or target in BLIND.get(room, ()):
        yield Fault(file, "looks the wrong way, to", found.module)
    elif target == "engine" and not set(parts[2:3]) <= ENGINE_DOORS.get(room, set()):
        yield Fault(file, "passes the engine's door, to", found.module)


def _inside(file: str, room: str, parts: list[str]) -> Iterator[Fault]:
    order = INSIDE.get(room, ())
    here = file.split("/")[1].removesuffix(".py") if "/" in file else ""
    if not order or here == "__init__" or len(parts) < 3:
        return
    for name in (here, parts[2]):
        if name not in order:
            yield Fault(file, "is in no sub-room, or looks into none:", name)
            return
    if order.index(parts[2]) > order.index(here):
        yield Fault(file, "looks the wrong way inside its room, to", ".".join(parts))
