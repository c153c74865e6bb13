"""The report: complete, self-contained, safe, and honest about what is withheld."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.finding import Kind
from growthcurves.data.fingerprint import fingerprint
from growthcurves.report import SECTIONS, figures, report
from growthcurves.report.change import AT_A_TIME, LOOKS
from growthcurves.report.format import decimals, fixed, number, p_value, polished, share
from growthcurves.report.reproduce import code
from growthcurves.report.svg import inline_svg

pytestmark = pytest.mark.usefixtures("undrawn")

VOID = {"meta", "br", "img", "hr", "link", "input", "col"}


class Page(HTMLParser):
    """Which elements a page has, whether they close in order, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href", "data", "srcset")]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data


def sleep_fit(**options):
    data = gc.load_dataset("sleepstudy")
    panel = gc.Panel(data, id="subject", time="day", outcome="reaction", time_unit="days", outcome_unit="ms")
    return gc.fit("reaction ~ day + (day | subject)", panel, **options)


@pytest.fixture(scope="module")
def sleep():
    return sleep_fit()


@pytest.fixture(scope="module")
def made(sleep):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "inline_svg", inline_svg)  # the whole page, drawings and all
        return report(sleep)


def test_the_page_is_well_formed_and_complete(made):
    page = Page(made.html)
    assert page.open == []
    absent = {"groups", "compared", "outcomes", "categories", "marginal", "units", "lacking"}  # one fit, normal, rows
    there = [section.name for section in SECTIONS if section.name not in absent]
    assert there == [name for name in page.ids if "-" not in name]
    assert len(page.ids) == len(set(page.ids))
    assert all(shown == "shown" for _, shown in made.sections)


def test_nothing_is_loaded_from_outside_and_only_the_pages_own_script_runs(made):
    page = Page(made.html)
    assert all(link.startswith("#") for link in page.links)
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", made.html, re.S)
    assert page.tags.count("script") == len(scripts) == 1
    allowed = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'" in made.html
    assert "http" not in made.html.replace("http-equiv", "") and "@import" not in made.html
    assert not re.search(r"url\((?!#)", made.html)


def test_what_is_referred_to_inside_is_there(made):
    page = Page(made.html)
    referred = re.findall(r"url\(#([^)]+)\)", made.html) + [link[1:] for link in page.links]
    assert referred and set(referred) <= set(page.ids)


def test_published_numbers_are_on_the_page(made):
    # lme4 1.1-31 and lmerTest 3.1-3
    for text in ("251.4", "10.47", "1.55", "24.7", "5.92", "25.59", ".07", "17"):
        assert f">{text}<" in re.sub("[\u2007\u2008]", "", made.html), text  # room for the decimals that it lacks
    assert "< .001" in Page(made.html).text


def test_answers_are_by_the_methods_and_at_the_level_that_were_asked_for(make_trial):
    fit = gc.fit("bdi ~ week * arm + (week | id)", make_trial())
    page = fit.report(by="arm", ddf="kenward-roger", level=0.9, intervals="wald")
    asked = {"ddf": "kenward-roger", "level": 0.9}
    pd.testing.assert_frame_equal(page.tables["fixed_effects"], fit.fixed_effects(**asked))
    change = fit.change(by="arm", method="wald", **asked)
    pd.testing.assert_frame_equal(page.tables["change"], change.table)
    slopes = fit.slopes(by="arm", differences="reference", **asked)
    pd.testing.assert_frame_equal(page.tables["group_rates"], slopes.table)
    (difference,) = [one for one in change.findings if one.kind is Kind.RATE_DIFFERENCE]
    assert difference.p_value == slopes.differences["p_value"].iloc[0]  # one p-value of one difference
    text = re.sub(r"<svg.*?</svg>", "", page.html, flags=re.DOTALL).replace("&nbsp;", " ").replace("\xa0", " ")
    assert "90 % interval" in text and "95 % interval" not in text and "Kenward-Roger" in text


def test_small_enough(made, sleep):
    assert len(made.html.encode()) < 500_000


def test_two_thousand_persons_stay_below_five_megabytes(drawn, make_trial):
    frame = make_trial(2000)
    fit = gc.fit(gc.GrowthModel(outcome="bdi", time="week", id="id", predictors="arm"), frame)
    made = report(fit, by="arm")
    assert len(made.html.encode()) < 5_000_000
    assert "1,980 persons between" in made.html


