"""No formula runs anything: thousands of hostile ones, at every door, with canaries that none may touch."""

from __future__ import annotations

import ast
import builtins
import json
import os
import subprocess
import sys
import warnings
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from hostile import ATTACK, CODE, HOSTILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.cli import main
from growthcurves.errors import FormulaError, GrowthCurvesError
from growthcurves.model.columns import evaluate, table_column
from growthcurves.model.formula.lme4 import parse_formula
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.sheet import Sheet

SLEEP = gc.load_dataset("sleepstudy").assign(x=lambda data: data["subject"] % 7 + 20.0)
SLEEP = SLEEP[SLEEP["subject"].isin(SLEEP["subject"].unique()[:9])].reset_index(drop=True)
SLEEP["a b"] = SLEEP["x"] % 3
FAST = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


class Touched(BaseException):
    """No error handler of the package catches it."""


def touch(*args, **options):
    raise Touched(repr(args)[:200])


def parse_only(source, filename, mode, flags=0, *rest, real=builtins.compile, **options):
    """`compile` as `ast.parse` and imports of files call it."""
    imported = isinstance(source, bytes) and filename.endswith(".py")
    if not flags & ast.PyCF_ONLY_AST and not imported:
        touch(source)
    return real(source, filename, mode, flags, *rest, **options)


def import_only(source, *rest, real=builtins.exec, **options):
    """`exec` as an import calls it: with the code of a file."""
    if isinstance(source, str) and "__create_fn__" not in source:
        touch(source)
    return real(source, *rest, **options)


@contextmanager
def watched():
    """Anything that runs text or a program is an error that nobody catches."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((os, "system"), (os, "popen"), (subprocess, "Popen"), (builtins, "eval")):
            patch.setattr(owner, name, touch)
        patch.setattr(builtins, "exec", import_only)
        patch.setattr(builtins, "compile", parse_only)
        yield


@pytest.fixture(scope="module", autouse=True)
def everything_is_imported(tmp_path_factory):
    """Imports of other packages run code of their own, and so stand before what is watched."""
    path = tmp_path_factory.mktemp("warm") / "sleep.csv"
    SLEEP.to_csv(path, index=False)
    for terms in ("ns(x, 2) + poly(day, 2) + C(`a b`, contr.sum)", "bs(x, df=4)"):
        formula = f"reaction ~ day + {terms} + (day | subject)"
        CliRunner().invoke(main, ["fit", str(path), "--formula", formula, "--time", "day", "--json"])


@pytest.fixture
def canary(monkeypatch, tmp_path):
    """A folder of its own, in which no file may appear."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert not (tmp_path / "PWNED").exists()


def column(name):
    return table_column(name, SLEEP[name].to_numpy(dtype=float), {})


def tried(door, *arguments, **options):
    """A fit, or a sentence of the package; never another error."""
    with warnings.catch_warnings(), watched():
        warnings.simplefilter("ignore")
        try:
            return door(*arguments, **options)
        except GrowthCurvesError as error:
            assert 10 < len(str(error)) < 2_000
            return None


@given(HOSTILE)
@settings(max_examples=2_000, **FAST)
def test_the_tree_and_the_evaluator(canary, text):
    formula = tried(read_terms, text)
    if formula is not None and set(formula.columns) <= set(SLEEP.columns):
        tried(evaluate, formula, Sheet(column, len(SLEEP)))


@given(
    HOSTILE,
    st.sampled_from(
        [
            "reaction ~ day + {} + (day | subject)",
            "{}",
            "reaction ~ day + ({} | subject)",
            "{} ~ day + (day | subject)",
            "reaction ~ day + (day | {})",
        ]
    ),
)
@settings(max_examples=600, **FAST)
def test_the_formula_door(canary, text, frame):
    formula = frame.replace("{}", text)
    if tried(parse_formula, formula) is not None:
        tried(gc.fit, formula, SLEEP)


@given(HOSTILE)
@settings(max_examples=250, **FAST)
def test_the_model_door(canary, text):
    for part in ("predictors", "time_varying"):
        tried(lambda part=part: gc.fit(gc.GrowthModel("reaction", "day", "subject", **{part: text}), SLEEP))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    model = gc.GrowthModel(
        "reaction", "day", "subject", predictors={"intercept": "np.log(x)"}, time_varying="np.exp(x):day"
    )
    fit = gc.fit(model, SLEEP)
    return [json.loads(fit.save(folder / "fit.json", rows=rows).read_text()) for rows in (False, True)], folder


@given(HOSTILE, st.booleans())
@settings(max_examples=300, **FAST)
def test_a_saved_fit(canary, saved, text, rows):
    wholes, folder = saved
    inside = json.dumps(text, ensure_ascii=False)[1:-1]
    changed = json.dumps(wholes[rows], ensure_ascii=False)
    changed = changed.replace("np.log(x)", inside).replace("np.exp(x):day", inside)
    path = folder / "hostile.json"
    path.write_text(changed, encoding="utf-8", errors="surrogatepass")
    again = tried(gc.load, path)
    if again is not None:
        tried(again.predict, SLEEP.head(3))


