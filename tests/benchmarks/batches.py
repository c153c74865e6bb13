"""Rows that are read in batches: `python tests/benchmarks/batches.py [--rows N] [--dask N] [--write]`.

Persons in five waves are generated as Parquet files in a temporary folder (11 bytes a row). Reading the needed columns
alone is measured beside each fit, in processes of their own, whose largest memory is told. `--write` puts the section
into docs/benchmarks.md, in the place of the one that is there.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from page import publish
from tables import Table, seconds_text

HERE = Path(__file__).resolve().parent
HEADING = "Rows in batches"
WAVES, CHUNK, FILE = 5, 200_000, 1_000_000
MODELS = {
    "a line": ("y ~ wave + (wave | id)", ["id", "wave", "y"]),
    "a spline and a factor": ("y ~ ns(wave, 3) * arm + age + (wave | id)", ["id", "wave", "y", "arm", "age"]),
}


def generate(folder: Path, persons: int) -> None:
    """Files of a million persons each; outcomes by a random line, arms as text, ages as numbers."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    rng, writer = np.random.default_rng(1), None
    for start in range(0, persons, CHUNK):
        if start % FILE == 0:
            writer = writer and writer.close()
        many = min(CHUNK, persons - start)
        arm, age = rng.integers(0, 3, many), np.round(rng.normal(50, 10, many), 1)
        u, wave = rng.normal(size=(many, 2)) * [2.0, 0.5], np.arange(WAVES, dtype=float)
        rate = 0.7 + u[:, 1] + 0.2 * (arm == 1)
        y = (10 + u[:, 0] + 0.05 * (age - 50))[:, None] + rate[:, None] * wave + rng.normal(size=(many, WAVES))
        table = arrow.table({
            "id": np.repeat(np.arange(start, start + many), WAVES), "wave": np.tile(wave, many), "y": y.ravel(),
            "age": np.repeat(age, WAVES), "arm": np.array(["control", "drug", "talk"])[np.repeat(arm, WAVES)],
        })  # fmt: skip
        writer = writer or parquet.ParquetWriter(folder / f"part-{start // FILE:03d}.parquet", table.schema)
        writer.write_table(table, row_group_size=CHUNK * WAVES)
    if writer:
        writer.close()


def measured(work: str, folder: Path, **more: object) -> dict[str, float]:
    """Seconds and largest memory (GB) of a work in a process of its own."""
    asked = json.dumps({"work": work, "folder": str(folder), **more})
    command = [sys.executable, str(Path(__file__).resolve()), "--inside", asked]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def inside(asked: dict) -> dict[str, float]:
    """One work in this process."""
    folder, (formula, columns) = Path(asked["folder"]), MODELS[asked["model"]]
    if asked["work"] == "read":
        import pyarrow.parquet as parquet

        start, processor = time.perf_counter(), time.process_time()
        for path in sorted(folder.iterdir()):
            for _ in parquet.ParquetFile(path).iter_batches(batch_size=1_000_000, columns=columns):
                pass
    elif asked["work"] == "fit":
        import growthcurves as gc

        gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        start, processor = time.perf_counter(), time.process_time()
        gc.fit(formula, folder)
    else:
        return {"seconds": on_dask(folder, formula, int(asked["workers"]))}
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": seconds, "processor": processor, "memory": memory}


def on_dask(folder: Path, formula: str, workers: int) -> float:
    """Seconds of a fit by workers of one thread each: the middle of three, after one in which they start."""
    import dask.dataframe as frames
    from distributed import Client, LocalCluster

    import growthcurves as gc

    found = []
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        for _ in range(4):
            start = time.perf_counter()
            gc.fit(formula, frames.read_parquet(folder, split_row_groups=True))
            found.append(time.perf_counter() - start)
    return statistics.median(found[1:])


def table(rows: int, dask_rows: int) -> Table:
    """Both models from Parquet, and the first by one and two workers of Dask, where any rows are asked for."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), rows // WAVES)
        for name in MODELS:
            read, fit = (measured(work, Path(folder), model=name) for work in ("read", "fit"))
            cells = [seconds_text(one[kind]) for kind in ("seconds", "processor") for one in (read, fit)]
            ratio = f"{fit['processor'] / read['processor']:.1f}"
            lines.append([f"{name}, {rows:,} rows from Parquet", *cells, ratio, f"{fit['memory']:.2f} GB"])
    if dask_rows:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder), dask_rows // WAVES)
            one, two = (measured("dask", Path(folder), model="a line", workers=count)["seconds"] for count in (1, 2))
            name = f"a line, {dask_rows:,} rows, Dask: 1 and 2 workers"
            lines.append([name, seconds_text(one), seconds_text(two), "", "", f"{one / two:.2f}", ""])
    text = (
        "Written by `python tests/benchmarks/batches.py --write`. Persons in five waves, from Parquet files that are "
        "read in batches of a million rows; reading alone decodes the same columns and makes no sums. Memory is the "
        "largest of the process, Python and its packages included. The ratio is of processor seconds; of Dask the "
        "columns are the seconds of one worker of one thread and of two, each the middle of three fits after one in "
        "which the workers start, and their ratio."
    )
    head = ["fit", "reading alone", "seconds", "processor: reading alone", "fit", "ratio", "memory"]
    return Table(HEADING, text, head, lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:  # a process of its own for one measurement
        print(json.dumps(inside(json.loads(sys.argv[2]))))
    else:
        publish(__doc__, lambda rows, dask: [table(rows, dask)], rows=50_000_000, dask=20_000_000)
