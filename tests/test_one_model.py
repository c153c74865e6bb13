"""No room of answers knows one model: what house the names of one likelihood live in, read from the source.

`sigma2`, `problem`, `optimum`, `moments` and the types of likelihoods are the engine's; answers ask an `Estimates`, a
`Point` and the sums.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "growthcurves"
ANSWERS = ("results", "checks", "plots", "report", "storage", "cli")
NAMES = {"sigma2", "problem", "optimum", "moments", "people_moments", "solution"}
TYPES = {
    "Problem", "Optimum", "Moments", "PersonMoments", "Solution", "NormalEstimates", "GeneralEstimates", "FromSums",
}  # fmt: skip
FILES = sorted(path for room in ANSWERS for path in (PACKAGE / room).rglob("*.py"))


def named(tree: ast.Module) -> set[str]:
    """Every name, attribute, argument and import of a file."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_answers_know_no_one_model(path):
    assert not named(ast.parse(path.read_text(encoding="utf-8"))) & (NAMES | TYPES)


def test_the_reader_sees_what_it_must():
    seen = named(ast.parse("def f(fit, sigma2):\n    return fit.problem + moments\nfrom a.b import Solution"))
    assert {"sigma2", "problem", "moments", "Solution"} <= seen


def test_the_users_words_are_read_in_one_file():
    """What a user calls a fixed effect is taken apart there alone; other answers know a thing by its record."""
    readers = {path for path in FILES if "\nimport re\n" in path.read_text(encoding="utf-8")}
    answers = {path.relative_to(PACKAGE).as_posix() for path in readers if path.parts[len(PACKAGE.parts)] == "results"}
    assert answers == {"results/questions/term_names.py"}
