"""The package keeps to the rules of `tests/house.py`, which are the architecture's documentation.

What still breaks them is listed in `tests/house_debts.json`; the list may only shrink. The rules themselves are tried
on copies of a file in which one of them is broken on purpose.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from house import Fault, faults

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "growthcurves"
DEBTS = TESTS / "house_debts.json"
#: Folders of tests that are no mirror of a room.
NO_ROOMS = {"reference", "benchmarks", "simulations", "sweep"}


def debts() -> Counter[Fault]:
    read = json.loads(DEBTS.read_text(encoding="utf-8"))
    return Counter({Fault(file, rule, what): times for file, rule, what, times in read})


def test_the_house_keeps_its_rules_but_for_known_debts():
    found, known = faults(PACKAGE), debts()
    new = [f"{fault} ({times} times)" for fault, times in sorted((found - known).items())]
    assert not new, "\n".join(new)
    paid = [f"{fault} ({times} times)" for fault, times in sorted((known - found).items())]
    assert not paid, "paid debts: strike them from tests/house_debts.json\n" + "\n".join(paid)


BROKEN = {
    "a door imported at the top": (
        "data/panel.py", "from growthcurves.plots.doors import PanelPlots", "imports at the top"),
    "the engine looks at data": (
        "engine/sums/rows.py", "from growthcurves.data.panel import Panel", "looks the wrong way, to"),
    "the engine looks at the model": (
        "engine/sums/rows.py", "from growthcurves.model.growth import GrowthModel", "looks the wrong way, to"),
    "a lower room looks down": (
        "model/growth.py", "from growthcurves.fitted import FittedModel", "looks the wrong way, to"),
    "a sub-room of the engine looks the wrong way": (
        "engine/sums/rows.py", "from growthcurves.engine.search.optimise import optimise", "inside its room"),
    "a sub-room of results looks the wrong way": (
        "results/tables/answer.py", "from growthcurves.results.change.report import change", "inside its room"),
    "results pass the door": (
        "results/summary.py", "from growthcurves.engine.search.optimise import x", "the engine's door"),
    "results pass the door inside a method": (
        "results/summary.py", "def f():\n    from growthcurves.engine.moved import x", "the engine's door"),
    "the report passes the door": (
        "report/page.py", "from growthcurves.engine.build import solve", "passes the engine's door"),
    "pictures in the engine": ("engine/sums/rows.py", "import pandas", "stays out of its room"),
    "matplotlib elsewhere": ("results/summary.py", "import matplotlib.pyplot", "is no room of pictures"),
    "the whole package": ("results/summary.py", "import growthcurves", "in the place of the module"),
    "a module loaded later": (
        "model/growth.py", 'x = Later("growthcurves.results.summary")', "looks the wrong way, to"),
    "a relative import": ("results/summary.py", "from . import tables", "relative"),
    "a room of no name": ("attic/thing.py", '"""A thing."""', "is in no room"),
    "a file in no sub-room": ("results/loose.py", "from growthcurves.results.tables.answer import Answer", "sub-room"),
    "a reach behind the door": ("report/page.py", "def f(fit):\n    return fit.solution", "reaches behind"),
    "a folder that says nothing": ("results/quiet/__init__.py", "", "does not say"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found(name, tmp_path):
    file, text, rule = BROKEN[name]
    old = (PACKAGE / file).read_text(encoding="utf-8") if (PACKAGE / file).exists() else ""
    before, after = (_faults(tmp_path / place, file, held) for place, held in (("a", old), ("b", f"{old}\n{text}\n")))
    new = after - before if old else after
    assert [fault for fault in new if fault.file == file and rule in fault.rule], new


def _faults(package: Path, file: str, text: str) -> Counter[Fault]:
    """The faults of a package of one file: a rule is about one file at a time."""
    (package / file).parent.mkdir(parents=True)
    (package / file).write_text(text, encoding="utf-8")
    return faults(package)


def test_tests_mirror_the_rooms():
    for path in TESTS.rglob("test_*.py"):
        folder = path.parent.relative_to(TESTS)
        if folder.parts and folder.parts[0] not in NO_ROOMS:
            assert (PACKAGE / folder).is_dir(), f"tests/{folder} mirrors no folder of the package"
