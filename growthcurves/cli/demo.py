"""`growthcurves demo`: the report of a shipped data set, so that nothing of the user's is needed."""

from __future__ import annotations

import click

_STUDY = """\
Eighteen people slept three hours a night; their reaction time was measured
before it began and on each of nine days (Belenky and others, 2003).
"""
_NEXT = """
With a table of your own:
  {called} report DATA --id COLUMN --time COLUMN --outcome COLUMN"""


@click.command(short_help="See a report of a shipped data set.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="growthcurves-demo.html",
    show_default=True,
    help="The report's file.",
)
def demo(output: str) -> None:
    """Fit a growth model to a shipped study of sleep loss and write its report. No data are needed."""
    from growthcurves.cli.output import called, checked_files, tell
    from growthcurves.cli.report import made_report, tell_findings
    from growthcurves.data.datasets import dataset_entry, load_dataset
    from growthcurves.data.panel import Panel
    from growthcurves.fit import fit

    path = checked_files(None, output=("a report", output))["output"]
    entry = dataset_entry("sleepstudy")
    units = {f"{role}_unit": unit for role, unit in entry["units"].items()}
    panel = Panel(load_dataset("sleepstudy"), **entry["roles"], **units)
    formula = "{outcome} ~ {time} + ({time} | {id})".format(**entry["roles"])
    tell(f"{_STUDY}The model is {formula}, fitted by REML.\n")
    tell_findings(made_report(fit(formula, panel), path, title="Reaction time under sleep restriction"), path)
    tell(_NEXT.format(called=called()))
