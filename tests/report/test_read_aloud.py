"""What readers of four reports misread: words, units, precision and advice that are the data's and stand once."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.finding import Kind
from growthcurves.errors import ModelWarning, NotEstimableError
from growthcurves.output.numbers import percent_text, places_with
from growthcurves.report.format import number
from growthcurves.results.questions.zeros import centre_of
from growthcurves.results.variation.variance_parts import squared_correlation


def lines_of(made) -> list[str]:
    """The page as lines of text, cells of a row apart, without its pictures and code."""
    page = re.sub(r"<(style|script|pre|svg)[^>]*>.*?</\1>", " ", made.html, flags=re.S)
    page = re.sub(r"</t[dh]>", " | ", re.sub(r"\s+", " ", page))
    page = re.sub(r"</?(?:p|tr|li|h\d|div|section|details|summary|nav)\b[^>]*>", "\n", page)
    lines = (re.sub(" +", " ", html.unescape(re.sub("<[^>]+>", "", line))).strip() for line in page.splitlines())
    return [re.sub(r"( \|)+$", "", line) for line in lines if line]


def cells(lines: list[str], name: str) -> list[list[str]]:
    """The cells of every row of this name, figure spaces taken off."""
    rows = [[cell.strip(" \u2007\u2008") for cell in line.split("|")] for line in lines]
    return [row[1:] for row in rows if row[0] == name]


@pytest.fixture(scope="module")
def report_of(undrawn):
    return lambda fit, **options: fit.report(**options)


@pytest.fixture(scope="module")
def clinic():
    """Patients of 45 to 75 years, seen at dates of their own, whose rates hardly differ."""
    rng = np.random.default_rng(3)
    rows = []
    for patient in range(40):
        day, level, age = pd.Timestamp("2018-01-10"), rng.normal(60, 10), round(rng.uniform(45, 75), 1)
        for _ in range(int(rng.integers(2, 8))):
            elapsed = (day - pd.Timestamp("2018-01-10")).days / 365.25
            rows.append((patient, day.date().isoformat(), age, level - 2 * elapsed + rng.normal(0, 3)))
            day += pd.Timedelta(days=int(rng.integers(120, 260)))
    return pd.DataFrame(rows, columns=["patient", "visit_date", "age", "egfr"])


@pytest.fixture(scope="module")
def dated(clinic):
    model = gc.GrowthModel(
        outcome="egfr", time="visit_date", id="patient", predictors={"intercept": "age", "slope": "age"}
    )
    return gc.fit(model, clinic)


@pytest.fixture(scope="module")
def dated_page(dated, report_of):
    return lines_of(report_of(dated))


def test_dates_are_told_as_years_after_the_first_visit(dated, dated_page):
    assert dated_page.count("egfr over years after the first visit") >= 1
    assert any("How does egfr change with years after the first visit" in line for line in dated_page)
    assert cells(dated_page, "Time after the first visit (visit_date)")[0][0].endswith(" years")
    told = [line for line in dated_page if "visit_date" in line]
    allowed = re.compile(r"\(visit_date\)|visit_date:|· visit_date|Column 'visit_date' has|columns patient, visit_date")
    assert not [line for line in told if not allowed.search(line)]
    assert "visit_date: years after the first visit" in str(dated.summary())
    assert "'visit_date' (years after the first visit)" in str(dated.panel.describe())


def test_nobody_of_age_0_is_the_headline_of_a_table(clinic, dated, dated_page):
    """The rows at the mean are those of the same model with age counted from its mean over patients."""
    mean = clinic.groupby("patient")["age"].first().mean()
    centred = clinic.assign(age=clinic["age"] - mean)
    table = gc.fit(dated.model, centred).fixed_effects().set_index("term").loc[["intercept", "slope"]]
    rows = cells(dated_page, f"at the mean (age {number(mean, 3)})")
    assert len(rows) == 2 and len(cells(dated_page, "reference (age 0)")) == 2
    for row, (_, there) in zip(rows, table.iterrows(), strict=True):
        estimate, error = (float(text.replace("−", "-")) for text in row[:2])
        assert estimate == pytest.approx(there["estimate"], abs=0.006)
        assert error == pytest.approx(there["std_error"], abs=0.006)
    assert any(line.startswith("SE: ") and "No patient has age 0" in line for line in dated_page)


def test_growth_parameters_at_means_are_those_of_the_centred_model():
    frame = gc.load_dataset("trial")
    fit = gc.fit("depression ~ week * age + severity + (week | patient)", frame)
    centre = centre_of(fit)
    assert [name for name, *_ in centre.where] == ["age"]
    centred = gc.fit("depression ~ week * center(age) + severity + (week | patient)", frame).params
    for name in ("intercept", "slope"):
        assert centre.rows[name] @ fit.params.to_numpy() == pytest.approx(centred[name], rel=1e-9)
    assert centre_of(gc.fit("depression ~ week * arm + (week | patient)", frame)) is None
    assert centre_of(gc.fit("depression ~ week + age + np.log(age) + (week | patient)", frame)) is None


def test_advice_for_code_stands_with_the_code(dated, dated_page):
    place = max(place for place, line in enumerate(dated_page) if line == "How to reproduce this")
    results = dated_page[:place]
    assert not [line for line in results if re.search(r"method=|wave=|center\(|recentre", line)]
    assert any("write center(age) in the formula" in line for line in dated_page)
    assert any("wave=" in line for line in dated_page)


@pytest.fixture(scope="module")
def boundary():
    """Parallel lines in the truth, and a sample of them whose correlation or SD of rates lies on its boundary."""
    person, time = np.repeat(np.arange(30), 5), np.tile(np.arange(5.0), 30)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        y = 20 + rng.normal(0, 3, 30)[person] + time + rng.normal(0, 2, 150)
        fit = gc.fit("y ~ time + (time | id)", pd.DataFrame({"id": person, "time": time, "y": y}))
        if fit.certificate.singular and fit.change().value("SD of rates") > 0:
            return fit
    raise AssertionError("no sample lies on the boundary")


def test_an_interval_that_is_missing_is_explained_once(boundary, report_of):
    answer = boundary.change()
    lacking = [one for one in answer.findings if one.lacks_interval]
    assert len(lacking) > 3 and not any("method=" in note for note in answer.table["note"])
    assert str(answer).count("method='profile'") == 1
    assert "method=" not in str(gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")).change())
    lines = lines_of(report_of(boundary))
    assert sum(line.count("no Wald interval") for line in lines) == 1
    assert sum(line.count("method='profile'") for line in lines) == 1


def test_one_interval_has_one_precision(dated, dated_page):
    sd = dated.change().findings
    (one,) = [found for found in sd if found.kind is Kind.SD_OF_RATES]
    places = places_with(one.std_error, one.value, one.conf_low, one.conf_high)
    shown = f"{one.conf_low:.{places}f} to {one.conf_high:.{places}f}"
    rows = [row for name in ("SD of rate of change (per year) |", "SD of rates |") for row in dated_page if name in row]
    assert len(rows) == 2 and all(shown in row for row in rows), (shown, rows)
    assert any(shown in text for text in dated.change().sentences() if "standard deviation of" in text)


def test_a_unit_is_said_once(report_of):
    frame = gc.load_dataset("sleepstudy")
    plain = gc.fit("reaction ~ day + (day | subject)", frame)
    panel = gc.Panel(frame, id="subject", time="day", outcome="reaction", outcome_unit="ms")
    lines = lines_of(report_of(plain))
    assert "Rate of change: reaction (per day)" in lines and not any("per day (per day)" in line for line in lines)
    lines = lines_of(report_of(gc.fit(plain.model, panel)))
    assert {"Rate of change: reaction (ms per day)", "Start: reaction at day 0 (ms)"} <= set(lines)


def test_a_model_without_time_has_no_start(report_of):
    lines = lines_of(report_of(gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))))
    (mean,) = cells(lines, "Overall mean of reaction")
    assert len(mean) == 1 and mean[0].startswith("298.5")
    (start,) = [row for row in cells(lines, "Start: reaction at day 0") if row]
    assert not start[0] and start[1].startswith("251.4")
    (share,) = cells(lines, "of the outcome (squared correlation with its expected value)")
    assert share[0] == "–"


def test_a_constant_has_no_squared_correlation_however_far_it_lies():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.repeat(np.arange(40), 25), "y": rng.normal(50, 9, 1000)})
    for away in (0.0, 50.092, 1e6):
        fit = gc.fit("y ~ 1 + (1 | id)", frame.assign(y=frame["y"] + away))
        assert np.isnan(squared_correlation(fit))


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        (0.125, 0, "13"),
        (0.145, 0, "15"),
        (0.00045, 2, "0.05"),
        (0.1235, 1, "12.4"),
        (-0.125, 0, "-13"),
        (-0.004, 0, "0"),
    ],
)
def test_halves_are_rounded_as_readers_round_them(share, places, text):
    assert percent_text(share, places) == text


def test_a_hair_outside_the_data_is_no_extrapolation():
    """Lines that differ least at a time near the first one: told as outside only where it is so for a reader."""

    def least(away: float):
        rng = np.random.default_rng(11)
        person, time = np.repeat(np.arange(200), 5), np.tile(np.arange(5.0), 200)
        y = rng.normal(0, 1, 200)[person] + rng.normal(0, 1, 200)[person] * (time - away) + rng.normal(0, 0.5, 1000)
        fit = gc.fit("y ~ time + (time | id)", pd.DataFrame({"id": person, "time": time, "y": y}))
        (one,) = [found for found in fit.change().findings if found.kind is Kind.TIME_OF_LEAST_SPREAD]
        return one

    start = least(0.0).value  # the sample's own
    near, far = least(-start - 0.01), least(-start - 1.0)
    assert -0.04 < near.value < 0 and not near.caveat and not near.note
    assert far.value < -0.5 and far.note == "extrapolation: outside the observed times"


def test_waves_are_common_and_sets_of_them_differ(report_of):
    fit = gc.fit("depression ~ week * arm + (week | patient)", gc.load_dataset("trial"))
    lines = lines_of(report_of(fit))
    assert cells(lines, "Waves (times common to all)") == [["6"]]
    assert cells(lines, "Different sets of waves kept") == [["6"]]
    assert cells(lines, "Median time between occasions") == [["4 weeks"]]
    assert cells(lines, "Time (week)") == [["0 to 16 weeks"]]
    assert any("Each wave is at one time for all patients" in line for line in lines)
    assert not any("?." in line for line in lines)


def test_schools_have_no_start_persons_or_measurements(report_of):
    rng = np.random.default_rng(1)
    school = np.repeat(np.arange(40), 25)
    ses = rng.normal(0, 1, 1000).round(2)
    math = rng.normal(50, 5, 40)[school] + rng.normal(2, 1.0, 40)[school] * ses + rng.normal(0, 8, 1000)
    fit = gc.fit("math ~ ses + (ses | school)", pd.DataFrame({"school": school, "ses": ses, "math": math}))
    lines = lines_of(report_of(fit))
    captions = " ".join(line for line in lines if "arrow" in line or line.startswith("Points"))
    assert "Points: single observations of schools. " in captions and "observations of 40 schools" in captions
    assert "Each arrow leads from a school's own least-squares estimate" in captions
    words = r"\b(?:measurements?|level of the arrow|observed times|start|rising)\b"
    assert not [line for line in lines if re.search(words, line)]
    texts = gc.ladder(fit.model, fit.panel).plot().findobj(lambda part: hasattr(part, "get_text"))
    drawn = " ".join(" ".join(text.get_text().split()) for text in texts)
    assert "variance within schools" in drawn and "persons" not in drawn and "variance of the level" in drawn
    with pytest.raises(NotEstimableError, match="no school has more than 25 observations"):
        fit.panel.missing()
    bare = gc.fit(fit.model.replace(random=()), fit.panel)
    with pytest.raises(NotEstimableError, match="variance between schools.*a school's outcomes"):
        bare.icc()


def test_advice_of_warnings_is_in_words_and_its_code_stands_with_the_code(report_of):
    """A time far from zero whose slope has no covariance; where rates are measured in no known unit; all persons."""
    frame = gc.load_dataset("sleepstudy").assign(day=lambda frame: frame["day"] + 2000)
    with pytest.warns(ModelWarning, match="In code: origin= sets it"):
        fit = gc.fit("reaction ~ day + (day || subject)", frame)
    lines = lines_of(report_of(fit))
    (advice,) = [line for line in lines if "move the origin inside the data" in line]
    assert "origin=" not in advice and any(line.endswith("advises: origin= sets it.") for line in lines)
    assert any(line.startswith("Rates are per day, in the units of reaction") for line in lines)
    assert not [line for line in lines if re.search(r"\b(\d+) of \1\b", line)]


def test_what_may_be_of_either_sign_is_not_called_better_known(report_of):
    """Schools whose SD of slopes is hardly known, beside a correlation whose interval holds zero."""
    rng = np.random.default_rng(11)
    school, ses = np.repeat(np.arange(30), 20), rng.normal(0, 1, 600).round(2)
    math = rng.normal(50, 4, 30)[school] + rng.normal(2, 1, 30)[school] * ses + rng.normal(0, 7, 600)
    fit = gc.fit("math ~ ses + (ses | school)", pd.DataFrame({"school": school, "ses": ses, "math": math}))
    row = fit.variance_components(method="profile").set_index("term").loc["cor:intercept,slope"]
    assert row["conf_low"] < 0 < row["conf_high"]
    (text,) = [line for line in lines_of(report_of(fit)) if "Not well known from these data: the SD of the sl" in line]
    better, open_sign = text.split("Better known: ")[1].split("Not known to be positive or negative: ")
    assert "correlation" not in better and open_sign.startswith("the correlation of level")


def test_minus_signs_are_minus_signs_before_numbers_of_the_predictor(report_of):
    frame = gc.load_dataset("sleepstudy").assign(day=lambda frame: frame["day"] - 4)
    lines = lines_of(report_of(gc.fit("reaction ~ day + (day | subject)", frame)))
    assert any("at day −4" in line for line in lines)
    arms = frame.assign(arm=np.where(frame["subject"].astype(int) % 2, "a", "b"))
    compared = lines_of(report_of(gc.fit("reaction ~ day * arm + (day | subject)", arms), by="arm"))
    assert any(line.startswith("Expected reaction at day −4") for line in compared)
    assert not [line for line in lines if re.search(r"(?<![\w.])-\d", line)]


def test_numbers_that_are_the_same_at_all_visits_stand_once():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    axes = fit.plot.trajectories(numbers=True)
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("18") == 1 and texts.count("at each") == 1
