"""Power by simulation against loops with lme4: `python tests/benchmarks/planning.py [--write]`.

lme4 (with lmerTest) is measured when Rscript is there, with fewer replicates, whose time is scaled up. `--write` puts
the section into docs/benchmarks.md, in the place of the one that is there.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from page import publish
from tables import Table, seconds_text

import growthcurves as gc

HERE = Path(__file__).resolve().parent
HEADING = "Power by simulation"
STUDIES = 1000
SDS = {"sd_intercept": 2.0, "sd_slope": 1.0, "correlation": 0.2, "sd_residual": 1.5}
BINARY = {"family": "binomial", "intercept": -1.0, "slope": 0.2, "sd_intercept": 1.5, "sd_slope": 0.0}


@dataclass(frozen=True)
class Design:
    """A trial of two arms in five waves, 20 % lost."""

    name: str
    persons: int
    effect: float
    family: str = "normal"
    peer: int = 100

    def seconds(self, rounds: int) -> tuple[float, float]:
        """Least time of the processor for 1,000 studies, and their power."""
        study = gc.Study(persons=self.persons, times=[0, 1, 2, 3, 4], dropout=0.2)
        best, power = float("inf"), float("nan")
        for _ in range(rounds):
            start = time.process_time()
            options = SDS if self.family == "normal" else BINARY
            power = gc.power(study, self.effect, method="simulation", n=STUDIES, rng=1, **options).power
            best = min(best, time.process_time() - start)
        return best, power

    def peer_seconds(self) -> tuple[float, float]:
        """Time of 1,000 studies with lme4, and their power."""
        asked = [str(one) for one in (self.persons, 5, 0.2, self.effect, self.peer, self.family)]
        command = ["Rscript", str(HERE / "planning.R"), *asked]
        found, power = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        return float(found) * STUDIES / self.peer, float(power)


DESIGNS = (
    Design("200 persons", 200, 0.4, peer=STUDIES),
    Design("20,000 persons", 20_000, 0.04, peer=4),
    Design("yes or no, 200 persons", 200, 0.4, "binomial", peer=20),
)


def tables(rounds: int) -> list[Table]:
    """Every design by both."""
    rows = []
    for design in DESIGNS:
        mine, power = design.seconds(rounds if design.family == "normal" else 1)
        cells = [design.name, seconds_text(mine), f"{power:.2f}"]
        if shutil.which("Rscript"):
            other, found = design.peer_seconds()
            cells += [seconds_text(other), f"{found:.2f}", f"{other / mine:,.0f}"]
        rows.append(cells)
    text = (
        f"Written by `python tests/benchmarks/planning.py --write`. {STUDIES:,} simulated trials (two arms, 5 waves, "
        "20 % lost), drawn, fitted (REML, random intercept and slope) and tested by Satterthwaite; those of yes-or-no "
        "outcomes by quadrature with a random intercept, twice, with the effect and without it. The peer is a loop of "
        "lme4 and lmerTest (`planning.R`, nine points of quadrature), of 1,000 trials of 200 persons, and of "
        "fewer of the others, whose time is scaled up. Seconds of the processor, of one thread."
    )
    return [Table(HEADING, text, ["trial", "growthcurves", "power", "lme4", "power", "times growthcurves"], rows)]


if __name__ == "__main__":
    publish(__doc__, tables, rounds=3)
