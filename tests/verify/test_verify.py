"""`gc.verify` and `growthcurves verify`: the references are those of the tests, and one that is not met is told."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import growthcurves as gc
from growthcurves.cli import main
from growthcurves.cli.output import ENDINGS
from growthcurves.output.documents import DOCUMENTS
from growthcurves.output.tables import WRITERS
from growthcurves.verify import qualification
from growthcurves.verify.cases import stored_cases

MAKER = Path(__file__).parents[1] / "reference" / "make_verify.py"
FEW = [case for case in stored_cases() if case["case"] in ("sleepstudy by REML", "orthodont, residual ar1")]


@pytest.fixture
def few(monkeypatch):
    """Two of the references."""
    monkeypatch.setattr(qualification, "stored_cases", lambda: FEW)


@pytest.fixture
def wrong(monkeypatch):
    """A reference that nobody can meet."""
    case = {**FEW[0], "values": [["fit", "deviance", "1743.6", 1e-6], *FEW[0]["values"][1:]]}
    monkeypatch.setattr(qualification, "stored_cases", lambda: [case])


def test_the_references_are_those_that_the_tests_hold():
    spec = importlib.util.spec_from_file_location("make_verify", MAKER)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.TARGET.read_text("utf-8") == made.references()


def test_all_references_are_met_on_this_machine():
    found = gc.verify()
    assert found.passed and len(found.table) > 200 and found.table["case"].nunique() == len(stored_cases())


def test_what_computed_is_told(few):
    facts = dict(gc.verify().facts)
    assert facts["growthcurves-longitudinal"] == gc.__version__
    assert {"Date", "Python", "numpy", "scipy", "pandas", "System", "Processor", "BLAS", "Threads"} <= set(facts)
    assert all(facts.values()) and "UTC" in facts["Date"]


def test_a_reference_that_is_not_met_is_told(wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["verify", "-o", "q.json"])
    assert done.exit_code == 1 and "1 of 5 values are not as expected" in done.output
    assert "-2 log likelihood: expected 1743.6, found 1743.628" in done.output
    record = json.loads(Path("q.json").read_text("utf-8"))
    assert not record["passed"] and [row["passed"] for row in record["table"]].count(False) == 1


@pytest.mark.parametrize("ending", ENDINGS["a qualification"])
def test_the_record_is_written(few, tmp_path, monkeypatch, ending):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["verify", "-o", f"q{ending}"])
    assert done.exit_code == 0 and "All 10 values of 2 references are as expected." in done.output
    content = Path(f"q{ending}").read_bytes()
    assert ending in (".docx", ".xlsx", ".parquet") or b"1743.62827195" in content


def test_the_command_line_writes_what_an_answer_can_be_saved_as():
    assert {*ENDINGS["a qualification"]} == {*WRITERS, *DOCUMENTS, ".json"}


def test_columns_of_the_terminal_stand_below_one_another(few):
    lines = [line for line in str(gc.verify()).splitlines() if line.endswith("passed")]
    assert len({line.index("passed") for line in lines}) == 1 and len(lines) == 2
