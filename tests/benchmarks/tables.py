"""How the results are laid out: numbers in, Markdown out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

#: engine, number of persons, what the worker reported
Row = tuple[str, int, dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """A title, a sentence, and a table that may be empty."""

    title: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.text, ""]
        if self.rows:
            rule = ["---"] + ["---:"] * (len(self.head) - 1)
            lines += [line(self.head), line(rule), *map(line, self.rows), ""]
        return "\n".join(lines)


def with_section(page: str, table: Table) -> str:
    """The page with this table in the place of the old one, or at its end."""
    old = re.compile(rf"^## {re.escape(table.title)}\n.*?(?=^## |\Z)", re.M | re.S)
    new = table.markdown() + "\n"
    return old.sub(lambda _: new, page).rstrip("\n") + "\n" if old.search(page) else page.rstrip("\n") + "\n\n" + new


def line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def seconds_text(seconds: float) -> str:
    """Three digits with a unit that suits."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 999.5 else f"{round(seconds, -1):,.0f} s"


def peers_table(title: str, text: str, rows: Sequence[Row], ours: str) -> Table:
    """Engines side by side: time, ratio to ours, memory, and how far the criterion is from the lowest."""
    good = [result for _, _, result in rows if "error" not in result]
    if good:
        frame = good[0]["frame_bytes"] / 1e6
        size = f"{frame:.0f} MB" if frame >= 1 else f"{frame * 1e3:.0f} kB"
        text += f" {good[0]['rows']:,} rows, a data frame of {size}."
    own = next((result["best"] for name, _, result in rows if name == ours and "error" not in result), None)
    lowest = min((result["deviance"] for result in good), default=0.0)
    head = ["engine", "best", "median", f"times {ours}", "peak memory above the frame", "-2 log REML, excess"]
    cells = [peer_cells(name, result, own, lowest) for name, _, result in rows]
    return Table(title, text, head, cells)


def peer_cells(name: str, result: dict[str, Any], own: float | None, lowest: float) -> list[str]:
    if "error" in result:
        return [name, f"failed: {result['error'][:80]}", "", "", "", ""]
    ratio = f"{result['best'] / own:.2f}" if own else ""
    memory = memory_text(result["extra_bytes"] / 1e6, result["frame_bytes"] / 1e6)
    above = f"{result['deviance'] - lowest:.1e}"
    return [name, seconds_text(result["best"]), seconds_text(result["median"]), ratio, memory, above]


def memory_text(extra: float, frame: float) -> str:
    """Megabytes, and as a multiple of the frame; nothing for a frame so small that it says nothing."""
    return f"{extra:.0f} MB ({extra / frame:.1f} frames)" if frame > 1 else ""


def sizes_table(title: str, text: str, rows: Sequence[Row]) -> Table:
    """One line for each engine, one column for each number of persons."""
    sizes = sorted({persons for _, persons, _ in rows})
    found = {(name, persons): result for name, persons, result in rows}
    cells = []
    for name in dict.fromkeys(name for name, _, _ in rows):
        results = [found[name, size] for size in sizes]
        cells.append([name, *("failed" if "error" in r else seconds_text(r["best"]) for r in results)])
    return Table(title, text, ["engine", *(f"{size:,} persons" for size in sizes)], cells)


def import_table(best: dict[str, float], repeats: int) -> Table:
    """Whole processes that import and end, as multiples of pandas."""
    pandas = best["import pandas"]
    cells = [[f"`{what}`", seconds_text(taken), f"{taken / pandas:.2f}"] for what, taken in best.items()]
    text = (
        f"Whole processes that take turns, best of {repeats}. Public names are loaded when first asked for."
    )
    return Table("Import", text, ["", "best", "times pandas"], cells)


def document(conditions: Sequence[str], tables: Sequence[Table]) -> str:
    """The page."""
    lead = "Written by `python tests/benchmarks/run.py --write`; do not edit."
    parts = ["# Benchmarks", "", lead, "", *(f"- {item}" for item in conditions), ""]
    return "\n".join(parts) + "\n" + "\n".join(table.markdown() for table in tables)


def rewritten(page: str, conditions: Sequence[str], tables: Sequence[Table]) -> str:
    """The page with a new head and these tables in their places; sections of other scripts stay."""
    start = page.find("\n## ")
    rest = page[start + 1 :] if start >= 0 else ""
    out = document(conditions, []).rstrip("\n") + "\n\n" + rest
    for table in tables:
        out = with_section(out, table)
    return out
