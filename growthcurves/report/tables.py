"""The tables of a report as files: CSV, LaTeX and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import jinja2
import pandas as pd

from growthcurves.errors import ModelError, unknown

FORMATS = ("csv", "tex", "md")

_MARKDOWN = """\
| {{ names | join(" | ") }} |
|{% for name in names %}---|{% endfor %}

{% for row in rows %}
| {{ row | join(" | ") }} |
{% endfor %}
"""


def save_tables(tables: Mapping[str, pd.DataFrame], folder: str | Path, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Write each table in each format into a folder.

    Raises
    ------
    ModelError
        For an unknown format.
    """
    wanted = [formats] if isinstance(formats, str) else list(formats)
    for ending in wanted:
        if ending not in _WRITERS:
            raise ModelError(unknown("format of tables", ending, FORMATS))
    folder = Path(folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in tables.items():
        for ending in wanted:
            path = folder / f"{name}.{ending}"
            path.write_text(_WRITERS[ending](table), encoding="utf-8", newline="\n")
            paths.append(path)
    return paths


def as_csv(table: pd.DataFrame) -> str:
    """All digits, missing values empty.

    Examples
    --------
    >>> as_csv(pd.DataFrame({"term": ["slope"], "estimate": [10.5]}))
    'term,estimate\\nslope,10.5\\n'
    """
    return table.to_csv(index=False, lineterminator="\n")


def as_latex(table: pd.DataFrame) -> str:
    """For the booktabs package; special signs are escaped."""
    shown = table.map(_rounded)
    right = [pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    style = shown.style.hide(axis="index").format(escape="latex").format_index(escape="latex", axis=1)
    return style.to_latex(hrules=True, column_format="".join("r" if number else "l" for number in right))


def as_markdown(table: pd.DataFrame) -> str:
    """A pipe table, in which no cell can be read as a column's end or as HTML.

    Examples
    --------
    >>> print(as_markdown(pd.DataFrame({"term": ["a | b"], "estimate": [10.467]})))
    | term | estimate |
    |---|---|
    | a \\| b | 10.467 |
    <BLANKLINE>
    """
    template = jinja2.Environment(trim_blocks=True, autoescape=False).from_string(_MARKDOWN)
    rows = [[_piped(_rounded(value)) for value in row] for row in table.astype(object).to_numpy()]
    return template.render(names=[_piped(str(name)) for name in table.columns], rows=rows)


def _rounded(value: object) -> str:
    """Six significant digits, and nothing for what is missing."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    return "" if value is None or value is pd.NA else str(value)


def _piped(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;").replace("\n", " ")


_WRITERS = {"csv": as_csv, "tex": as_latex, "md": as_markdown}
