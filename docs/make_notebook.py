"""Makes the tutorial notebook from its page: `python docs/make_notebook.py`.

Text becomes Markdown cells, code becomes code cells, and what the page shows as output is left to the notebook.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "tutorials"
PAGE, NOTEBOOK = FOLDER / "first-growth-model.md", FOLDER / "first-growth-model.ipynb"
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n.*?```)?", re.S)


def notebook(text: str) -> dict[str, Any]:
    """A notebook (nbformat 4.5) without outputs."""
    cells, end = [], 0
    for block in BLOCK.finditer(text):
        cells += [cell("markdown", text[end : block.start()]), cell("code", in_a_notebook(block[1]))]
        end = block.end()
    cells.append(cell("markdown", text[end:]))
    shown = [item for item in cells if item["source"]]
    for number, item in enumerate(shown):
        item["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": shown, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def in_a_notebook(code: str) -> str:
    """The code as one types it in a notebook, where the last value of a cell is shown as a table or figure."""
    *lines, last = code.strip().splitlines()
    shown = re.fullmatch(r"print\((.*)\)", last)
    return "\n".join([*lines, shown[1] if shown else last])


def cell(kind: str, source: str) -> dict[str, Any]:
    """A cell."""
    text = source.strip()
    if kind == "markdown":
        text = re.sub(r"^!\[.*\n*", "", text, flags=re.M)  # the notebook draws the picture itself
        text = text.replace("This page goes from", "This notebook goes from")
        text = re.sub(r" It is\nalso there as a \[notebook\]\([^)]*\)\.", "", text)
        return {"cell_type": kind, "id": "", "metadata": {}, "source": text.splitlines(keepends=True)}
    code = {"execution_count": None, "outputs": [], "source": text.splitlines(keepends=True)}
    return {"cell_type": kind, "id": "", "metadata": {}, **code}


def made() -> str:
    """The notebook's file."""
    return json.dumps(notebook(PAGE.read_text(encoding="utf-8")), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    NOTEBOOK.write_text(made(), encoding="utf-8")
