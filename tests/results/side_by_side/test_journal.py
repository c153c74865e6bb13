"""Models side by side for a paper: the numbers are those of R, and what does not compare is said."""

import zipfile
from dataclasses import replace

import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.output.styles import STYLES, Style
from growthcurves.output.tables import WRITERS


@pytest.fixture(scope="module")
def orthodont():
    return gc.load_dataset("orthodont")


@pytest.fixture(scope="module")
def fits(orthodont):
    growth = gc.fit("distance ~ age + (age | subject)", orthodont)
    return [growth, gc.fit("distance ~ age * sex + (age | subject)", orthodont, reference={"sex": "Female"})]


@pytest.fixture(scope="module")
def table(fits):
    return gc.journal_table(fits, names=["Growth", "By sex"])


# lmerTest 3.1: summary(lmer(distance ~ age * Sex + (age | Subject), Orthodont)) with Female as reference
R_BY_SEX = {"intercept": (17.3727, 1.2284), "slope": (0.4795, 0.1037), "slope:sex[Male]": (0.3048, 0.1347)}


def test_numbers_are_those_of_r(table):
    rows = table.table[table.table["model"] == "By sex"].set_index("term")
    for term, (estimate, error) in R_BY_SEX.items():
        assert rows.loc[term, "estimate"] == pytest.approx(estimate, abs=6e-5)
        assert rows.loc[term, "std_error"] == pytest.approx(error, abs=6e-5)
    assert rows.loc["sd:residual", "estimate"] == pytest.approx(1.3100, abs=6e-5)
    assert rows.loc["deviance", "estimate"] == pytest.approx(432.5817, abs=1e-3)  # -2 * logLik, REML


def test_each_style_tells_its_uncertainty(table, tmp_path):
    styles = ("plain", "apa", "trial")
    texts = {style: table.save(tmp_path / "t.tsv", style=style).read_text("utf-8") for style in styles}
    assert "\t0.305*" in texts["plain"] and "(0.135)" in texts["plain"] and "0.027" not in texts["plain"]
    assert "0.305*" in texts["apa"] and "[0.027, 0.582]" in texts["apa"] and "(0.135)" in texts["apa"]
    assert "(0.027, 0.582)" in texts["trial"] and "p = 0.0326" in texts["trial"] and "*" not in texts["trial"]


@pytest.mark.parametrize(
    ("style", "cells", "foot"),
    [
        (Style("own", 2, True, "", "-", 1, ("interval", "p"), stars=True),
         "0.305* 0.027 to 0.582 p = 0.03", "95% confidence intervals. * p < .05"),
        (Style("own", 2, True, "()", "-", 1), "0.305 (0.135)", "Standard errors in parentheses."),
        (Style("own", 2, True, "()", "-", 1, ()), "0.305 Between persons", "Rows 108 Fitted by REML."),
    ],
)  # fmt: skip
def test_a_style_of_ones_own_tells_its_uncertainty(fits, tmp_path, monkeypatch, style, cells, foot):
    monkeypatch.setitem(STYLES, "own", style)
    text = gc.journal_table(fits[1]).save(tmp_path / "t.md", style="own").read_text("utf-8")
    words = " ".join(text.replace("|", " ").replace("\\", "").replace("&lt;", "<").split())
    assert cells in words and foot in words


def text_of(path):
    """What stands in a file, in zipped XML and Parquet too."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    return path.read_text("utf-8")


@pytest.mark.parametrize("ending", [".docx", ".rtf", ".tex", ".html", ".md", ".csv", ".xlsx", ".parquet"])
def test_every_format_is_written(table, tmp_path, ending):
    written = table.save(tmp_path / f"t{ending}")
    assert written.stat().st_size > 500
    assert ("0.3048" if ending in WRITERS else "0.305") in text_of(written)


def test_decimal_points_stand_below_one_another(table):
    lines = [line for line in str(table).splitlines() if line.startswith("  ") and "." in line[40:]]
    ends = {line.rindex(".") for line in lines if line.count(".") > 1}
    assert len(ends) == 1


def test_other_outcomes_rows_and_methods_are_told(fits, orthodont):
    sleep = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"), method="ml")
    fewer = gc.fit("distance ~ age + (age | subject)", orthodont.iloc[:100])
    found = " ".join(gc.journal_table([fits[0], sleep, fewer]).notes)
    assert "Outcomes differ (Model 1, Model 3: distance; Model 2: reaction)" in found
    assert "Model 3: other rows than Model 1" in found
    assert "intercept, Model 1, Model 3: start (distance at age 0); Model 2: start (reaction at day 0)." in found


def test_likelihoods_that_do_not_compare_are_told(fits):
    told = " ".join(gc.journal_table([fits[0], fits[1], fits[0].refit(method="ml")]).notes)
    assert "by REML do not compare with those by ML" in told and "only models with the same fixed effects" in told


def test_a_fit_without_its_rows_stands_beside_others(fits, tmp_path):
    lean = gc.load(fits[0].save(tmp_path / "fit.json"))
    assert "rows" not in " ".join(gc.journal_table([fits[0], lean]).notes)
    unmarked = replace(lean, panel=replace(lean.panel, facts=None))
    assert "whether the rows are those of Model 1 is not known" in " ".join(gc.journal_table([fits[0], unmarked]).notes)


def test_a_residual_structure_has_its_parameters(orthodont):
    model = gc.GrowthModel("distance", "age", "subject", random=("intercept",), residual="ar1")
    assert "ar1 of residuals" in str(gc.journal_table([gc.fit(model, orthodont)]))


def test_the_same_words_of_two_references_are_told_apart(fits, orthodont):
    other = gc.fit("distance ~ age + sex + (age | subject)",
                   orthodont.assign(sex=orthodont["sex"].astype(str).replace("Female", "Other")),
                   reference={"sex": "Other"})  # fmt: skip
    told = [note for note in gc.journal_table([fits[1], other]).notes if note.startswith("intercept:sex[Male]")]
    assert "against Female" in told[0] and "against Other" in told[0]


@pytest.mark.parametrize("wrong", [{"fits": []}, {"fits": ["a"]}, {"names": ["a"]}, {"names": ["a", "a"]}])
def test_what_is_no_table_is_refused(fits, wrong):
    with pytest.raises(ModelError):
        gc.journal_table(**{"fits": fits, **wrong})
    with pytest.raises(ModelError, match=r"several fits stand in one list: \[fit, other\]"):
        gc.journal_table(fits[0], fits[1])
