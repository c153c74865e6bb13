"""A number, a group and a column are known by what they are, never by the text that prints them.

Names that look like the package's own words must give the same answers as plain ones; and the source of the rooms
that make answers, pages and pictures holds nothing that reads such words back.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from covering import first

import growthcurves as gc
from growthcurves.contracts.finding import Kind, Level
from growthcurves.plots import FIGURES, LADDER_FIGURES
from growthcurves.report import figures as report_figures

mpl.use("Agg")

PACKAGE = Path(__file__).resolve().parents[1] / "growthcurves"
HOSTILE = ("", "a at 3", "mean rate", "sd:slope", "x, low", "slope:arm[b]")
#: What is named in the data; the plain names are as unusual for a formula as the hostile ones: they need backticks.
PLAIN = {"first": "K level 1", "second": "K level 2", "group": "K group", "age": "K age", "stress": "K stress"}
COLUMNS = ("group", "age", "stress")


def named(turn: int) -> dict[str, str]:
    """Hostile names for everything: each name takes each place in some turn; no column is called by nothing."""
    columns = HOSTILE[1:]
    levels = {role: HOSTILE[(turn + step) % len(HOSTILE)] for step, role in enumerate(("first", "second"))}
    return levels | {role: columns[(turn + 2 * step) % len(columns)] for step, role in enumerate(COLUMNS)}


def table(names: dict[str, str]) -> pd.DataFrame:
    """Thirty persons at four weeks; three groups, of which two have names to be tried."""
    rng = np.random.default_rng(3)
    person, week = np.repeat(np.arange(30), 4), np.tile([0.0, 1, 2, 4], 30)
    levels = ["reference", names["first"], names["second"]]
    group = pd.Categorical.from_codes(person % 3, levels)
    start, rate = rng.normal(20, 4, 30), rng.normal(-1, 0.8, 30) - 0.6 * (np.arange(30) % 3)
    stress = rng.normal(0, 1, 120)
    outcome = start[person] + rate[person] * week + 0.5 * stress + rng.normal(0, 1, 120)
    frame = {"person": person, "week": week, "outcome": outcome, names["group"]: group}
    return pd.DataFrame(frame | {names["age"]: 30.0 + person % 11, names["stress"]: stress})


def fits(names: dict[str, str]) -> tuple:
    """A model of everything, and one in whose random part the covariate is."""
    data = table(names)
    group, age, stress = (f"`{names[role]}`" for role in COLUMNS)
    model = gc.GrowthModel(
        "outcome", "week", "person", predictors=f"{group} + {age}", time_varying=stress,
        reference={names["group"]: "reference"},
    )  # fmt: skip
    random = ("intercept", "slope", names["stress"])
    return gc.fit(model, data), gc.fit(model.replace(random=random), data)


def tidy(frame: pd.DataFrame) -> str:
    return frame.replace("", "(empty)").to_csv(float_format="%.9g")


def answers(names: dict[str, str], folder: Path) -> dict[str, str]:
    """Everything that a fit answers, as text."""
    fit, varying = fits(names)
    by = names["group"]
    change, again = fit.change(by=by), gc.load(fit.save(folder / "fit.json", rows=True))
    ladder, bare = gc.ladder(fit.model, fit.panel), gc.load(varying.save(folder / "bare.json"))
    drawn = fit.bootstrap(n=39, rng=1)
    found = {
        "sentences": "\n".join(change.sentences()),
        "change": tidy(change.table) + json.dumps(change.to_dict()["sentences"]),
        "summary": f"{fit.summary()}\n{varying.summary()}",
        "effects": tidy(varying.fixed_effects()) + tidy(varying.variance_components("wald")),
        "intervals": tidy(varying.conf_int()) + json.dumps(varying.conf_int("profile").attrs),
        "replicates": tidy(drawn.table) + tidy(drawn.conf_int()),
        "means": tidy(fit.means(by=by, differences="pairwise").table) + str(fit.means(by=by)),
        "slopes": tidy(fit.slopes(by=by, differences="reference").table),
        "effect sizes": tidy(fit.effect_sizes(by=by).table),
        "r2": tidy(fit.r2().table),
        "compare": str(gc.compare(fit, fit.refit(predictors=None, reference=None), rng=1)),
        "ladder": f"{ladder}{tidy(ladder.table)}{tidy(LADDER_FIGURES['ladder']().data(ladder))}",
        "saved": f"{again.summary()}{tidy(again.change(by=by).table)}{bare.summary()}",
        "notes": "\n".join(note.text for note in again.notes),
        "page": page(gc.report(fit, varying, by=by), [by, names["age"]]),
    }
    for name, kind in FIGURES.items():
        figure = kind(by=by) if "by" in kind.__dataclass_fields__ else kind()
        frame = figure.data(fit)
        found[f"figure {name}"] = tidy(frame) + str(frame.attrs)
    return found


def both(columns: list[str]) -> str:
    return f"{' and '.join(columns)} at level 2"


def page(report, columns: list[str]) -> str:
    """What a page says."""
    tables = "".join(name + tidy(found) for name, found in report.tables.items())
    whole = "\n".join([report.lead, *report.findings, report.html.replace("&#39;", "'"), tables])
    whole = whole.replace(both(sorted(columns)), both(columns))  # these are named in the order of the alphabet
    return re.sub(r"[a-f0-9]{32,}", "", whole)


def renamed(text: str, names: dict[str, str]) -> str:
    """A text about the plain names with the others in their place; the empty text is shown in words, but in a term."""
    for role, plain in PLAIN.items():
        name = names[role]
        if not name:
            text = text.replace(f"[{plain}]", "[]")
        text = text.replace(plain, name or "(empty)")
    return text


def comparable(text: str) -> list[str]:
    """The words of a text: where lines break, and which cells of a CSV file have quotes, hangs on names.

    The second at which a fit was made, which its page tells, is not looked at.
    """
    return re.sub(r"\d\d:\d\d:\d\d UTC", "UTC", text.replace('"', "")).split()


@pytest.fixture(scope="module", autouse=True)
def no_pictures():
    """Pages without pictures, in which the length of a name moves things; their tables are compared by themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_figures, "inline_svg", lambda *arguments: "")
        yield


