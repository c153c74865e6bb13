"""The rooms of the house and which way they look. This test is the architecture's documentation.

An import looks only to a row above its own, or inside its own folder. Doors that people open from above
import inside the method; they are listed here pair by pair, and no other is permitted.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "growthcurves"

ROWS = [
    "signs",
    "errors",
    "output",
    "numerics",
    "data",
    "model",
    "engine",
    "fitted",
    "estimate",
    "storage",
    "results",
    "checks",
    "planning",
    "plots",
    "report",
    "fit",
    "cli",
    "__main__",
]

# (file, room) : a door opened from above, imported inside the method.
DOORS = {
    ("data/panel.py", "plots"),
    ("results/ladder/report.py", "plots"),
}

FORBIDDEN = {
    "engine": {"pandas", "matplotlib", "statsmodels", "formulaic", "jinja2"},
    "model/shapes": {"pandas", "matplotlib", "statsmodels", "formulaic", "jinja2"},
    "model/covariance": {"pandas", "matplotlib", "statsmodels", "formulaic", "jinja2"},
    "model/families": {"pandas", "matplotlib", "statsmodels", "formulaic", "jinja2"},
}
PICTURES = {"plots", "report"}


def room_of(relative: Path) -> str:
    first = relative.parts[0]
    return first.removesuffix(".py")


def imported_modules(path: Path) -> list[tuple[str, bool]]:
    """All modules imported by a file, each with whether the import stands at the top of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in tree.body:  # `if TYPE_CHECKING:` blocks only name types
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for inner in ast.walk(node):
                top.add(id(inner))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full, not relative"
            found.append((node.module or "", id(node) in top))
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(PACKAGE)) for path in FILES])
def test_imports_look_one_way(path):
    relative = path.relative_to(PACKAGE)
    if relative.parts[0] == "__init__.py":
        return
    room = room_of(relative)
    assert room in ROWS, f"{relative} is in no room of the house"
    for module, _ in imported_modules(path):
        parts = module.split(".")
        if parts[0] != "growthcurves" or len(parts) == 1:
            assert parts[0] != "growthcurves", f"{relative}: import the module that holds the name"
            continue
        target = parts[1]
        allowed = target == room or ROWS.index(target) < ROWS.index(room)
        assert allowed or (relative.as_posix(), target) in DOORS, f"{relative} looks down to {module}"


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(PACKAGE)) for path in FILES])
def test_outside_packages_stay_in_their_rooms(path):
    relative = path.relative_to(PACKAGE)
    for module, _ in imported_modules(path):
        package = module.split(".")[0]
        for folder, forbidden in FORBIDDEN.items():
            if relative.as_posix().startswith(folder + "/"):
                assert package not in forbidden, f"{relative} imports {package}"
        if package == "matplotlib":
            assert room_of(relative) in PICTURES, f"{relative} imports matplotlib"


def test_every_folder_says_what_lives_there():
    for init in PACKAGE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))), f"{init} has no docstring"
