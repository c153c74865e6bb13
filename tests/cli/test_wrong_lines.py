"""Wrong command lines by the hundred: every option of every command with hostile values, and hostile files.

Each ends in an answer, or in exit code 2 and one short line in the words of the command line. A share of all lines is
tried, another for every option; `-m slow` tries all.
"""

from __future__ import annotations

import math
import random
from functools import cache
from importlib import import_module
from types import SimpleNamespace

import click
import pytest
from cli_errors import SLEEP, one_line, spoken_plainly

import growthcurves as gc
from growthcurves.cli.app import COMMANDS, main
from growthcurves.cli.plot import figures

#: A line of every command that ends well, to which one option is added; reports and figures go nowhere.
LINES = {
    "fit": ["fit", "sleep.csv", *SLEEP],
    "fit by formula": ["fit", "trial.csv", "--formula", "depression ~ week * arm + (week | patient)"],
    "fit of a wide table": ["fit", "wide.csv", *SLEEP[:4], "--columns", "reaction_{day}"],
    "describe": ["describe", "sleep.csv", *SLEEP],
    "reshape to long": ["reshape", "wide.csv", *SLEEP[:4], "--columns", "reaction_{day}"],
    "reshape to wide": ["reshape", "sleep.csv", *SLEEP[:4], "--values", "reaction"],
    "report": ["report", "sleep.csv", *SLEEP],
    "check": ["check", "sleep.csv", *SLEEP],
    "plot": ["plot", "sleep.csv", *SLEEP, "--figure", "missing", "-o", "a.svg"],
    "mmrm": ["mmrm", "trial.csv", "--id", "patient", "--visit", "week", "--outcome", "depression", "--arm", "arm",
             "--reference", "placebo"],
    "power": ["power", "--times", "0,1,2", "--effect", "0.5", "--sd-intercept", "1", "--sd-slope", "0.5",
              "--sd-residual", "1"],
    "recipe": ["recipe", "trial.csv", "--formula", "depression ~ week * arm + (week | patient)", "-o", "r.json"],
    "site-sums": ["site-sums", "recipe.json", "trial.csv", "-o", "sums.json", "--short", "merge"],
    "fit-sites": ["fit-sites", "recipe.json", "site.json"],
    "datasets": ["datasets"],
    "demo": ["demo"],
    "verify": ["verify"],
}
report, sheet = import_module("growthcurves.cli.report"), import_module("growthcurves.plots.sheet")
VALUES = [
    "x", "0", "-1", "1e-300", "1e999", "nan", "9" * 50, "a=b", "=1+1", "[1]", "None", "True", "(", "`", "a,b", ",",
    "day", "subject", "reaction", "first", "0.1,0.2", "0,9", "1=0,1=0", "{day}", "reaction_{day}", "y={day}",
    "5%", "-99", "-99,-98", "day +* 2", "log(", "f(day)", "__import__('os')", "\x1b]0;", "[x](javascript:1)",
    "x" * 2_000, "0.30000000000000004", "2020-01-01", "31.12.2020", "people=-1", "patterns=0", "sep=ab", "sheet_name=2",
]  # fmt: skip


def options_of(line):
    """The options of the line's command that take a value."""
    command = next(item for item in COMMANDS if item.name == LINES[line][0])
    found = [item for item in command.params if isinstance(item, click.Option) and not item.is_flag]
    return [max(item.opts, key=len) for item in found]


PAIRS = [(line, option) for line in LINES for option in options_of(line)]


def tried(run, line, option, values):
    for value in values:
        given = [*LINES[line], option, value]
        result = run(*given)
        try:
            assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
            if result.exit_code:
                one_line(result)
            spoken_plainly(result.stderr, given)
        except AssertionError as error:
            raise AssertionError(f"{' '.join(given)[:200]}: {error}") from error


@cache
def site_files():
    """A recipe and the sums of a site, made once."""
    rows = gc.load_dataset("trial")
    recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", rows)
    return recipe, gc.site_sums(recipe, rows, name="site", short="merge")


