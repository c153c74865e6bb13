"""The tables of a report as files: CSV, LaTeX and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import jinja2
import pandas as pd

from growthcurves.data.markup import markdown_cell
from growthcurves.errors import ModelError, unknown
from growthcurves.output.files import path_of, write_text
from growthcurves.output.tables import as_csv, safe_cells
from growthcurves.signs import visible_line

FORMATS = ("csv", "tex", "md")

_MARKDOWN = """\
| {{ names | join(" | ") }} |
|{% for name in names %}---|{% endfor %}

{% for row in rows %}
| {{ row | join(" | ") }} |
{% endfor %}
"""


def save_tables(
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path,
    formats: Iterable[str] = FORMATS,
    spreadsheet_safe: bool = False,
) -> list[Path]:
    """Write each table in each format into a folder; see `Report.save_tables`."""
    wanted = [formats] if isinstance(formats, str) else list(formats)
    for ending in wanted:
        if ending not in _WRITERS:
            raise ModelError(unknown("format of tables", ending, FORMATS))
    folder = path_of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in tables.items():
        for ending in wanted:
            shown = safe_cells(table) if spreadsheet_safe and ending == "csv" else table
            paths.append(write_text(folder / f"{name}.{ending}", _WRITERS[ending](shown)))
    return paths


def as_latex(table: pd.DataFrame) -> str:
    """For the booktabs package; special signs are escaped."""
    shown = table.map(_rounded).rename(columns=lambda name: visible_line(str(name)))
    right = [pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    style = shown.style.hide(axis="index").format(escape="latex").format_index(escape="latex", axis=1)
    return style.to_latex(hrules=True, column_format="".join("r" if number else "l" for number in right))


def as_markdown(table: pd.DataFrame) -> str:
    """A pipe table, in which a cell is its text: no column's end, no HTML, no link, no emphasis.

    Examples
    --------
    >>> print(as_markdown(pd.DataFrame({"term": ["a | b"], "estimate": [10.467]})))
    | term | estimate |
    |---|---|
    | a \\| b | 10.467 |
    <BLANKLINE>
    """
    template = jinja2.Environment(trim_blocks=True, autoescape=False).from_string(_MARKDOWN)
    rows = [[markdown_cell(_rounded(value)) for value in row] for row in table.astype(object).to_numpy()]
    return template.render(names=[markdown_cell(str(name)) for name in table.columns], rows=rows)


def _rounded(value: object) -> str:
    """Six significant digits, and nothing for what is missing."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    return "" if value is None or value is pd.NA else visible_line(str(value))


_WRITERS = {"csv": as_csv, "tex": as_latex, "md": as_markdown}
