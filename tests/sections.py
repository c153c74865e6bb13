"""Sections of documents that scripts write: one in the place of the old one with its heading, or at the end."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def put(name: str, heading: str, section: str) -> None:
    """Put a section, its heading first, into a document of docs/."""
    path = DOCS / name
    before, found, rest = path.read_text(encoding="utf-8").partition(heading + "\n")
    _, mark, after = rest.partition("\n## ")
    text = before.rstrip("\n") + "\n\n" + section.rstrip("\n") + "\n" + ("\n## " + after if found and mark else "")
    path.write_text(text, encoding="utf-8")


def simulated(about: str, section: Callable[[int, int], str], heading: str, replicates: int, seed: int) -> None:
    """Make a section of docs/simulations.md as the command line asks, print it, and put it there with --write."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the section into docs/simulations.md")
    parser.add_argument("--replicates", type=int, default=replicates)
    parser.add_argument("--seed", type=int, default=seed)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    made = section(chosen.replicates, chosen.seed)
    print(made)
    if chosen.write:
        put("simulations.md", heading, made)