@pytest.fixture
def tables(sleep, trial, wide, monkeypatch):
    """The tables of all lines; no page and no picture is made, once all that they need is there."""
    recipe, sums = site_files()
    recipe.save("recipe.json")
    sums.save("site.json")
    made = SimpleNamespace(kilobytes=1, findings=["found"], lead="found")
    monkeypatch.setattr(report, "made_report", lambda *given, **more: made)
    monkeypatch.setattr(sheet, "on_sheet", lambda *given: None)
    monkeypatch.setattr(sheet, "write_picture", lambda *given: None)


def test_every_command_is_tried():
    assert {line[0] for line in LINES.values()} == set(main.commands) - {"completion"}


@pytest.mark.parametrize("line, option", PAIRS, ids=lambda text: text.replace(" ", "-"))
def test_some_values_of_every_option(run, tables, line, option):
    tried(run, line, option, random.Random(f"{line} {option}").sample(VALUES, 2))


@pytest.mark.slow
@pytest.mark.parametrize("line, option", PAIRS, ids=lambda text: text.replace(" ", "-"))
def test_all_values_of_every_option(run, tables, line, option):
    tried(run, line, option, VALUES)


@pytest.mark.parametrize("figure", figures())
def test_settings_of_every_figure(run, sleep, figure):
    for name in figures()[figure][1].__dataclass_fields__:
        tried(run, "plot", "--set", [f"{name}={value}" for value in ("-1", "x", "0,1")])


def rows(persons, outcome):
    """Rows of a text file: persons, four days each, and an outcome."""
    return "".join(f"{i},{t},{outcome(i, t)}\n" for i in range(persons) for t in range(4)).encode()


#: Files that are no table, or an odd one, by name.
FILES = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "one.csv": b"x",
    "quote.csv": b'subject,day,reaction\n1,0,2\n1,"1,3\n2,0,4\n2,1,5\n',
    "ragged.csv": b"subject,day,reaction\n1,0,2,9\n1,1\n",
    "twice.csv": b"subject,day,day\n1,0,2\n1,1,3\n",
    "text.csv": b"subject,day,reaction\n1,0,low\n1,1,high\n2,0,low\n2,1,5%\n",
    "nul.csv": b"\x00" * 500,
    "page.csv": b"<!DOCTYPE html><html><body>no</body></html>",
    "utf16.csv": "subject,day,reaction\n1,0,2\n".encode("utf-16-le"),
    "dates.csv": b"subject,day,reaction\n1,11.10.2019,2\n1,12.10.2019,3\n2,11.10.2019,2\n2,12.10.2019,3\n",
    "words.csv": b"subject,day,reaction\n1,baseline,2\n1,month 3,3\n2,baseline,4\n2,month 3,2\n",
    "true.csv": b"subject,day,reaction\n1,True,2\n1,False,3\n2,True,3\n2,False,1\n",
    "code.csv": b"subject,day,reaction\n" + rows(20, lambda i, t: -99 if t == 2 else i),
    "one-each.csv": b"subject,day,reaction\n1,0,2\n2,1,3\n3,2,4\n",
    "huge.csv": b"subject,day,reaction\n" + rows(9, lambda i, t: (i + t) * 10.0**200),
    "old.xls": b"\xd0\xcf\x11\xe0",
    "broken.xlsx": b"PK\x03\x04",
    "~$locked.xlsx": b"\x00",
    "a.sav": b"$FL2",
    "a.dta": b"<stata_dta>",
    "a.parquet": b"PAR1",
    "a.sas7bdat": b"\x00" * 40,
    "a.xpt": b"HEADER",
    "a.doc": b"?",
    "none": b"?",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_hostile_files(run, tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])
    for command in ("describe", "fit"):
        given = [command, name, *SLEEP]
        result = run(*given)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        if result.exit_code:
            one_line(result)
        spoken_plainly(result.stderr, given)


def test_amounts_that_do_not_scatter_are_one_line(run, tmp_path):
    rows = [f"{person},{time},{math.exp(0.1 * time + person / 7)}" for person in range(12) for time in range(4)]
    (tmp_path / "amounts.csv").write_text("\n".join(["id,t,y", *rows]), encoding="utf-8")
    ended = run("fit", "amounts.csv", "--id", "id", "--time", "t", "--outcome", "y", "--family", "gamma")
    assert "Every person's own line fits 'y' perfectly" in one_line(ended)
