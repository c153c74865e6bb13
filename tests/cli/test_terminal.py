"""The terminal: nothing from a file steers it, whatever it can show, and whether it is there or not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata

import pytest
from cli_errors import ENVIRONMENT, SLEEP, one_line

from growthcurves.data.datasets import load_dataset

#: Signs that may not reach a terminal, each between two letters.
HOSTILE = ["\x1b]0;mine\x07", "\x1b[2J", "\x9b31m", "\x7f", "\x00", "\x08", "\u202e", "\u2066", "\x85"]


def steers(text):
    return [
        sign for sign in text if sign not in "\n\t" and (unicodedata.category(sign) == "Cc" or sign in "\u202e\u2066")
    ]


def hostile_table(tmp_path, sign):
    """A trial in which everything that can carry a name carries the sign."""
    frame = load_dataset("trial").rename(columns={"depression": f"bdi{sign}x", "arm": f"arm{sign}x"})
    frame["patient"] = "p" + sign + frame["patient"].astype(str)
    frame[f"arm{sign}x"] = frame[f"arm{sign}x"].astype(str) + sign + "x"
    frame.to_parquet(tmp_path / "hostile.parquet")
    return ["hostile.parquet", "--id", "patient", "--time", "week", "--outcome", f"bdi{sign}x"], f"arm{sign}x"


@pytest.mark.parametrize("command", ["fit", "describe", "reshape", "report", "plot"])
def test_names_of_a_file_never_steer_the_terminal(undrawn, run, tmp_path, command):
    sign = "".join(HOSTILE)
    table, arm = hostile_table(tmp_path, sign)
    by = ["--by", arm]
    if command == "reshape":
        table, by = [*table[:5], "--values", table[-1]], ["-o", "out.csv"]
    result = run(command, *table, *by, *(["--people"] if command == "describe" else []))
    assert result.exit_code in (0, 2), result.output
    assert not steers(result.stdout) and not steers(result.stderr)
    for page in tmp_path.glob("*.html"):
        assert not steers(page.read_text(encoding="utf-8"))


def test_json_holds_them_as_codes(run, tmp_path):
    sign = "".join(HOSTILE)
    table, arm = hostile_table(tmp_path, sign)
    result = run("describe", *table, "--by", arm, "--people", "--json")
    assert not steers(result.stdout)
    assert f"p{sign}" in json.loads(result.stdout)["people"][0]["patient"]


@pytest.mark.parametrize("sign", ["".join(HOSTILE).replace("\x00", "")])
@pytest.mark.parametrize("option", ["--id", "--by", "--shape", "--figure", "--slope", "--model", "-o", "--nonsense"])
def test_messages_never_steer_the_terminal(run, sleep, sign, option):
    command = "plot" if option == "--figure" else "report"
    result = run(command, sleep, *SLEEP, option, f"a{sign}b")
    assert not steers(one_line(result))
    assert not steers(one_line(run(f"fit{sign}"))) and not steers(one_line(run("fit", f"no{sign}.csv", *SLEEP)))
    assert not steers(one_line(run(f"--a{sign}b")))


def test_what_python_prints_never_steers_the_terminal():
    import growthcurves as gc

    sign = "".join(HOSTILE)
    frame = load_dataset("trial").rename(columns={"depression": f"bdi{sign}x"})
    frame["arm"] = frame["arm"].astype(str) + sign
    frame["patient"] = "p" + sign + frame["patient"].astype(str)
    panel = gc.Panel(frame, id="patient", time="week", outcome=f"bdi{sign}x")
    fit = gc.fit(gc.GrowthModel(f"bdi{sign}x", "week", "patient", predictors="arm"), panel)
    answers = [
        fit,
        panel,
        panel.describe(),
        panel.missing(),
        fit.change(by="arm"),
        fit.joint_tests(),
        fit.means(by="arm"),
        fit.test([f"slope:{fit.terms[-1].partition(':')[2]}"]),
        gc.compare(fit, fit.refit(random=("intercept",))),
    ]
    for answer in answers:
        assert not steers(str(answer)) and not steers(repr(answer)), type(answer)
        assert not steers(answer._repr_html_()), type(answer)
    with pytest.raises(gc.errors.GrowthCurvesError) as caught:
        fit.means(by=f"no{sign}")
    assert not steers(str(caught.value))


# ------------------------------------------------------------------ what the terminal is


def in_process(arguments, cwd, **more):
    command = [sys.executable, "-m", "growthcurves", *arguments]
    return subprocess.run(command, cwd=cwd, env={**ENVIRONMENT, **more.pop("env", {})}, timeout=120, **more)


def test_python_dash_m(tmp_path):
    told = in_process(["--version"], tmp_path, capture_output=True, text=True)
    assert told.returncode == 0 and told.stdout.split()[1].count(".") == 2


@pytest.mark.parametrize("arguments", [["datasets", "oxboys"], ["fit", "sigma.csv", *SLEEP[:4], "--outcome", "σ"]])
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_stdout_that_cannot_show_every_letter(tmp_path, encoding, arguments):
    load_dataset("sleepstudy").rename(columns={"reaction": "σ"}).to_csv(tmp_path / "sigma.csv", index=False)
    told = in_process(arguments, tmp_path, capture_output=True, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert told.returncode == 0, told.stderr
    assert told.stdout.decode(encoding) and b"Traceback" not in told.stderr


def test_data_for_other_programs_lose_nothing(tmp_path):
    load_dataset("sleepstudy").rename(columns={"reaction": "σ"}).to_csv(tmp_path / "sigma.csv", index=False)
    roles = ["sigma.csv", "--id", "subject", "--time", "day"]
    env = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    told = in_process(["fit", *roles, "--outcome", "σ", "--json"], tmp_path, capture_output=True, env=env)
    assert "σ" in json.loads(told.stdout.decode("cp1252"))["model"]["equations"]
    told = in_process(["reshape", *roles, "--values", "σ"], tmp_path, capture_output=True, env=env)
    assert told.returncode == 2 and b"write a file with -o" in told.stderr and told.stdout == b""


@pytest.mark.skipif(sys.platform == "win32", reason="file descriptors")
@pytest.mark.parametrize(
    ("closed", "lines"),
    [(1, [["describe", "sleep.csv", *SLEEP], ["describe", "sleep.csv", *SLEEP, "--json"], ["datasets"]]),
     (2, [["describe", "sleep.csv", *SLEEP], ["fit", "no.csv"]])],
)  # fmt: skip
def test_a_stream_that_is_closed(tmp_path, closed, lines):
    load_dataset("sleepstudy").to_csv(tmp_path / "sleep.csv", index=False)
    for arguments in lines:
        with open(tmp_path / "told", "wb") as told:
            streams = {1: {"stderr": told}, 2: {"stdout": told, "stderr": subprocess.DEVNULL}}[closed]
            done = in_process(arguments, tmp_path, preexec_fn=lambda: os.close(closed), **streams)
        assert done.returncode == (2 if "no.csv" in arguments else 0)
        assert b"Traceback" not in (tmp_path / "told").read_bytes()


def test_a_reader_that_has_enough(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as broken:
        done = in_process(["datasets", "trial"], tmp_path, stdout=broken, stderr=subprocess.PIPE)
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr


def test_the_environment_of_the_process_stays(run, sleep, tmp_path):
    before = dict(os.environ)
    assert run("plot", sleep, *SLEEP, "-o", "a.png").exit_code == 0
    assert dict(os.environ) == before


def test_the_same_picture_every_time(run, sleep, tmp_path):
    for ending in ("svg", "pdf", "png"):
        for name in ("a", "b"):
            assert run("plot", sleep, *SLEEP, "-o", f"{name}.{ending}", "--dpi", "50").exit_code == 0
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_latex_in_the_settings_of_the_user(tmp_path):
    """`text.usetex` needs LaTeX, which nobody has to have for these figures."""
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    load_dataset("sleepstudy").rename(columns={"reaction": "100 % & $x_1"}).to_csv(tmp_path / "s.csv", index=False)
    roles = ["s.csv", "--id", "subject", "--time", "day", "--outcome", "100 % & $x_1"]
    env = {"MATPLOTLIBRC": str(tmp_path), "PATH": str(tmp_path)}
    told = in_process(["plot", *roles, "-o", "a.png"], tmp_path, capture_output=True, env=env)
    assert told.returncode == 0, told.stderr


def test_completion_offers_no_names_that_steer(tmp_path, monkeypatch):
    import click

    from growthcurves.cli.complete import columns

    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("plain,st\u202eeer\n1,2\n", encoding="utf-8")
    context = click.Context(click.Command("fit"))
    context.params["data"] = "a.csv"
    assert [item.value for item in columns(context, click.Option(["--id"]), "")] == ["plain"]
