"""Conditions on rows against a plain evaluation row by row, at every door, and with texts that want to run."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.cli import main
from growthcurves.errors import ColumnError, DataError, FormulaError, GrowthCurvesError
from growthcurves.model.formula.chosen import chosen_rows

pytestmark = pytest.mark.usefixtures("undrawn")

FAST = {"deadline": None, "suppress_health_check": list(HealthCheck)}
DOSES = ["low", "mid", "high"]


def table(rng, rows=40):
    """Every kind of column, each with missing values."""
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 400, rows), unit="D")
    frame = pd.DataFrame(
        {
            "age": rng.integers(10, 80, rows).astype(float),
            "count": pd.array(rng.integers(0, 5, rows), dtype="Int64"),
            "arm": rng.choice(["a", "b", "it's"], rows),
            "visit date": days,
            "written": days.strftime("%Y-%m-%d"),
            "dose": pd.Categorical(rng.choice(DOSES, rows), DOSES, ordered=True),
            "site": pd.Categorical(rng.choice([1, 2, 3], rows)),
            "größe": rng.normal(size=rows),
        }
    )
    for name in frame.columns:
        frame.loc[rng.random(rows) < 0.2, name] = None
    return frame.assign(flag=rng.random(rows) < 0.5)


def leaf(rng):
    """A comparison as a text, and what it says of one row: True, False, or None where a value is missing."""
    sign, compare = list(
        {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
         ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}.items()
    )[rng.integers(6)]  # fmt: skip
    equal = sign in ("==", "!=")
    kind = rng.integers(8)
    if kind == 0:
        value = int(rng.integers(10, 80))
        return f"age {sign} {value}", lambda row: known(row["age"], lambda x: compare(x, value))
    if kind == 1:
        value = int(rng.integers(5))
        return f"{value} {sign} count", lambda row: known(row["count"], lambda x: compare(value, x))
    if kind == 2 and equal:
        value = ["a", "it's"][rng.integers(2)]
        return f'arm {sign} "{value}"', lambda row: known(row["arm"], lambda x: compare(x, value))
    if kind == 3:
        day = str((pd.Timestamp("2020-01-01") + pd.Timedelta(int(rng.integers(400)), unit="D")).date())
        name = ["visit date", "written"][rng.integers(2)]
        return f"`{name}` {sign} '{day}'", lambda row: known(row[name], lambda x: compare(str(x)[:10], day))
    if kind == 4:
        level = DOSES[rng.integers(3)]
        place = DOSES.index(level)
        return f"dose {sign} '{level}'", lambda row: known(row["dose"], lambda x: compare(DOSES.index(x), place))
    if kind == 5:
        chosen = [1, 2][: 1 + rng.integers(2)]
        return f"site in {chosen}", lambda row: known(row["site"], lambda x: x in chosen)
    if kind == 6:
        name = ["age", "arm", "dose", "größe"][rng.integers(4)]
        return f"{name} is missing", lambda row: bool(pd.isna(row[name]))
    return "flag", lambda row: bool(row["flag"])


def known(value, asked):
    return None if pd.isna(value) else bool(asked(value))


def condition(rng, depth):
    """A random condition, and its meaning by three-valued logic (Kleene 1952, section 64)."""
    if depth == 0 or rng.random() < 0.2:
        return leaf(rng)
    (one, first), (other, second) = condition(rng, depth - 1), condition(rng, depth - 1)
    kind = rng.integers(3)
    if kind == 0:
        return f"~({one})", lambda row: None if first(row) is None else not first(row)
    worst = bool(kind == 1)

    def both(row):
        found = (first(row), second(row))
        if (not worst) in found:
            return not worst
        return None if None in found else worst

    signs = (["&", "and", "&&"] if worst else ["|", "or", "||"])[rng.integers(3)]
    return f"({one}) {signs} ({other})", both


@pytest.mark.parametrize("seed", range(150))
def test_conditions_against_one_row_at_a_time(seed):
    rng = np.random.default_rng(seed)
    frame = table(rng)
    text, meant = condition(rng, 3)
    expected = [meant(row) is True for row in frame.to_dict("records")]
    if not any(expected):
        with pytest.raises(DataError, match="chooses none of the 40 rows"):
            chosen_rows(frame, text)
        return
    assert chosen_rows(frame, text).tolist() == expected, text


def test_signs_bind_as_in_sas_and_r_and_not_as_in_python():
    frame = pd.DataFrame({"PARAMCD": ["ACTOT", "ACTOT", "X"], "ANL01FL": ["Y", "N", "Y"], "age": [1, 50, 70]})
    for text, chosen in {
        "PARAMCD == 'ACTOT' & ANL01FL == 'Y'": [True, False, False],
        "PARAMCD == 'ACTOT' & ANL01FL == 'Y' | age > 60": [True, False, True],
        "~ PARAMCD == 'X' & age > 20": [False, True, False],
        "not PARAMCD %in% ['X']": [True, True, False],
        "20 <= age < 2 * 30": [False, True, False],
        "age not in [1, 70]": [False, True, False],
    }.items():
        assert chosen_rows(frame, text).tolist() == chosen


WRONG = {
    "PARAMCD = 'ACTOT'": (FormulaError, "write == for equal"),
    "PARAMCD == 'ACTOTT'": (DataError, "holds no 'ACTOTT' (but 'ACTOT')"),
    "PARAM == 'X'": (ColumnError, "Did you mean 'PARAMCD'"),
    "PARAMCD > 'A'": (FormulaError, "texts have no order"),
    "PARAMCD == 1": (FormulaError, "write the value in quotes"),
    "age == 'old'": (FormulaError, "without quotes"),
    "age": (FormulaError, "not true or false by itself"),
    "PARAMCD in 'X'": (FormulaError, "takes a list"),
    "day > 'soon'": (FormulaError, "'2024-03-31'"),
    "log(age) > 1": (FormulaError, "call no functions"),
    "": (FormulaError, "cannot be read"),
    "age > ": (FormulaError, "cannot be read"),
    "age == 'x": (FormulaError, "not closed"),
    "age > 1; import os": (FormulaError, "';' is no sign"),
    "~" * 3000 + "age": (FormulaError, "cannot be read"),
    "(" * 4000: (FormulaError, "cannot be read"),
    "age == 1" + " & age == 1" * 900: (FormulaError, "cannot be read"),
    "age == " + "9" * 6000: (FormulaError, "cannot be read"),
    5: (FormulaError, "as a text"),
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_asked_is_one_sentence(text):
    frame = pd.DataFrame({"PARAMCD": ["ACTOT", "X"], "age": [1.0, 2.0], "day": pd.to_datetime(["2020-01-01", None])})
    kind, said = WRONG[text]
    with pytest.raises(kind) as caught:
        chosen_rows(frame, text)
    assert said in str(caught.value) and len(str(caught.value)) <= 320 and "\n" not in str(caught.value)


# ------------------------------------------------------------------ the doors


def stacked():
    sleep = gc.load_dataset("sleepstudy")
    other = sleep.assign(PARAMCD="OTHER", reaction=1000.0 - sleep["reaction"])
    return pd.concat([sleep.assign(PARAMCD="ACTOT"), other], ignore_index=True)


WHERE = "PARAMCD == 'ACTOT' & day < 8"
SAID = "not among the 144 of 360 rows by where="


@pytest.fixture(scope="module")
def expected():
    sleep = gc.load_dataset("sleepstudy")
    return gc.fit("reaction ~ day + (day | subject)", sleep[sleep["day"] < 8])


def test_every_door_uses_and_counts_the_same_rows(expected, tmp_path):
    both, model = stacked(), gc.GrowthModel("reaction", "day", "subject")
    panel = gc.Panel(both, id="subject", time="day", outcome="reaction", where=WHERE)
    whole = gc.Panel(both, id="subject", time="day", outcome="reaction")
    fits = [
        gc.fit("reaction ~ day + (day | subject)", both, where=WHERE),
        gc.fit(model, both, where=WHERE),
        gc.fit(model, panel),
        gc.fit(model, whole, where=WHERE),
        gc.fit(model, gc.Panel(both, id="subject", time="day", outcome="reaction", where="day < 8"),
               where="PARAMCD == 'ACTOT'"),
    ]  # fmt: skip
    for fit in fits:
        np.testing.assert_allclose(fit.params, expected.params, rtol=1e-12)
        assert fit.panel.rows_dropped == 216
    for fit in fits[:4]:
        assert SAID in str(fit.summary()) and fit.panel.where == WHERE
        for rows in (False, True):
            again = gc.load(fit.save(tmp_path / "fit.json", rows=rows))
            assert again.panel.where == WHERE and SAID in str(again.summary())
    assert fits[4].panel.where == "(day < 8) & (PARAMCD == 'ACTOT')"
    assert SAID in str(gc.ladder(model, both, where=WHERE)) and SAID in str(panel.describe())


def test_the_report_repeats_it_and_its_code_makes_the_same_fit(expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stacked().to_csv("study.csv", index=False)
    fit = gc.fit("reaction ~ day + (day | subject)", gc.read_table("study.csv"), where=WHERE)
    fit.report("report.html")
    assert "144 of 360 rows by where=" in Path("report.html").read_text(encoding="utf-8")
    from growthcurves.report.code import code

    text = code(fit)
    assert f"where={WHERE!r}" in text
    done = subprocess.run(
        [sys.executable, "-c", text + "\nprint(fit.params['slope'])"], capture_output=True, text=True, check=True
    )
    assert float(done.stdout.splitlines()[-1]) == pytest.approx(expected.params["slope"], rel=1e-12)


def test_stacked_outcomes_are_told_with_the_condition():
    with pytest.warns(gc.errors.DataWarning, match="give where=\"PARAMCD == 'ACTOT'\""):
        gc.fit("reaction ~ day + (day | subject)", stacked())


@pytest.mark.parametrize("command", ["fit", "describe", "plot", "report", "reshape"])
def test_the_command_line(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stacked().to_csv("study.csv", index=False)
    roles = ["--id", "subject", "--time", "day"]
    more = {"reshape": ["--values", "reaction"], "plot": ["-o", "a.png"], "report": ["-o", "a.html"]}
    outcome = [] if command == "reshape" else ["--outcome", "reaction"]
    options = [*roles, *outcome, *more.get(command, [])]
    result = CliRunner().invoke(main, [command, "study.csv", *options, "--where", WHERE])
    assert result.exit_code == 0, result.output
    if command in ("fit", "describe", "reshape"):
        assert "144 of 360 rows by" in " ".join(result.output.split())
    wrong = CliRunner().invoke(main, [command, "study.csv", *options, "--where", "PARAM == 'ACTOT'"])
    assert wrong.exit_code == 2 and "Did you mean 'PARAMCD'" in " ".join(wrong.output.split())


def test_dates_in_conditions_are_read_as_those_of_the_panel():
    sleep = gc.load_dataset("sleepstudy")
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(sleep["day"], unit="D")
    for dated, option in (
        (days, {}), (days.dt.strftime("%Y-%m-%d"), {}), (days.dt.strftime("%d.%m.%Y"), {"day_first": True})
    ):  # fmt: skip
        frame = sleep.assign(day=dated)
        panel = gc.Panel(
            frame, "subject", "day", "reaction", where="day >= '2024-01-03'", since="2024-01-01", **option
        )
        assert panel.times.min() == 2 and len(panel) == 144


# ------------------------------------------------------------------ texts that want to run

CANARY = "where_canary"
PIECES = st.sampled_from(
    ["day", "reaction", "arm", "`arm`", "PARAMCD", "'a'", '"b"', "1", "2.5", "1e999", "==", "!=", "<", ">", "=", "&",
     "|", "~", "not", "in", "is", "missing", "and", "or", "(", ")", "[", "]", "{", "}", ",", ";", "\n", "\\", "`", "'",
     ".", "__import__", "os", "system", "lambda", ":", ":=", "*", "**", "@", "f'{1}'", "eval", "exec", "open", "None",
     "True", "__class__", "__builtins__", "if", "else", "for", "#", "\x00", "\u202e", "ａｇｅ", "$", "%in%",
     f"__import__('builtins').{CANARY}()", f"{CANARY}()", f"(lambda: {CANARY}())()"]
)  # fmt: skip


@pytest.fixture
def canary(monkeypatch):
    sung = []
    monkeypatch.setattr(builtins, CANARY, lambda *given: sung.append(given), raising=False)
    yield
    assert not sung


@given(st.one_of(st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=8).map("".join), st.text()))
@settings(max_examples=500, **FAST)
def test_no_text_runs(canary, text):
    frame = pd.DataFrame({"day": [1, 2], "reaction": [1.5, None], "arm": ["a", "b"], "PARAMCD": ["X", None]})
    try:
        assert chosen_rows(frame, text).dtype == bool
    except GrowthCurvesError as error:
        assert len(str(error)) <= 420, json.dumps(text)
