"""Printed tables as documents: read back with what others read them with; numbers as journals and trials print them."""

from __future__ import annotations

import math
import re
import string
import zipfile
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.output.documents import DOCUMENTS
from growthcurves.output.numbers import fixed_text, places_of
from growthcurves.output.save import save_table
from growthcurves.output.styles import STYLES, p_equals

HOSTILE = ["=1+1", "a|b", "<b>x</b>", r"\input{x}", "a & b % c_d $e^2$ #1 ~", "{\\rtf}", "naïve 中 𝄞", "\x07bell"]


@pytest.fixture(scope="module")
def fit():
    return gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"), reference={"sex": "Female"})


def cells_of(path):
    """The cells of a document, by rows."""
    if path.suffix == ".docx":
        from docx import Document

        return [[cell.text for cell in row.cells] for row in Document(str(path)).tables[0].rows]
    if path.suffix == ".html":
        table = pd.read_html(path, encoding="utf-8", keep_default_na=False)[0].astype(str)
        return [[str(name) for name in table.columns], *table.to_numpy().tolist()]
    if path.suffix == ".rtf":
        return rtf_cells(path.read_text("ascii"))
    if path.suffix == ".tex":
        lines = re.findall(r"^(.*) \\\\$", path.read_text("utf-8"), re.M)
        return [re.split(r"(?<!\\) & ", line) for line in lines]
    lines = [line for line in path.read_text("utf-8").splitlines() if re.match(r"\|(?!-)", line)]
    return [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in lines]


def rtf_cells(text):
    """A reader of the RTF specification's tables: groups, escaped signs, UTF-16 numbers."""
    rows = re.findall(r"\\trowd.*?\\row\b", text, re.S)
    found = []
    for row in rows:
        cells = re.findall(r"\\pard\\intbl\\q[lr] (.*?)\\cell", row, re.S)
        found.append([plain(cell) for cell in cells])
    return found


def plain(text):
    units = re.sub(r"\\u(-?\d+)\?", lambda code: chr(int(code[1]) % 65536), text)
    joined = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    return re.sub(r"\\([\\{}])", r"\1", joined)


@pytest.mark.parametrize("ending", DOCUMENTS)
def test_documents_hold_the_same_cells(fit, tmp_path, ending):
    path = fit.means(at=[8, 14], by="sex", differences="pairwise").save(tmp_path / f"t{ending}", style="trial")
    rows = cells_of(path)
    assert {len(row) for row in rows} <= {len(rows[0]), 1}
    assert [row[1] for row in rows if len(row) > 1][1:3] == ["21.21", "22.62"]
    content = path.read_bytes()
    if ending == ".docx":
        with zipfile.ZipFile(path) as book:
            content = book.read("word/document.xml")
    assert b"N = 27 persons (sex: Female 11, Male 16), 108 observations." in content


def test_hostile_texts_stay_texts(tmp_path):
    """Word by python-docx and as XML, HTML by pandas, RTF by the reader above."""
    table = pd.DataFrame({"who": HOSTILE, "estimate": np.arange(len(HOSTILE)) - 1.5})
    wanted = [text.replace("\x07", r"\x07") for text in HOSTILE]
    for ending in (".docx", ".html", ".rtf"):
        rows = cells_of(save_table(table, tmp_path / f"t{ending}", title=HOSTILE[2], notes=HOSTILE))
        assert [row[0] for row in rows[1:]] == wanted, ending
    with zipfile.ZipFile(tmp_path / "t.docx") as book:
        ElementTree.fromstring(book.read("word/document.xml"))
    page = (tmp_path / "t.html").read_text("utf-8")
    assert "<b>" not in page and "<script" not in page
    csv = pd.read_csv(save_table(table, tmp_path / "t.csv", style="trial"), dtype=str)
    assert csv.iloc[0].tolist() == ["'=1+1", "-1.5"]


def test_latex_has_no_sign_that_is_a_command(tmp_path):
    text = save_table(pd.DataFrame({"who": HOSTILE, "x_1": 7.28e-38}), tmp_path / "t.tex").read_text("utf-8")
    body = text.partition("\\midrule")[2].partition("\\bottomrule")[0]
    words = r"\\(?:textbackslash|textasciitilde|textasciicircum|textbar)\{\}"
    allowed = words + r"|\\[\\{}$&%#_]|\$(?:<|>|-|\\times|\^\{-?\d+\})\$|\{[\[\]]\}"
    assert not re.search(r"[\\{}$%#_^~&]", re.sub(allowed, "", body).replace(" & ", ""))
    assert r"7.28 $\times$ 10$^{-38}$" in body and "7.28e-38" not in text and "$-$" not in body


@pytest.mark.parametrize(
    ("style", "large", "small", "middle"),
    [
        ("trial", "0.0123", "<0.0001", "1.0000"),
        ("apa", ".012", "<.001", ">.999"),
        ("plain", "0.012", "<0.001", "1.000"),
    ],
)
def test_p_values_are_printed_as_the_style_has_them(style, large, small, middle):
    """American Psychological Association (2020), 6.36; the trial's are those that SAS prints."""
    printed = STYLES[style].p_value
    assert [printed(p) for p in (0.01234, 7e-38, 0.0, 1.0, math.nan)] == [large, small, small, middle, ""]


