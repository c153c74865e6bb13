"""How a script puts its tables into docs/benchmarks.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from tables import Table, with_section

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def publish(description: str, made: Callable[..., Iterable[Table]], **numbers: int) -> None:
    """Print tables as they are made, and with --write put each into the page, in the place of the one that is there.

    Parameters
    ----------
    description : str
        What the script does, its first line.
    made : callable
        Gives the tables, from the numbers by name.
    **numbers : int
        What the command line may say, with what holds where it does not.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the script's sections of docs/benchmarks.md")
    parser.add_argument("--note", default="", help="a sentence on the conditions of this run")
    for name, number in numbers.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=number)
    chosen = parser.parse_args()
    for table in made(**{name: getattr(chosen, name) for name in numbers}):
        told = replace(table, text=f"{table.text} {chosen.note}".rstrip())
        print(told.markdown(), flush=True)
        if chosen.write:
            PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), told), encoding="utf-8")
