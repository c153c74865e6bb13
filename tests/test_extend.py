"""What parts of one's own are written against is in one place, and the pages about them use that place alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import growthcurves as gc
from growthcurves import extend
from growthcurves.errors import ModelError

DOCS = Path(__file__).resolve().parents[1] / "docs" / "extending"


def test_every_name_is_there():
    for name in extend.__all__:
        assert getattr(extend, name) is not None
    with pytest.raises(AttributeError, match="has no 'Nothing'; it has "):
        extend.Nothing  # noqa: B018


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_pages_import_from_here_alone(path):
    imported = re.findall(r"^(?:from|import) (growthcurves[\w.]*)", path.read_text(encoding="utf-8"), re.M)
    assert set(imported) <= {"growthcurves", "growthcurves.extend"}


def test_the_table_names_what_there_is():
    table = (DOCS / "index.md").read_text(encoding="utf-8")
    rows = [row for row in table.split("\n") if row.startswith("| ") and "`__init__`" not in row]
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}
    assert named <= set(extend.__all__) and {"Shape", "Residual", "Method", "Section"} <= named


def test_a_shape_that_is_none_is_one_sentence():
    @dataclass(frozen=True)
    class Loose:
        name: str = "loose"

    with pytest.raises(ModelError, match="a class of growthcurves.extend.Shape"):
        gc.GrowthModel("y", "t", "id", shape=Loose())