@pytest.mark.parametrize(("p", "said"), [("<.001", "p < .001"), (".031", "p = .031"), ("> .999", "p > .999")])
def test_a_p_value_has_its_sign(p, said):
    assert p_equals(p) == said


@given(st.floats(-1e300, 1e300), st.integers(0, 6))
def test_no_number_is_printed_as_another(value, places):
    """What is read back is the number to the places shown, or to three digits."""
    text = fixed_text(value, places).replace(" × 10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    assert math.isclose(float(text), value, rel_tol=0.006, abs_tol=0.50001 * 10**-places)
    assert (float(text) == 0) == (value == 0)


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_a_column_has_one_number_of_decimals(values):
    texts = [fixed_text(value, places_of(values)) for value in values]
    assert len({len(text.partition(".")[2]) for text in texts if "×" not in text}) <= 1


def test_numbers_for_programs_have_all_digits(fit, tmp_path):
    table = fit.fixed_effects()
    back = pd.read_csv(gc.save_table(table, tmp_path / "t.csv"))
    assert back["estimate"].tolist() == table["estimate"].tolist()
    people = pd.read_csv(gc.save_table(fit.people(), tmp_path / "p.csv"))
    assert people["subject"].tolist() == list(fit.people().index)


def test_printed_numbers_are_those_of_the_answer(fit, tmp_path):
    table = fit.fixed_effects()
    rows = cells_of(gc.save_table(table, tmp_path / "t.docx", style="apa", decimals=4))
    assert [row[1].replace("−", "-") for row in rows[1:]] == [f"{value:.4f}" for value in table["estimate"]]
    assert rows[0][1:] == ["Estimate", "SE", "df", "t", "p", "95% CI"]
    assert all(re.fullmatch(r"\[−?\d+\.\d{4}, −?\d+\.\d{4}\]", row[-1]) for row in rows[1:])
    level = cells_of(gc.save_table(fit.fixed_effects(level=0.9), tmp_path / "u.docx", style="apa"))
    assert level[0][-1] == "90% CI"


def test_every_answer_is_saved_in_every_format(fit, tmp_path):
    other = fit.refit(random=("intercept",))
    panel = fit.panel
    answers = [
        fit.summary(), fit.criteria(), fit.robust(), fit.change(by="sex"), fit.test_variance("slope"), fit.icc(),
        fit.marginal_covariance(), fit.test("slope:sex[Male] = 0"), fit.joint_tests(), fit.contrast({"slope": 1}),
        fit.slopes(by="sex"), fit.effect_sizes(by="sex"), fit.equivalence("slope:sex[Male]", 1), fit.r2(),
        gc.compare(fit, other), gc.ladder(fit.model, panel), panel.describe(), panel.missing(), panel.codebook(),
    ]  # fmt: skip
    for place, answer in enumerate(answers):
        for turn, ending in enumerate((*DOCUMENTS, ".csv", ".xlsx"), start=place):  # of every format in every style
            path = answer.save(tmp_path / f"a{place}{ending}", style=list(STYLES)[turn % len(STYLES)])
            assert path.stat().st_size > 30
            if ending in DOCUMENTS and ending != ".tex":
                assert len({len(row) for row in cells_of(path)} - {1}) <= 1


def test_options_without_a_place_are_refused(fit, tmp_path):
    table, cases = fit.fixed_effects(), {
        ("t.csv", "title"): {"title": "x"},
        ("t.parquet", "printed"): {"style": "apa"},
        ("t.csv", "digits"): {"decimals": 2},
        ("t.docx", "style of tables.*apa"): {"style": "APAA"},
        ("t.docx", "whole number"): {"decimals": 2.5},
    }
    for (name, words), options in cases.items():
        with pytest.raises(ModelError, match=words):
            gc.save_table(table, tmp_path / name, **options)
    with pytest.raises(NotAvailableError, match="cannot|can be written as"):
        fit.slopes().save(tmp_path / "t.pdf")
    with pytest.raises(ModelError, match="save_table.. takes a data frame"):
        gc.save_table(fit.slopes(), tmp_path / "t.csv")
    with pytest.raises(NotAvailableError, match="5,001 rows"):
        gc.save_table(pd.DataFrame({"x": range(5001)}), tmp_path / "t.docx")
    assert not list(tmp_path.iterdir())


def test_whole_numbers_keep_all_digits(tmp_path):
    rows = cells_of(gc.save_table(pd.DataFrame({"id": [10_000_000_001], "v": [2.5]}), tmp_path / "t.html"))
    assert rows[1][0] == "10000000001"


@settings(max_examples=30, deadline=None)
@given(st.text(string.printable + "é中𝄞\x00\x1b\u202e", max_size=20))
def test_any_text_is_its_cell(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("any")
    shown = gc.errors.visible(text).replace("\n", r"\n").replace("\t", r"\t")
    for ending in (".docx", ".rtf"):
        rows = cells_of(save_table(pd.DataFrame({"a": [text, "z"], "b": [1, 2]}), folder / f"t{ending}"))
        assert rows[1][0] == shown
