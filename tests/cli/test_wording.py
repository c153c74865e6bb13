"""Every sentence of the package's source, as the command line would say it: no option in the words of Python."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import growthcurves
from growthcurves.cli.plot import figures
from growthcurves.cli.wording import FIGURES, KEYS, READERS, in_options

PACKAGE = Path(growthcurves.__file__).parent
#: Where Python is written on purpose: the code that makes a fit again.
CODE = {"report/code.py", "report/reshaping.py", "contracts/parameters.py"}
_NAMES = "|".join([*KEYS, *READERS, *FIGURES])
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_OF_FORMULAS = re.compile(r"\b(?:ns|bs|cr|cc|poly|C|I|log|scale)\([^()]*\)")
#: Calls of the library that an option stands for, and names of options as Python has them.
LEFT = re.compile(
    r"\b(?:read_table|to_long|to_wide|Panel|Spline|Piecewise|Polynomial|LogTime)\("
    rf"|(?<![-\w])(?<!--read )(?<!--set )(?:{_NAMES})="
)


@cache
def sentences(path):
    """The texts of a file that are sentences: not docstrings, not parts of an f-string."""
    return list(_sentences(path))


def _sentences(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    apart = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    apart |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in apart:
            text = _text(node)
            if re.search(r"\w+ \w+ \w+.*[.,:;]", text):
                yield text


def _text(node):
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(part.value if isinstance(part, ast.Constant) else "'it'" for part in parts)


def test_no_sentence_says_an_option_in_python():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if file in CODE or file.startswith("cli/"):
            continue
        said = [in_options(text) for text in sentences(path)]
        found += [f"{file}: {text}" for text in said if LEFT.search(_OF_FORMULAS.sub("it", _QUOTED.sub("it", text)))]
    assert not found, "\n".join(found)


def test_sentences_are_found():
    texts = [text for path in PACKAGE.rglob("*.py") for text in sentences(path)]
    assert len(texts) > 400 and sum("=" in text for text in texts) > 80


def test_settings_are_options_of_figures():
    fields = {name for _, kind in figures().values() for name in kind.__dataclass_fields__}
    own = {"reference", "bins", "groups", "limits", "numbers", "kind", "unit", "term", "most"}
    assert set(FIGURES) <= fields and fields - {*KEYS, *FIGURES} <= own
