"""Sections of documents that scripts write: one in the place of the old one with its heading, or at the end."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def put(name: str, heading: str, section: str) -> None:
    """Put a section, its heading first, into a document of docs/."""
    path = DOCS / name
    before, found, rest = path.read_text(encoding="utf-8").partition(heading + "\n")
    _, mark, after = rest.partition("\n## ")
    text = before.rstrip("\n") + "\n\n" + section.rstrip("\n") + "\n" + ("\n## " + after if found and mark else "")
    path.write_text(text, encoding="utf-8")