def asked(*arguments):
    with warnings.catch_warnings(), watched():
        warnings.simplefilter("ignore")
        result = CliRunner().invoke(main, list(arguments))
    assert not isinstance(result.exception, Touched), result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), (arguments, result.exception)
    assert result.exit_code in (0, 1, 2)
    return result


ROLES = ("--id", "subject", "--time", "day", "--outcome", "reaction")


@given(
    HOSTILE.filter(lambda text: "\0" not in text),
    st.sampled_from(["--slope", "--intercept", "--time-varying", "--formula"]),
)
@settings(max_examples=80, **FAST)
def test_the_command_line(canary, text, option):
    SLEEP.to_csv("sleep.csv", index=False)
    roles = () if option == "--formula" else ROLES
    text = f"reaction ~ day + {text} + (day | subject)" if option == "--formula" else text
    asked("fit", "sleep.csv", *roles, f"{option}={text}", "--json")


@given(HOSTILE, st.sampled_from(["slope", "intercept", "time-varying", "predictors", "random", "formula"]))
@settings(max_examples=80, **FAST)
def test_a_model_file(canary, text, key):
    SLEEP.to_csv("sleep.csv", index=False)
    table = "" if key == "formula" else '[table]\nid = "subject"\ntime = "day"\noutcome = "reaction"\n'
    text = f"reaction ~ day + {text} + (day | subject)" if key == "formula" else text
    with open("model.toml", "w", encoding="utf-8", errors="replace") as file:
        file.write(f"{table}[model]\n{key} = {json.dumps(text)}\n")
    asked("fit", "sleep.csv", "--model", "model.toml", "--json")


def test_the_attack_of_the_report(canary, saved, tmp_path):
    """One sentence at each door, and nothing more."""
    for attack in (ATTACK, ATTACK.replace('"', "'").replace("'`'", '"`"')):
        with pytest.raises(FormulaError, match="no formula may"):
            gc.fit(f"reaction ~ day + {attack} + (day | subject)", SLEEP)
        for part in ("predictors", "time_varying"):
            with pytest.raises(FormulaError, match="no formula may"):
                gc.GrowthModel("reaction", "day", "subject", **{part: attack})
        SLEEP.to_csv("sleep.csv", index=False)
        for option in ("--slope", "--intercept", "--time-varying"):
            result = asked("fit", "sleep.csv", *ROLES, option, attack)
            assert result.exit_code and "no formula may" in result.output and result.output.count("\n") == 1
        wholes, _ = saved
        for whole in wholes:
            path = tmp_path / "fit.json"
            path.write_text(json.dumps(whole).replace("np.log(x)", json.dumps(attack)[1:-1]))
            with pytest.raises(FormulaError, match="no formula may"):
                gc.load(path)


@pytest.mark.parametrize("code", CODE)
def test_code_is_refused_by_a_sentence_or_is_a_number(canary, code):
    for text in (code, f"I({code})", f"{{{code}}}", f"log(x + {code})", f"C(x, {code})", f"C(x, levels={code})"):
        formula = tried(read_terms, text)
        if formula is not None and set(formula.columns) <= set(SLEEP.columns):
            tried(evaluate, formula, Sheet(column, len(SLEEP)))


def test_python_is_never_asked_to_run_and_formulaic_never_to_read(monkeypatch):
    """Formulaic's evaluator and parser are replaced by functions that raise; formulas of every kind still fit."""
    import formulaic.materializers.base as base
    import formulaic.parser
    import formulaic.utils.stateful_transforms as stateful

    def never(*args, **options):
        raise Touched("formulaic was given text")

    for owner in (stateful, base):
        monkeypatch.setattr(owner, "stateful_eval", never)
    monkeypatch.setattr(formulaic.parser, "DefaultFormulaParser", never)
    monkeypatch.setattr(formulaic.parser.parser.DefaultFormulaParser, "get_terms", never)
    for term in (
        "poly(x, 2)",
        "bs(x, df=4)",
        "C(`a b`, contr.sum)",
        "cr(x, df=3)",
        "scale(x)",
        "I(x^2)",
        "log(x):`a b`",
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", gc.errors.ModelWarning)
            fit = gc.fit(f"reaction ~ day + {term} + (1 | subject)", SLEEP, time="day")
        assert fit.predict(SLEEP, people="average").notna().all()


def test_plain_formulas_do_not_load_formulaic():
    code = (
        "import sys, growthcurves as gc; data = gc.load_dataset('sleepstudy').assign(a=lambda d: (d.subject % 2).map("
        "{0: 'p', 1: 'q'})); gc.fit('reaction ~ day * a + I(day^2) + center(subject) + C(a) + (day | subject)', data)"
        ".predict(data); sys.exit('formulaic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
