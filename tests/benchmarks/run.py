"""Benchmarks against the peers, in one run: `python tests/benchmarks/run.py [--write]`.

Peers are measured when they can be imported by the Python that runs this (`pip install mixedlm-rs glmm
mixedlm lme-python statsmodels pyarrow`), lme4 when Rscript is there. Every engine does every task in a process of its
own, engines take turns for several rounds, and the best time counts. `--write` writes docs/benchmarks.md;
`--persons 100000` makes the large tasks smaller while developing; `--tasks shared sleepstudy` runs some only.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulate import growth_panel, save
from tables import Table, document, import_table, peers_table, rewritten, seconds_text, sizes_table

from growthcurves.numerics.threads import thread_count

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SLEEPSTUDY = HERE.parent / "reference" / "sleepstudy.csv"
OURS = "growthcurves"
MODULES = {
    "growthcurves": "growthcurves",
    "mixedlm-rs": "mixedlm_rs",
    "glmm": "glmm",
    "lme-python": "lme_python",
    "mixedlm": "mixedlm",
    "statsmodels": "statsmodels",
}
#: The most persons that an engine fits within a minute or so.
LARGEST = {"glmm": 100_000, "lme-python": 100_000, "mixedlm": 100_000, "lme4": 100_000, "statsmodels": 10_000}
SIZES = (200, 1_000, 10_000, 100_000, 1_000_000)
OWN_SIZES = (200, 10_000, 100_000, 1_000_000)
IMPORT_REPEATS = 15
IMPORTS = ("import pandas", "import growthcurves", "from growthcurves import fit")


@dataclass(frozen=True)
class Job:
    """One engine at one task."""

    engine: str
    kind: str
    data: Path
    persons: int
    shuffled: bool = False
    text_ids: bool = False

    def command(self, seconds: float) -> list[str]:
        if self.engine == "lme4":
            return ["Rscript", str(HERE / "lme4.R"), str(self.data), str(seconds)]
        what = {
            "engine": self.engine,
            "kind": self.kind,
            "data": str(self.data),
            "shuffled": self.shuffled,
            "text_ids": self.text_ids,
            "seconds": seconds,
        }
        return [sys.executable, str(HERE / "worker.py"), json.dumps(what)]


@dataclass
class Bench:
    """A run: its options, the folder that holds its panels, and which engines are there."""

    persons: int
    rounds: int
    seconds: float
    folder: Path
    engines: list[str]

    def panel(self, persons: int, own_times: bool = False) -> Path:
        """The folder of a panel, simulated when first asked for."""
        folder = self.folder / f"{'own' if own_times else 'shared'}{persons}"
        if not folder.exists():
            save(growth_panel(persons, own_times), folder)
        return folder

    def sizes(self) -> list[int]:
        return [size for size in SIZES if size <= self.persons]

    def able(self, persons: int) -> list[str]:
        """The engines that fit this many persons in reasonable time."""
        return [name for name in self.engines if persons <= LARGEST.get(name, persons)]

    def measure(self, jobs: list[Job]) -> dict[Job, dict[str, Any]]:
        """All jobs, taking turns; the best and the lowest median of the rounds, the memory of the first."""
        found: dict[Job, dict[str, Any]] = {}
        for turn in range(self.rounds):
            for job in jobs:
                result = found.get(job, {})
                if "error" in result or (turn and result["best"] > self.seconds):
                    continue
                found[job] = better(result, run_job(job, self.seconds))
        return found


def is_there(engine: str) -> bool:
    if engine == "lme4":
        return shutil.which("Rscript") is not None
    return importlib.util.find_spec(MODULES[engine]) is not None


def run_job(job: Job, seconds: float) -> dict[str, Any]:
    """What the worker reports, or the last line of what went wrong."""
    done = subprocess.run(job.command(seconds), capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        result: dict[str, Any] = {"error": lines[-1]}
    else:
        result = json.loads(done.stdout.strip().splitlines()[-1])
    shown = result.get("error") or seconds_text(result["best"])
    label = " ".join([job.engine, job.kind, "shuffled" * job.shuffled, "text ids" * job.text_ids])
    print(f"  {label:<40} {job.data.stem:<16} {shown}", file=sys.stderr, flush=True)
    return result


def better(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    if not old or "error" in new:
        return new
    return old | {key: min(old[key], new[key]) for key in ("best", "median")}


# ---------------------------------------------------------------- the tasks


def compare(bench: Bench, jobs: list[Job], title: str, text: str) -> Table:
    """Engines at the same work on the same data."""
    rows = [(job.engine, job.persons, result) for job, result in bench.measure(jobs).items()]
    return peers_table(title, text, rows, OURS)


def from_formula(bench: Bench, own_times: bool) -> Iterator[Table]:
    times = "times of their own" if own_times else "5 waves"
    for size in bench.sizes():
        if own_times and size not in OWN_SIZES:
            continue
        data = bench.panel(size, own_times)
        jobs = [Job(engine, "formula", data, size) for engine in bench.able(size)]
        yield compare(bench, jobs, f"{size:,} persons, {times}", "Data frame and formula to fitted object.")


def shared(bench: Bench) -> Iterator[Table]:
    """Shared schedules: every engine at the sizes it can do."""
    yield from from_formula(bench, own_times=False)


def own(bench: Bench) -> Iterator[Table]:
    """Times of one's own."""
    yield from from_formula(bench, own_times=True)


