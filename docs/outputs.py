"""Runs the code of the documents and fills in what it prints: `python docs/outputs.py [PAGE ...]`.

A block ```` ```text ```` right after a block ```` ```python ```` shows what that code prints. This script writes it;
the tests run it and compare.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.S)


def documents() -> list[Path]:
    """The README and every page, those in folders too."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def run(text: str, name: str) -> Iterator[tuple[re.Match[str], str]]:
    """Run the blocks of a page one after the other; each with what it printed."""
    names: dict = {"__name__": "__main__"}
    for block in CODE.finditer(text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block[1], name, "exec"), names)
        yield block, printed.getvalue()


def filled(text: str, name: str) -> str:
    """The page with what its code prints."""
    parts, end = [], 0
    for block, printed in run(text, name):
        if block[2] is not None:
            parts += [text[end : block.start(2)], printed.rstrip() + "\n"]
            end = block.end(2)
    return "".join([*parts, text[end:]])


def main(pages: list[str]) -> None:
    """Fill the pages that are named, or all."""
    import matplotlib

    matplotlib.use("Agg")
    warnings.simplefilter("ignore")
    for path in [Path(page).resolve() for page in pages] or documents():
        text = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            new = filled(text, str(path))
        if new != text:
            path.write_text(new, encoding="utf-8")
            print("filled", os.path.relpath(path, ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
