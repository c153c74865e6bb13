"""The code in the documents runs, and what the README shows is what the package says."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from types import FunctionType

import matplotlib
import matplotlib.pyplot as plt
import pytest

import growthcurves as gc

ROOT = Path(__file__).resolve().parents[1]
VALIDATION = ROOT / "docs" / "validation.md"
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def script(path):
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / "docs" / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


OUTPUTS, REFERENCE = script("outputs.py"), script("make_reference.py")
DOCUMENTS = OUTPUTS.documents()
GENERATED = {(ROOT / "docs" / path).resolve() for path in REFERENCE.pages()}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def same_text(printed, shown):
    """The same words, and numbers that agree to the places shown, give or take one in the last."""
    assert NUMBER.sub("#", printed).split() == NUMBER.sub("#", shown).split()
    for one, other in zip(NUMBER.findall(printed), NUMBER.findall(shown), strict=True):
        place = 10.0 ** -len(other.partition("e")[0].partition(".")[2])
        allowed = 1.01 * (place if "." in other else 0.0) * 10.0 ** float(other.partition("e")[2] or 0)
        assert abs(float(one) - float(other)) <= allowed, (one, other)


#: The longest line of code in a page: what fits beside both columns of a window of 1280 pixels (docs/site.css).
LONGEST = 88


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_no_line_of_code_is_wider_than_the_page(path):
    blocks = re.findall(r"```(?:python|toml|r)\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
    assert [line for block in blocks for line in block.splitlines() if len(line) > LONGEST] == []


#: Pages with code; the home page has that of the README, as tests/cli/test_documents.py holds.
WITH_CODE = [p for p in DOCUMENTS if "```python" in p.read_text("utf-8") and p != ROOT / "docs" / "index.md"]


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_code_in_documents_runs_and_prints_what_is_shown(undrawn, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    for block, printed in OUTPUTS.run(path.read_text(encoding="utf-8"), str(path)):
        if block[2] is not None:
            same_text(printed, block[2])
    plt.close("all")


def test_every_public_name_is_in_the_reference():
    api = REFERENCE.pages()["reference/api.md"]
    for name in gc.__all__:
        assert f"`gc.{name}`" in api, name
    for kind in (gc.GrowthFit, gc.Panel, gc.GrowthModel):
        for name in {*dir(kind)} - {*vars(sys.modules[kind.__module__]).get("_PLUMBING", ())}:
            value = getattr(kind, name)
            if name[0] != "_" and isinstance(value, (FunctionType, property, cached_property)):
                assert value.__doc__, f"{kind.__name__}.{name} has no docstring"
                assert f"`{kind.__name__}.{name}`" in api, name


def test_every_option_is_in_the_reference():
    options = REFERENCE.pages()["reference/options.md"]
    for registry in (REFERENCE.SHAPES, REFERENCE.RESIDUALS, REFERENCE.DDF, REFERENCE.INTERVALS):
        for name in registry:
            assert f'`"{name}"`' in options


def test_the_sentences_in_the_readme_are_those_of_the_package():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    shown = re.findall(r"^> (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert shown
    assert set(shown) <= set(fit.change().sentences())


def anchors(path):
    """The anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_between_documents_lead_somewhere(path):
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", path.read_text(encoding="utf-8")):
        if "://" in target or (path.parent / target).resolve() in GENERATED:
            continue
        page = (path.parent / target) if target else path
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), f"{target}#{anchor}"