def passes(bench: Bench) -> Iterator[Table]:
    """The pass and the optimisation without the formula."""
    for own_times in (False, True):
        size = bench.sizes()[-1]
        data = bench.panel(size, own_times)
        jobs = [Job(e, "pass", data, size) for e in (OURS, "mixedlm-rs") if e in bench.engines]
        times = "times of their own" if own_times else "5 waves"
        text = (
            "Arrays to fitted object: mixedlm-rs is given finished X and Z, growthcurves the data's columns."
        )
        yield compare(bench, jobs, f"Pass and optimisation: {size:,} persons, {times}", text)


def untidy(bench: Bench) -> Iterator[Table]:
    """Shuffled rows; text ids; both."""
    size = bench.sizes()[-1]
    data = bench.panel(size)
    for shuffled, text_ids in ((True, False), (False, True), (True, True)):
        name = " and ".join(["shuffled rows"] * shuffled + ["text ids"] * text_ids)
        engines = [e for e in (OURS, "mixedlm-rs") if e in bench.engines]
        jobs = [Job(e, "formula", data, size, shuffled, text_ids) for e in engines]
        yield compare(bench, jobs, f"{size:,} persons, {name}", "Data frame and formula to fitted object.")


def after_the_pass(bench: Bench) -> Iterator[Table]:
    """The optimisation and certificate from moments, at growing numbers of persons."""
    sizes = [size for size in bench.sizes() if size >= 1_000]
    jobs = [Job(OURS, "optimise", bench.panel(size), size) for size in sizes]
    if "mixedlm-rs" in bench.engines:
        jobs += [Job("mixedlm-rs", "fit only", bench.panel(size), size) for size in sizes]
    rows = [(job.engine, job.persons, result) for job, result in bench.measure(jobs).items()]
    text = (
        "What is left to do when the rows have been read, persons sharing schedules: growthcurves from its "
        "moments to the certified solution, mixedlm-rs its `.fit()` (which holds its own pass)."
    )
    yield sizes_table("Time after the pass over the rows", text, rows)


def sleepstudy(bench: Bench) -> Iterator[Table]:
    """180 rows from a formula."""
    jobs = [Job(engine, "formula", SLEEPSTUDY, 18) for engine in bench.engines]
    yield compare(bench, jobs, "sleepstudy", "18 persons, 180 rows; data frame and formula to fitted object.")


