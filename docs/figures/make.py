"""Draws the pictures of the documents from shipped data: `python docs/figures/make.py`."""

from __future__ import annotations

from pathlib import Path

import matplotlib

import growthcurves as gc

FOLDER = Path(__file__).parent


def main() -> None:
    """Write every picture beside this file."""
    matplotlib.use("Agg")
    panel = gc.Panel(
        gc.load_dataset("sleepstudy"),
        id="subject",
        time="day",
        outcome="reaction",
        time_unit="days",
        outcome_unit="ms",
    )
    fit = gc.fit("reaction ~ day + (day | subject)", panel)
    axes = fit.plot.trajectories()
    axes.figure.savefig(FOLDER / "sleepstudy.png", dpi=150, bbox_inches="tight")


if __name__ == "__main__":
    main()