def navigation():
    """The pages of the site's navigation, in order."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    entries = [line.strip().removeprefix("- ") for line in text.splitlines() if line.startswith(" ")]
    return [entry.rpartition(": ")[2] for entry in entries if entry.endswith(".md")]


def test_the_navigation_names_every_page_once():
    found = [(ROOT / "docs" / entry).resolve() for entry in navigation()]
    assert len(found) == len(set(found)) > 40
    assert [page for page in found if not page.exists() and page not in GENERATED] == []
    pages = {path.resolve() for path in DOCUMENTS if (ROOT / "docs") in path.resolve().parents}
    assert pages <= set(found)


def test_links_of_the_site_stay_in_it():
    """What a page links to or shows lies in docs/, of which the site is built; so do the links of generated pages."""
    texts = {path.resolve(): path.read_text(encoding="utf-8") for path in DOCUMENTS if path.name != "README.md"}
    texts |= {(ROOT / "docs" / path).resolve(): text for path, text in REFERENCE.pages().items()}
    for page, text in texts.items():
        plain = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
        links = re.findall(r"\]\(([^)#\s]+)", plain) + re.findall(r'(?:src|href)="([^"#]+)"', plain)
        for link in links:
            if "://" in link or link.startswith("mailto:"):
                continue
            target = (page.parent / link).resolve()
            assert (ROOT / "docs") in target.parents, f"{name_of(page)}: {link} lies outside the site"
            assert target.exists() or target in texts, f"{name_of(page)}: {link}"


def test_every_page_can_be_reached():
    """From docs/index.md by links, and in the navigation of the site."""
    pages = {path.resolve() for path in DOCUMENTS if path.name != "README.md"}
    seen, left = set(), [(ROOT / "docs" / "index.md").resolve()]
    while left:
        page = left.pop()
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
        left += [p for link in links if (p := (page.parent / link).resolve()) in pages - seen]
    assert pages - seen == set()
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in pages:
        assert page.relative_to(ROOT / "docs").as_posix() in navigation


def test_every_public_name_exists_and_is_documented():
    for name in gc.__all__:
        assert getattr(gc, name).__doc__ or name == "__version__"


def test_every_figure_has_its_picture_and_its_line():
    """docs/figures.md is what docs/figures/make.py makes of the registries, and every picture is there and small."""
    make = script("figures/make.py")
    for family, registry, codes in make.FAMILIES:
        assert set(codes) == set(registry)
        for name in registry:
            assert (make.FOLDER / make.picture(family, name)).stat().st_size < 60_000
    assert make.PAGE.read_text(encoding="utf-8") == make.page(), "run docs/figures/make.py"


def test_every_tutorial_shows_what_its_code_draws():
    """Pictures of pages are made by docs/figures/make.py from the block of code before them, and none is left over."""
    make = script("figures/make.py")
    named = {path: make.SHOWN.findall(path.read_text(encoding="utf-8")) for path in DOCUMENTS}
    assert sorted(sum(named.values(), [])) == sorted(path.name for path in make.FOLDER.glob("shown-*.png"))
    assert all(found for path, found in named.items() if path.parent.name == "tutorials")


def test_the_changelog_says_everything_once():
    lines = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line.startswith(("#", "- "))]
    assert len(heads) == len(set(heads))
    assert [line for line in lines if len(line) > 130] == []


def test_validation_is_current():
    """docs/validation.md is what its script makes: numbers to 2e-6 relative, differences as good as shown."""
    made, kept = (text.splitlines() for text in (script("make_validation.py").page(), VALIDATION.read_text("utf-8")))
    assert len(made) == len(kept), "run docs/make_validation.py"
    for one, other in zip(made, kept, strict=True):
        for cell, shown in zip(one.split("|"), other.split("|"), strict=True):
            if cell != shown:
                new, old = (0.0 if "<" in text else float(text) for text in (cell, shown))
                assert new == pytest.approx(old, rel=2e-6, abs=5e-7), (one, other)


def test_the_notebook_is_that_of_its_page():
    make = script("make_notebook.py")
    assert make.NOTEBOOK.read_text(encoding="utf-8") == make.made(), "run docs/make_notebook.py"
    cells = json.loads(make.made())["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert all(not cell.get("outputs") for cell in cells)


def test_the_notebook_runs(tmp_path):
    """In a real kernel: every cell without an error, tables as HTML and figures as pictures."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.reads(script("make_notebook.py").made(), as_version=4)
    nbformat.validate(notebook)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", []) if "data" in out]
    assert sum("<table>" in out["data"].get("text/html", "") for out in outputs) >= 3
    assert sum("image/png" in out["data"] for out in outputs) >= 3
    assert (tmp_path / "report.html").exists()


def test_the_site_is_built_and_needs_nothing_from_outside(tmp_path):
    """Strictly: no broken link or anchor; formulas as MathML; no script, style, font or picture from elsewhere."""
    pytest.importorskip("material")
    pytest.importorskip("latex2mathml")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.html")}
    assert len(pages) >= len(DOCUMENTS) - 1
    for path, page in pages.items():
        assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=.?https?://", page), path
        assert "arithmatex" not in page and "<merror" not in page, path
    assert "<math" in pages[tmp_path / "site" / "engine.html"]
