"""Hostile model files and options: every one ends in an answer, or in one sentence and exit code 2."""

from __future__ import annotations

import itertools
import random

import pytest
from cli_errors import SLEEP, one_line

import growthcurves as gc
from growthcurves.cli.options import SECTIONS
from growthcurves.errors import GrowthCurvesError

KEYS = [(section, option.key) for section, options in SECTIONS.items() for option in options]
DEEP = 5_000
#: Values as TOML writes them.
VALUES = [
    "1",
    "-1",
    "0",
    "3.7",
    "true",
    "false",
    '""',
    '" "',
    '"x"',
    '"1"',
    '"linear"',
    '"intercept"',
    "[]",
    "[1]",
    "[0.9]",
    "[true]",
    "[[1]]",
    "[[[[1]]]]",
    '["a", "b"]',
    "[1, 'a', true]",
    "{}",
    "{a = 1}",
    "{a = [1]}",
    "{a = {b = {c = {d = 1}}}}",
    "inf",
    "-inf",
    "nan",
    "1e-300",
    "1e300",
    "1e308",
    str(10**12),
    "-" + str(10**12),
    "9" * 400,
    "9" * 5_000,
    '"' + "9" * 5_000 + '"',
    "2020-01-01",
    "12:00:00",
    "2020-01-01T00:00:00Z",
    '"\\u001b]0;x"',
    '"' + "x" * 10_000 + '"',
    "[" * DEEP + "]" * DEEP,
    "{a = " * 200 + "1" + "}" * 200,
    "[" + "1," * 20_000 + "]",
    '"' + "(" * DEEP + '"',
]
PAIRS = list(itertools.product(KEYS, VALUES))
#: The roles, unless they are what is tried.
ROLES = {"id": '"subject"', "time": '"day"', "outcome": '"reaction"'}


def text_of(section, key, value):
    roles = "".join(f"{name} = {text}\n" for name, text in ROLES.items() if name != key)
    table = f"[table]\n{roles}" + (f"{key} = {value}\n" if section == "table" else "")
    return table if section == "table" else f"{table}[{section}]\n{key} = {value}\n"


def ends_well(result):
    """An answer, or one short sentence."""
    if result.exit_code == 0:
        return
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    line = one_line(result)
    assert len(line) < 350, line


def tried(run, tmp_path, pairs):
    for (section, key), value in pairs:
        (tmp_path / "m.toml").write_text(text_of(section, key, value), encoding="utf-8")
        try:
            ends_well(run("fit", "sleep.csv", "--model", "m.toml"))
        except AssertionError as error:
            raise AssertionError(f"[{section}] {key} = {value[:60]}: {error}") from error


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[1])
def test_every_key_with_some_of_all_values(run, sleep, tmp_path, key):
    """A share of all pairs of key and value, another for every key; `-m slow` tries all."""
    tried(run, tmp_path, [(key, value) for value in random.Random(key[1]).sample(VALUES, 8)])


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[1])
def test_every_key_with_all_values(run, sleep, tmp_path, key):
    tried(run, tmp_path, [(key, value) for value in VALUES])


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * DEEP + "]" * DEEP,
        "a." * DEEP + "b = 1",
        "[" + "a." * DEEP + "b]",
        "x = 1\n" * 3,
        "[model]\ndf = " + "9" * 5_000,
        "[model]\n" + "# long\n" * 100_000,
        "\x00" * 100,
        "\ufeff[model]\nshape = 'linear'\n",
        "[model\n",
        "[table]\nid = 'a\x1b]0;b'",
    ],
)
def test_files_that_are_no_model_files(run, sleep, tmp_path, content):
    (tmp_path / "m.toml").write_text(content, encoding="utf-8")
    ends_well(run("fit", sleep, *SLEEP, "--model", "m.toml"))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "."])
def test_what_is_no_file(run, sleep, path):
    ends_well(run("fit", sleep, *SLEEP, "--model", path))


OPTIONS = [
    ("--level", value)
    for value in ("1e-300", "0", "1", "-1", "nan", "inf", "0.9999999999999", "9" * 5_000, "x", "0.9,0.8")
] + [
    (option, value)
    for option in (
        "--replicates",
        "--seed",
        "--df",
        "--degree",
        "--offset",
        "--threshold",
        "--between",
        "--at",
        "--origin",
        "--knots",
    )
    for value in (str(10**12), "9" * 5_000, "nan", "1e999", "-1", "x" * 10_000, "1e-320", "0,1e308")
]


@pytest.mark.parametrize("option, value", OPTIONS, ids=lambda text: text[:20])
def test_hostile_options(run, sleep, option, value):
    more = ["--intervals", "bootstrap"] if option == "--replicates" else []
    ends_well(run("fit", sleep, *SLEEP, option, value, *more))


HUGE = 10**12


@pytest.fixture(scope="module")
def fit():
    return gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda fit: gc.Bootstrap(n=HUGE),
        lambda fit: gc.Bootstrap(n=10**400),
        lambda fit: gc.Bootstrap(n=[9]),
        lambda fit: fit.bootstrap(n=HUGE),
        lambda fit: fit.conf_int("bootstrap", n=HUGE),
        lambda fit: fit.variance_components("bootstrap", n=HUGE),
        lambda fit: fit.simulate(HUGE),
        lambda fit: fit.simulate(10**7),
        lambda fit: fit.simulate("3"),
        lambda fit: fit.test_variance("slope", n=HUGE),
        lambda fit: fit.test_variance("slope", method="bootstrap", n=HUGE),
        lambda fit: gc.compare(fit, fit.refit(random=("intercept",)), n=HUGE),
        lambda fit: fit.fixed_effects(level=1e-300),
        lambda fit: fit.conf_int(level=[0.9]),
        lambda fit: fit.summary(level="x"),
        lambda fit: fit.change(level=10**400),
        lambda fit: gc.Spline(df=HUGE),
        lambda fit: gc.Spline(df=[1]),
        lambda fit: gc.Spline(knots=range(HUGE)),
        lambda fit: gc.Spline(knots=[10**400]),
        lambda fit: gc.Spline(boundary=range(HUGE)),
        lambda fit: gc.Piecewise(range(HUGE)),
        lambda fit: gc.Piecewise([3], jump=[True]),
        lambda fit: gc.Piecewise([[3]]),
        lambda fit: gc.Polynomial(HUGE),
        lambda fit: gc.Polynomial([1]),
        lambda fit: gc.LogTime(10**400),
        lambda fit: gc.GrowthModel("y", "t", "id", origin=10**400),
        lambda fit: gc.GrowthModel("y", "t", "id", origin=[1]),
        lambda fit: fit.change(at=range(HUGE)),
        lambda fit: fit.icc(at=range(HUGE)),
        lambda fit: fit.means(at=range(HUGE)),
    ],
)
def test_what_python_is_asked_for(fit, ask):
    with pytest.raises(GrowthCurvesError) as caught:
        ask(fit)
    assert len(str(caught.value)) < 330


def test_memory_and_recursion_are_told_in_a_sentence(run, sleep, monkeypatch):
    import growthcurves.cli.analysis as analysis

    for kind in (MemoryError, RecursionError):

        def fail(*request, kind=kind):
            raise kind

        monkeypatch.setattr(analysis, "run", fail)
        ends_well(run("fit", sleep, *SLEEP))
        assert run("fit", sleep, *SLEEP).exit_code == 2
