"""`growthcurves reshape`: both directions, every form, every file."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from cli_errors import one_line

import growthcurves as gc

WIDE = pd.DataFrame(
    {
        "Nr": ["007", "008"], "arm": ["a", "b"], "age": [30, 40],
        "bdi_t1": [20.0, 25.0], "bdi_t2": [15.5, None], "anx_t1": [3, 4], "anx_t2": [2, 5],
        "day_t1": [0, 1], "day_t2": [40, 44],
    }
)  # fmt: skip
ROLES = ["--id", "Nr", "--time", "week"]
BOTH = ["--columns", "bdi=bdi_t{wave}", "--columns", "anx=anx_t{wave}"]
PATTERNS = {"bdi": "bdi_t{wave}", "anx": "anx_t{wave}"}


@pytest.fixture
def file(tmp_path):
    WIDE.to_csv(tmp_path / "wide.csv", index=False)
    return tmp_path / "wide.csv"


def long_table(text):
    return pd.read_csv(io.StringIO(text), dtype={"Nr": str})


FORMS = {
    "several outcomes": (BOTH, {"columns": PATTERNS}),
    "map of times": ([*BOTH, "--times", "1=0,2=6"], {"columns": PATTERNS, "times": {1: 0, 2: 6}}),
    "own times": ([*BOTH, "--times", "day_t{wave}"], {"columns": PATTERNS, "times": "day_t{wave}"}),
    "spelled out": (
        ["--columns", "bdi=bdi_t1:0,`bdi_t2`:12", "--keep", "arm"],
        {"columns": {"bdi": {"bdi_t1": 0, "bdi_t2": 12}}, "keep": ["arm"]},
    ),
    "one pattern": (
        ["--columns", "bdi_t{wave}", "--keep", "age,arm"],
        {"columns": "bdi_t{wave}", "keep": ["age", "arm"]},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_to_long_as_python_does(run, file, form):
    options, asked = FORMS[form]
    result = run("reshape", file, *ROLES, *options)
    assert result.exit_code == 0, result.output
    expected = gc.to_long(WIDE, id="Nr", time="week", **asked)
    pd.testing.assert_frame_equal(long_table(result.stdout), long_table(expected.to_csv(index=False)))


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".xlsx"])
def test_files_and_back(run, file, tmp_path, ending):
    long = tmp_path / f"länge 1{ending}"
    assert run("reshape", file, *ROLES, *BOTH, "-o", long).exit_code == 0
    assert gc.read_table(long)["Nr"].astype(str).tolist() == ["007", "007", "008", "008"]
    back = tmp_path / "back.parquet"
    result = run("reshape", long, *ROLES, "--values", "bdi,anx", "--keep", "arm", "-o", back)
    assert result.exit_code == 0, result.output
    wide = pd.read_parquet(back)
    assert wide.columns.tolist() == ["Nr", "arm", "bdi_1", "bdi_2", "anx_1", "anx_2"]
    assert wide["bdi_2"].tolist()[0] == 15.5 and pd.isna(wide["bdi_2"].tolist()[1])


def test_json(asks, file):
    assert asks("reshape", file, *ROLES, *BOTH, "--keep", "arm", "-o", "long.csv") == {
        "file": "long.csv", "rows": 4, "columns": ["Nr", "week", "arm", "bdi", "anx"],
    }  # fmt: skip
    assert asks("reshape", file, *ROLES, *BOTH)["table"][0]["bdi"] == 20.0


def test_never_over_the_input(run, file, tmp_path):
    before = file.read_bytes()
    (tmp_path / "link.csv").symlink_to(file)
    (tmp_path / "hard.csv").hardlink_to(file)
    for name in (file, "wide.csv", "./wide.csv", "link.csv", "hard.csv"):
        assert "data file itself" in one_line(run("reshape", file, *ROLES, *BOTH, "-o", name))
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "options, said",
    [
        ([*ROLES], "--columns"),
        ([*ROLES, *BOTH, "--values", "bdi"], "either"),
        (["--time", "week", *BOTH], "--id"),
        ([*ROLES, *BOTH, "-o", "long.docx"], ".xlsx"),
        ([*ROLES, *BOTH, "-o", "no/long.csv"], "no folder"),
        ([*ROLES, *BOTH, "--keep", "ages"], "'age'"),
        ([*ROLES, *BOTH, "--times", "1=0"], "one time for each wave"),
        ([*ROLES, *BOTH, "--times", "first"], "WAVE=TIME"),
        ([*ROLES, "--values", "bdi"], "'week'"),
        (["--id", "Nr", "--time", "age", "--values", "bdi_t1", "--times", "1=0"], "--times"),
    ],
)
def test_what_is_wrong(run, file, options, said):
    assert said in one_line(run("reshape", file, *options))
