"""Files that commands write: refused before anything is computed, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
from cli_errors import ENVIRONMENT, SLEEP, one_line

from growthcurves.cli import main
from growthcurves.cli.output import ENDINGS
from growthcurves.output import files
from growthcurves.output.tables import WRITERS

RESHAPE = ["reshape", "sleep.csv", "--id", "subject", "--time", "day", "--values", "reaction"]
#: Every command that writes, its option, and what it writes.
COMMANDS = {
    "report": (["report", "sleep.csv", *SLEEP], "-o", "a report", ".html"),
    "figure": (["plot", "sleep.csv", *SLEEP], "-o", "a figure", ".svg"),
    "table": (RESHAPE, "-o", "a table", ".csv"),
    "dataset": (["datasets", "trial"], "-o", "a table", ".csv"),
    "demo": (["demo"], "-o", "a report", ".html"),
    "verify": (["verify"], "-o", "a qualification", ".html"),
    "fit": (["fit", "sleep.csv", *SLEEP], "--save", "a fit", ".json"),
    **{
        f"model file of {name}": ([name, "sleep.csv", *SLEEP], "--write-model", "a model file", ".toml")
        for name in ("report", "plot", "fit", "describe")
    },
    "model file of reshape": (RESHAPE, "--write-model", "a model file", ".toml"),
}
#: Where a command writes something by default, so that the tests of another option leave nothing elsewhere.
FOREIGN = [".rtf", ".docx", ".doc", ".odt", ".md", ".txt", "", ".htmlx", ".html.gz", ".pickle", ".rds", ".PNGG"]


@pytest.fixture
def nothing_is_computed(monkeypatch):
    """Whoever reads a table or fits a model fails."""

    def refuse(*arguments, **options):
        raise AssertionError("computed before the outputs were checked")

    import_module("growthcurves.verify.cases")  # else it would keep what refuses
    for module, name in (("data.read", "read_table"), ("fit", "fit"), ("data.datasets", "load_dataset")):
        monkeypatch.setattr(import_module(f"growthcurves.{module}"), name, refuse)


@pytest.mark.parametrize(
    ("name", "ending"),
    [(name, end) for end in FOREIGN for name in COMMANDS if end not in ENDINGS.get(COMMANDS[name][2], ())],
)
def test_an_ending_that_cannot_be_written(run, sleep, tmp_path, name, ending, nothing_is_computed):
    command, option, kind, _ = COMMANDS[name]
    line = one_line(run(*command, option, f"out{ending}"))
    assert f"{option} 'out{ending}'" in line and all(known in line for known in ENDINGS.get(kind, WRITERS))
    assert [sleep] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", COMMANDS)
def test_an_output_that_is_an_input(run, sleep, tmp_path, name, nothing_is_computed):
    command, option, _, ending = COMMANDS[name]
    if "sleep.csv" not in command:
        return
    link = tmp_path / f"link{ending}"
    link.symlink_to(sleep)
    (tmp_path / f"hard{ending}").hardlink_to(sleep)
    for same in ("sleep.csv", "./sleep.csv", f"../{tmp_path.name}/sleep.csv", link.name, f"hard{ending}"):
        assert f"{option} '{same}' is the data file itself" in one_line(run(*command, option, same))
    assert sleep.read_text().startswith("subject,day,reaction")


@pytest.mark.parametrize("name", [name for name, (command, *_) in COMMANDS.items() if "sleep.csv" in command])
def test_an_output_that_is_the_model_file(run, sleep, tmp_path, name, nothing_is_computed):
    command, option, _, _ = COMMANDS[name]
    (tmp_path / "m.toml").write_text('[table]\nid = "subject"\n')
    assert f"{option} 'm.toml' is the model file itself" in one_line(
        run(*command, "--model", "m.toml", option, "m.toml")
    )


@pytest.mark.parametrize("name", [name for name, (command, *_) in COMMANDS.items() if "sleep.csv" in command])
def test_two_outputs_with_one_name(run, sleep, tmp_path, name, nothing_is_computed):
    command, option, _, ending = COMMANDS[name]
    if option == "--write-model":
        return
    (tmp_path / f"out{ending}").write_text("old")
    (tmp_path / "out.toml").symlink_to(tmp_path / f"out{ending}")
    for second in (f"out{ending}", "out.toml"):
        line = one_line(run(*command, option, f"out{ending}", "--write-model", second))
        assert f"is the file of {option} itself" in line
    assert (tmp_path / f"out{ending}").read_text() == "old"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_and_a_folder_that_is_not_there(run, sleep, tmp_path, name, nothing_is_computed):
    command, option, _, ending = COMMANDS[name]
    (tmp_path / f"folder{ending}").mkdir()
    assert "is a folder" in one_line(run(*command, option, f"folder{ending}"))
    assert "there is no folder" in one_line(run(*command, option, f"no/out{ending}"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(run, sleep, tmp_path, name, monkeypatch, empty_page):
    command, option, _, ending = COMMANDS[name]
    path = tmp_path / f"out{ending}"
    path.write_text("old")
    options = [] if option != "--write-model" or command[0] not in ("report", "plot") else ["-o", "/dev/null"]

    def full(target, mode):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "open", full, raising=False)
    if options:
        return
    line = one_line(run(*command, option, path.name))
    assert f"'{path.name}' cannot be written: No space left on device" in line
    assert path.read_text() == "old" and sorted(tmp_path.iterdir()) == sorted([path, sleep])


def test_spreadsheet_safe(run, sleep, tmp_path):
    text = sleep.read_text().replace("308,", '"=1+1",')
    (tmp_path / "live.csv").write_text(text)
    command = ["reshape", "live.csv", *RESHAPE[2:]]
    assert "'=1+1" in run(*command, "--spreadsheet-safe").stdout
    assert "\n=1+1" in run(*command).stdout
    assert run(*command, "--spreadsheet-safe", "-o", "a.csv").exit_code == 0
    assert "'=1+1" in (tmp_path / "a.csv").read_text()
    assert "is for CSV" in one_line(run(*command, "--spreadsheet-safe", "-o", "a.xlsx"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("ended_by", "command", "name"),
    [(signal.SIGINT, ["verify"], "page.html"), (signal.SIGTERM, ["datasets", "trial"], "trial.csv")],
)
def test_a_command_that_is_ended_leaves_the_old_file(tmp_path, ended_by, command, name):
    path = tmp_path / name
    path.write_text("old")
    code = (
        "import os, signal, time; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a suite in the background ignores it
        "os.fsync = lambda file: (open('ready', 'w').close(), time.sleep(60)); "
        f"from growthcurves.cli import main; main({[*command, '-o', name]})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until = time.monotonic() + 120
    while not (tmp_path / "ready").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(ended_by)
    _, told = process.communicate(timeout=60)
    assert process.returncode not in (0, None) and b"Traceback" not in told
    assert path.read_text() == "old"
    assert sorted(item.name for item in tmp_path.iterdir()) == sorted([name, "ready"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_help_that_cannot_be_printed_is_told(capfd, monkeypatch):
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()
    assert ended.value.code == 2 and "No space left" in capfd.readouterr().err