@pytest.fixture(scope="module")
def plain(no_pictures, tmp_path_factory):
    return answers(PLAIN, tmp_path_factory.mktemp("plain"))


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("turn", first(2, range(len(HOSTILE))))
def test_hostile_names_give_the_answers_of_plain_ones(plain, tmp_path, turn):
    names = named(turn)
    for what, text in answers(names, tmp_path).items():
        assert comparable(text) == comparable(renamed(plain[what], names)), (what, names)


def test_a_group_is_asked_for_by_its_level_and_everybody_by_none():
    names = PLAIN | {"first": ""}
    fit, _ = fits(names)
    change, everybody = fit.change(by="K group"), fit.change()
    groups = {finding.group: finding.value for finding in change.findings if finding.kind is Kind.MEAN_RATE}
    assert change.value("mean rate", "") == groups[Level("K group", ""),] == change.value("mean rate", "(empty)")
    assert everybody.value("mean rate") == everybody.value("mean rate", "") not in groups.values()
    with pytest.raises(gc.errors.NotEstimableError, match="no quantity 'mean rate'"):
        change.value("mean rate")
    assert change.value("SD of rates") == everybody.value("SD of rates")


def test_a_grouping_column_never_takes_the_place_of_a_number():
    data = table(PLAIN).rename(columns={"K group": "estimate"})
    model = gc.GrowthModel("outcome", "week", "person", predictors="estimate", reference={"estimate": "reference"})
    fit = gc.fit(model, data)
    found = fit.slopes(by="estimate")
    assert found.table["estimate"].iloc[0] == pytest.approx(fit.params["slope"])
    assert found.table["by_estimate"].tolist()[0] == "reference"


def test_a_fit_may_be_called_anything():
    data = gc.load_dataset("sleepstudy")
    small, large = (gc.fit(f"reaction ~ day + ({random} | subject)", data, time="day") for random in ("1", "day"))
    other = gc.fit("reaction ~ 1 + (day | subject)", data, time="day", method="ml")
    plain, odd = (gc.compare(small, other, large, names=names, rng=1) for names in (list("abc"), ["a: x", "b: 1", "c"]))
    called = {"": "", "a": "a: x", "b": "b: 1"}
    assert odd.table["against"].tolist() == [called[name] for name in plain.table["against"]]
    assert odd.notes == tuple(note.replace("a and", "a: x and").replace("and b", "and b: 1") for note in plain.notes)


