"""Whole or not at all: an interrupt, the end of the process or a full disk leaves the old file as it was."""

from __future__ import annotations

import ast
import errno
import os
import signal
import stat
from pathlib import Path

import pytest

import growthcurves as gc
from growthcurves.errors import DataError, NotAvailableError
from growthcurves.output import files
from growthcurves.output.files import path_of, whole_file, write_text

pytestmark = pytest.mark.usefixtures("undrawn")

PACKAGE = Path(files.__file__).resolve().parents[1]
NAMES = [
    "report.html", "fit.json", "model.toml", "figure.png", "figure.svg", "figure.pdf",
    "table.csv", "table.tsv", "table.parquet", "table.xlsx", "effects.csv", "effects.tex", "effects.md",
]  # fmt: skip
OLD = b"what was there before"


def test_every_kind_of_output_is_tried(outputs):
    assert sorted(outputs) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_written_whole_over_an_old_file(outputs, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(OLD)
    path.chmod(0o640)
    outputs[name](path)
    assert path.read_bytes() != OLD and [path] == list(tmp_path.iterdir())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("name", NAMES)
def test_ended_in_the_middle(outputs, tmp_path, name, ended_by):
    path = tmp_path / name
    path.write_bytes(OLD)
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        _write_and_wait(outputs[name], path, tell)
    assert os.read(ready, 1) == b"!"
    os.kill(child, ended_by)
    os.waitpid(child, 0)
    os.close(ready), os.close(tell)
    assert path.read_bytes() == OLD
    litter = [other.name for other in tmp_path.iterdir() if other != path]
    assert len(litter) <= (ended_by == signal.SIGKILL)
    assert all(one.startswith(".") and one.endswith(".part") for one in litter)


def _write_and_wait(write, path, tell):
    """In a process of its own: write until everything but the last step is done, and wait there."""

    def wait(*arguments):
        os.write(tell, b"!")
        while True:
            signal.pause()

    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.fsync = wait
    try:
        write(path)
    finally:
        os._exit(1)


class Full:
    """A file on a disk with room for a few bytes."""

    def __init__(self, path, mode):
        self.file, self.room = open(path, mode), 10  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def write(self, data):
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.file.write(data)

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk(outputs, tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_bytes(OLD)
    monkeypatch.setattr(files, "open", Full, raising=False)
    with pytest.raises(OSError, match="No space left") as caught:
        outputs[name](path)
    assert caught.value.filename == str(path)
    monkeypatch.undo()
    assert path.read_bytes() == OLD and [path] == list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_is_written_into_and_stays():
    with pytest.raises(OSError, match="No space left"):
        write_text("/dev/full", "words")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    write_text("/dev/null", "words")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_link_stays_a_link(tmp_path):
    kept, link = tmp_path / "kept.html", tmp_path / "link.html"
    kept.write_text("old")
    link.symlink_to(kept)
    write_text(link, "new")
    assert link.is_symlink() and kept.read_text() == "new"
    lost = tmp_path / "lost.html"
    lost.symlink_to(tmp_path / "new.html")
    write_text(lost, "new")
    assert lost.is_symlink() and (tmp_path / "new.html").read_text() == "new"


def test_new_files_have_the_usual_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "a.txt", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_a_file_that_may_not_be_written_stays(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda target, mode: False)  # root may write everything
    with pytest.raises(PermissionError) as caught:
        write_text(path, "new")
    assert caught.value.filename == str(path) and path.read_text() == "old"


def test_what_fails_while_writing_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "a.txt") as file:
        file.write(b"half")
        _ = 1 / 0
    assert not list(tmp_path.iterdir())


def test_long_names_are_written(tmp_path):
    path = tmp_path / ("n" * 240 + ".html")
    assert write_text(path, "new").read_text() == "new"


# ------------------------------------------------------------------ no other door

WRITING = {
    "write_text",
    "write_bytes",
    "savefig",
    "to_csv",
    "to_excel",
    "to_parquet",
    "to_stata",
    "to_pickle",
    "to_json",
}
#: Where the package writes into what `whole_file` gives, or into memory.
ALLOWED = {
    ("data/sources/scratch.py", "open"),  # the lock of a temporary folder
    ("data/sources/spool.py", "open"),  # temporary files
    ("output/files.py", "open"),
    ("output/files.py", "write_text"),
    ("output/tables.py", "to_csv"),
    ("output/tables.py", "to_excel"),
    ("output/tables.py", "to_parquet"),
    ("plots/sheet.py", "savefig"),
    ("report/svg.py", "savefig"),
}


def calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_other_door_to_files(path):
    place = path.relative_to(PACKAGE).as_posix()
    for node, name in calls(path):
        modes = [
            arg.value for arg in [*node.args, *(key.value for key in node.keywords)] if isinstance(arg, ast.Constant)
        ]
        opened = name == "open" and any(
            isinstance(mode, str) and set(mode) & set("wax+") and len(mode) < 4 for mode in modes
        )
        method = isinstance(node.func, ast.Attribute) and name in WRITING
        assert not (opened or method) or (place, name) in ALLOWED, f"{place} writes by {name}: use whole_file"


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").rglob("*.py")), ids=lambda path: path.name)
def test_no_other_door_to_the_terminal(path):
    for node, name in calls(path):
        if path.name != "output.py":
            assert name not in ("print", "echo", "secho", "write"), f"cli/{path.name} line {node.lineno}"


def test_no_other_room_prints():
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name != "cli":
            assert all(name != "print" or isinstance(node.func, ast.Attribute) for node, name in calls(path)), path


@pytest.mark.parametrize("name", ["out.rtf", "out.docx", "out", "out.html.zip", "out.csv", "out.HTML5"])
def test_endings_that_cannot_be_written(outputs, tmp_path, name):
    for kind in ("report.html", "fit.json", "table.csv"):
        if Path(name).suffix == Path(kind).suffix:
            continue
        with pytest.raises(NotAvailableError, match=r"can be written as .*\.(html|json|csv)"):
            outputs[kind](tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_name_that_begins_as_a_home_folder_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert path_of("~") == Path.home()
    for name in ("~$trial.csv", "~nobody-of-that-name.csv"):
        assert write_text(name, "whole").read_text() == "whole" and (tmp_path / name).exists()


@pytest.mark.parametrize("name", [None, 3, ["a.csv"], "a\0b.csv"])
def test_what_is_no_name_of_a_file(name):
    with pytest.raises(DataError, match="The name of a file is needed"):
        path_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_not_there_is_told_before_anything_is_written(outputs, tmp_path, name):
    if name.startswith(("figure", "effects", "model")):  # matplotlib's files, a folder that is made, the command line
        return
    (tmp_path / "folder" / name).mkdir(parents=True)
    for path, said in ((tmp_path / "no" / name, "there is no folder"), (tmp_path / "folder" / name, "is a folder")):
        with pytest.raises(DataError, match=said):
            outputs[name](path)


@pytest.mark.parametrize("name", ["people.csv"])
def test_tables_of_a_page_never_take_the_place_of_the_data(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    data = gc.load_dataset("sleepstudy")
    gc.write_table(data[data["subject"] < 335], name)
    page, before = gc.fit("reaction ~ day + (day | subject)", gc.read_table(name)).report(), Path(name).read_bytes()
    for folder in (".", tmp_path, Path("..") / tmp_path.name):
        with pytest.raises(DataError, match="is the file of the data itself"):
            page.save_tables(folder)
    for folder in (name, Path(name) / "below"):
        with pytest.raises(DataError, match="give the name of a folder"):
            page.save_tables(folder)
    assert Path(name).read_bytes() == before and [path.name for path in tmp_path.iterdir()] == [name]
    assert len(page.save_tables("tables", ["csv"])) == len(page.save_tables("tables", ["csv"])) == len(page.tables)