def wall(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return time.perf_counter() - start


def imports(bench: Bench) -> Iterator[Table]:
    """Whole processes that import and end, taking turns."""
    best: dict[str, float] = {}
    for _ in range(IMPORT_REPEATS):
        for statement in IMPORTS:
            taken = wall([sys.executable, "-c", statement], bench.folder)
            best[statement] = min(best.get(statement, taken), taken)
    yield import_table(best, IMPORT_REPEATS)


def demo(bench: Bench) -> Iterator[Table]:
    """`growthcurves demo` with its pictures, whole process."""
    script = Path(sys.executable).with_name("growthcurves")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "growthcurves.cli"]
    command += ["demo", "-o", str(bench.folder / "report.html")]
    taken = min(wall(command, bench.folder) for _ in range(3))
    text = f"From the shell, with its pictures, to the report: {seconds_text(taken)} (best of 3)."
    yield Table("growthcurves demo", text, [], [])


def reshape(bench: Bench) -> Iterator[Table]:
    """Wide to long against pandas, in this process."""
    from reshape import measured

    yield measured(bench.persons, rounds=7)


def degrees_of_freedom(bench: Bench) -> Iterator[Table]:
    """Kenward-Roger and its companions after the fit, in this process."""
    from degrees_of_freedom import measured

    yield measured(bench.persons, bench.rounds)


TASKS: dict[str, Callable[[Bench], Iterator[Table]]] = {
    "shared": shared,
    "passes": passes,
    "own": own,
    "untidy": untidy,
    "after": after_the_pass,
    "sleepstudy": sleepstudy,
    "imports": imports,
    "demo": demo,
    "reshape": reshape,
    "ddf": degrees_of_freedom,
}


def run_task(name: str, bench: Bench) -> list[Table]:
    print(name, file=sys.stderr)
    try:
        return list(TASKS[name](bench))
    except RuntimeError as error:
        return [Table(name, f"Not measured: {error}", [], [])]


def version_of(engine: str) -> str:
    if engine == "lme4":
        asked = ["Rscript", "-e", "cat(as.character(packageVersion('lme4')))"]
        return subprocess.run(asked, capture_output=True, text=True).stdout
    try:
        return importlib.metadata.version(engine)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def listed(names: list[str]) -> str:
    return ", ".join(f"{name} {version_of(name)}" for name in names)


def conditions(bench: Bench) -> list[str]:
    """What the numbers depend on, in a few lines."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    left_out = ", ".join(f"{name} above {size:,} persons" for name, size in LARGEST.items())
    return [
        f"{machine}, Python {platform.python_version()}, {listed(['numpy', 'scipy', 'pandas'])}.",
        f"growthcurves works with {thread_count()} threads on large panels.",
        f"Engines: {listed(bench.engines)}.",
        f"Every engine does every task in a process of its own; {bench.rounds} rounds in which the engines "
        f"take turns, each with repeats for {bench.seconds:g} seconds; the best time counts (a fit that "
        "takes longer runs once). Memory is the peak of the first fit above what was in use before it.",
        "Model, unless said otherwise: `y ~ time * group + age + (time | id)`, REML, five waves, 10 % of the "
        "rows lost, rows sorted by whole-number ids. lme-python gets a polars frame made outside the clock; glmm's "
        "fit holds Satterthwaite degrees of freedom and the persons' modes, which it cannot leave out.",
        f"Engines that need more than a minute or so at a size are left out of it: {left_out}.",
    ]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--persons", type=int, default=SIZES[-1], help="leave out larger panels")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="for the repeats in one process")
    parser.add_argument("--without", nargs="+", default=[], help="engines to leave out")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    with tempfile.TemporaryDirectory() as folder:
        engines = [name for name in (*MODULES, "lme4") if name not in chosen.without and is_there(name)]
        bench = Bench(chosen.persons, chosen.rounds, chosen.seconds, Path(folder), engines)
        tables = [table for name in chosen.tasks for table in run_task(name, bench)]
        text = document(conditions(bench), tables)
    print(text)
    if chosen.write:
        page = REPOSITORY / "docs" / "benchmarks.md"
        before = page.read_text(encoding="utf-8") if page.exists() else ""
        page.write_text(rewritten(before, conditions(bench), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
