"""The code in the documents runs, and what the README shows is what the package says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import matplotlib
import pytest

import growthcurves as gc

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def python_blocks(path: Path) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.S))


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if python_blocks(p)], ids=lambda path: path.name)
def test_code_in_documents_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    exec(compile(python_blocks(path), str(path), "exec"), {})


def test_the_sentences_in_the_readme_are_those_of_the_package():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    shown = re.findall(r"^> (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert shown
    assert set(shown) <= set(fit.change().sentences())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_every_public_name_exists_and_is_documented():
    for name in gc.__all__:
        assert getattr(gc, name).__doc__ or name == "__version__"


def test_every_figure_has_its_picture_and_its_line():
    """docs/figures.md is what docs/figures/make.py makes of the registries, and every picture is there and small."""
    spec = importlib.util.spec_from_file_location("make_figures", ROOT / "docs" / "figures" / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for family, registry, codes in make.FAMILIES:
        assert set(codes) == set(registry)
        for name in registry:
            assert (make.FOLDER / make.picture(family, name)).stat().st_size < 60_000
    assert make.PAGE.read_text(encoding="utf-8") == make.page(), "run docs/figures/make.py"
