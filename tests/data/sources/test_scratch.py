"""Temporary folders go with what needs them; those of a killed process go with the next process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from growthcurves.data.sources import scratch

HOLD = """
import sys
from growthcurves.data.sources.scratch import Scratch
held = Scratch()
print(held.path, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(scratch.fcntl is None, reason="no locks of files")
def test_what_a_killed_process_left_is_swept_and_what_a_living_one_needs_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "growthcurves-of-the-user").mkdir()
    holding = [
        subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "TMPDIR": str(tmp_path)})
        for _ in range(2)
    ]  # fmt: skip
    try:
        killed, living = (process.stdout.readline().strip() for process in holding)
        holding[0].send_signal(signal.SIGKILL)
        holding[0].wait()
        scratch.sweep.__wrapped__()
        assert {str(path) for path in tmp_path.iterdir()} == {living, str(tmp_path / "growthcurves-of-the-user")}
        assert killed != living
    finally:
        holding[1].communicate("")
    assert [path.name for path in tmp_path.iterdir()] == ["growthcurves-of-the-user"]


def test_a_folder_goes_with_what_needs_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    held = scratch.Scratch()
    assert held.path.exists()
    del held
    assert not any(tmp_path.iterdir())