def test_the_table_is_a_view_of_the_findings():
    fit, _ = fits(PLAIN)
    change = fit.change(by="K group")
    assert change.table["estimate"].equals(pd.Series([one.value for one in change.findings], name="estimate"))
    means = fit.means(by="K group", differences="pairwise")
    assert means.table["estimate"].tolist() == [one.value for one in means.findings]
    identities = [one.identity for one in (*change.findings, *means.findings)]
    assert len(set(identities)) == len(identities)


# ---------------------------------------------------------------- the source

ROOMS = ("results", "report", "plots", "cli")
#: Files that read words which the user wrote, or another language than that of findings.
READERS = {
    "results/questions/hypotheses.py": "the user's hypotheses",
    "results/questions/term_names.py": "the user's names of terms",
    "report/question.py": "typesets the text of the level equations",
    "report/svg.py": "reads the SVG that matplotlib writes",
    "cli/values.py": "the words of the command line",
    "cli/layout.py": "folds lines for a terminal",
}
#: Figures whose quantities are a few fixed words, none made of names.
FIXED_WORDS = {"plots/residuals.py", "plots/variance_over_time.py"}
NAMING = {"results/tables/names.py", "results/change/view.py"}
TEXT_COLUMNS = {"quantity", "term", "measure"}
FILES = [path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))]


def faults(tree: ast.AST, path: str) -> list[str]:
    """What reads a number's identity back from a text, or from a table's `attrs`."""
    written = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript) and _stored(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CUTS:
            found.append(node.func.attr)
        if isinstance(node, ast.Attribute) and node.attr == "attrs" and not _stored(node) and id(node) not in written:
            found.append("reads attrs")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("re.match", "re.search", "re.fullmatch"):
            found += [] if path in READERS else [ast.unparse(node.func)]
        if isinstance(node, ast.Compare) and any(map(_text_column, (node.left, *node.comparators))):
            found += [] if path in FIXED_WORDS else ["compares a column of texts"]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _text_column(node.func.value):
            found += ["takes a text apart"] if node.func.attr in _APART else []
        if isinstance(node, ast.Constant) and node.value in ("sd:", "cor:", "var:", "cov:", "R2:"):
            found += [] if path in NAMING else [f"knows {node.value}"]
    return found


_CUTS = {"rsplit", "partition", "rpartition"}
_APART = {"split", "startswith", "endswith", "removeprefix", "removesuffix", "isin"}


def _stored(node: ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store)


def _text_column(node: ast.AST) -> bool:
    """`table["quantity"]`, `row.term` or `record["term"]`, and its `.str`."""
    if isinstance(node, ast.Attribute) and node.attr == "str":
        return _text_column(node.value)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value in TEXT_COLUMNS
    return isinstance(node, ast.Attribute) and node.attr in TEXT_COLUMNS


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(PACKAGE).as_posix() for path in FILES])
def test_nothing_reads_a_number_by_its_words(path):
    name = path.relative_to(PACKAGE).as_posix()
    assert faults(ast.parse(path.read_text(encoding="utf-8")), name) == []


@pytest.mark.parametrize(
    "source",
    [
        'at = row["quantity"].rsplit(" ", 1)[1]',
        'notes = table.attrs["notes"]',
        'if "why_not" in table.attrs: pass',
        'rows = table[table["quantity"] == "mean rate"]',
        'kind = record["term"].partition(":")',
        'kept = table["term"].str.startswith("x")',
        'name = re.fullmatch("ICC at (.*)", quantity)',
        'first = row.term.startswith("cor:")',
    ],
)
def test_the_test_of_the_source_finds_what_it_looks_for(source):
    assert faults(ast.parse(source), "report/change.py")


def test_writing_attrs_is_allowed():
    assert faults(ast.parse('table.attrs["ddf"] = label\nframe.attrs = {}'), "results/x.py") == []


def test_every_reader_is_still_there():
    for name in itertools.chain(READERS, FIXED_WORDS, NAMING):
        assert (PACKAGE / name).exists(), name