def test_the_same_fit_gives_the_same_page(drawn, made):
    """But for the second at which it was fitted, which the page tells."""
    fitted = re.compile(r"Fitted \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
    assert fitted.sub("", report(sleep_fit()).html) == fitted.sub("", made.html)


def test_ids_and_names_stay_text(drawn, make_trial):
    frame = make_trial(12)
    bad = '<script>alert("x")</script>'
    frame["id"] = frame["id"].map(lambda value: f"{bad}{value}")
    frame["arm"] = frame["arm"].map({"drug": "<b>drug</b>", "placebo": "a & b"})
    outcome = "</style><img src=x onerror=alert(1)>"
    frame = frame.rename(columns={"bdi": outcome})
    fit = gc.fit(gc.GrowthModel(outcome=outcome, time="week", id="id", predictors="arm"), frame)
    page = Page(report(fit, by="arm", title="<i>title</i>").html)
    assert "img" not in page.tags and page.tags.count("script") == 1  # the page's own
    assert page.tags.count("b") == 7 + 3  # the words of what can be relied on, the three models of the ladder
    assert bad in page.text and "<b>drug</b>" in page.text and "<i>title</i>" in page.text and outcome in page.text


def test_withheld_answers_show_the_reason_and_never_nan():
    frame = gc.load_dataset("sleepstudy").query("day in (0, 5)")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", frame)
    made = report(fit)
    text = Page(made.html).text
    assert "nan" not in text.lower().replace("significan", "")
    assert "told apart" in text and "Not identified." in text
    shown = dict(made.sections)
    assert "told apart" in shown["How much persons differ"] and "withheld" in shown["Persons"]


def test_singular_fits_say_what_does_not_vary(make_trial):
    frame = make_trial(40)
    frame["bdi"] = 20 - frame["week"] + np.random.default_rng(1).normal(0, 1, len(frame))
    fit = gc.fit(gc.GrowthModel(outcome="bdi", time="week", id="id"), frame)
    assert fit.certificate.singular
    text = Page(report(fit).html).text
    assert "is the same for all" in str(fit.certificate) and "is the same for all" not in text  # interval -1 to 1
    assert "Singular." in text and "says nothing against differences between persons" in text and "nan" not in text


def test_models_without_time_and_without_slope():
    frame = gc.load_dataset("sleepstudy")
    made = report(gc.fit("reaction ~ 1 + (1 | subject)", frame))
    assert "no time" in dict(made.sections)["Trajectories"]
    assert "nan" not in Page(made.html).text
    made = report(gc.fit("reaction ~ day + (1 | subject)", frame))
    assert dict(made.sections)["Persons"] == "shown" and "nan" not in Page(made.html).text


def test_rows_that_were_left_out_are_counted_with_the_reason(make_trial):
    frame = make_trial()
    frame.loc[[3, 9], "bdi"] = np.nan
    text = Page(report(gc.fit(gc.GrowthModel(outcome="bdi", time="week", id="id"), frame)).html).text
    assert "2 with missing bdi" in " ".join(text.split())


def test_terms_are_grouped_under_plain_names(make_trial):
    model = gc.GrowthModel(
        outcome="bdi", time="week", id="id", predictors={"intercept": "arm + age", "slope": "arm"},
        reference={"arm": "placebo"},
    )  # fmt: skip
    text = Page(report(gc.fit(model, make_trial()), by="arm").html).text
    for said in (
        "Start: bdi at week 0",
        "Rate of change: bdi per week",
        "arm: drug against placebo",
        "for each unit of age",
    ):
        assert said in text, said
    assert "reference (arm placebo, age 0)" in text and "arm: placebo" in text


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_code_on_the_page_makes_the_same_fit(method, tmp_path, monkeypatch, make_trial):
    monkeypatch.chdir(tmp_path)
    make_trial().to_csv("trial.csv", index=False)
    model = gc.GrowthModel(
        outcome="bdi",
        time="week",
        id="id",
        predictors="arm + age",
        random=gc.Diagonal("intercept", "slope"),
        origin=1.0,
    )
    fit = gc.fit(model, gc.Panel(gc.read_table("trial.csv"), "id", "week", "bdi", time_unit="weeks"), method=method)
    names: dict = {}
    exec(code(fit), names)
    assert names["fit"].deviance == pytest.approx(fit.deviance, rel=1e-12)
    assert names["fit"].terms == fit.terms and names["panel"].time_unit == "weeks"


def test_the_code_of_a_formula_makes_the_same_fit(sleep, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gc.load_dataset("sleepstudy").to_csv("sleepstudy.csv", index=False)
    names: dict = {}
    exec(code(sleep), names)
    assert names["fit"].deviance == pytest.approx(sleep.deviance, rel=1e-12)


def test_the_fingerprint_tells_data_apart(make_trial):
    frame = make_trial()
    columns = ["id", "week", "bdi", "arm"]
    assert fingerprint(frame, columns) == fingerprint(frame.copy(), columns)
    assert fingerprint(frame, columns) == fingerprint(frame.astype({"arm": "category"}), columns)
    changed = frame.copy()
    changed.loc[7, "bdi"] += 1e-9
    assert fingerprint(frame, columns) != fingerprint(changed, columns)


def test_the_record(made, sleep, tmp_path):
    saved = report(sleep, path=tmp_path / "page.html", title="Sleep")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == saved.html
    assert saved.save(tmp_path / "again.html").stat().st_size == len(saved.html.encode())
    assert str(saved).startswith("Report: Sleep") and "10.47 ms per day" in str(saved)
    assert list(saved.table.columns) == ["section", "shown"] and saved.to_dict()["title"] == "Sleep"
    assert "<script" not in saved._repr_html_() and saved._repr_html_().startswith("<iframe srcdoc=")


def test_every_quantity_of_the_change_report_has_a_name(make_trial):
    model = gc.GrowthModel(outcome="bdi", time="week", id="id", predictors="arm + age")
    findings = gc.fit(model, make_trial()).change(by="arm").findings
    of_others = {Kind.RATES_ALIKE_P, Kind.OUTCOMES_ALIKE_P, Kind.SHARE_OF_RATE_VARIANCE}  # three groups, levels
    known = {*LOOKS, Kind.MIDDLE_LOW, Kind.MIDDLE_HIGH} - of_others
    assert {finding.kind for finding in findings} == known
    assert set(AT_A_TIME) == {Kind.MEAN_RATE, Kind.SD_OF_RATES}


def test_numbers_for_readers():
    assert [decimals(error) for error in (1.5458, 6.82, 250.0, 0.0)] == [2, 1, 0, 3]
    assert fixed(-0.001, 1) == "0.0" and fixed(1e12, 0) == "1.00 × 10^12" and fixed(float("inf"), 0) == "∞"
    assert number(float("nan")) == "–" and number(1234567.0) == "1,234,567"
    assert share(-0.07) == "−.07" and p_value(1.0) == "> .999" and p_value(0.0) == "< .001"
    assert polished("a well-known -1.5 and 2-3") == "a well-known −1.5 and 2-3"
