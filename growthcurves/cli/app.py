"""The command `growthcurves` and its subcommands; a new one is one new file and one line in `COMMANDS`."""

from __future__ import annotations

import click

from growthcurves.cli.check import check
from growthcurves.cli.completion import completion
from growthcurves.cli.datasets import datasets
from growthcurves.cli.demo import demo
from growthcurves.cli.describe import describe
from growthcurves.cli.fit import fit
from growthcurves.cli.mmrm import mmrm
from growthcurves.cli.plainly import PlainGroup
from growthcurves.cli.plot import plot
from growthcurves.cli.power import power
from growthcurves.cli.report import report
from growthcurves.cli.reshape import reshape
from growthcurves.cli.sites import fit_sites, recipe, site_sums
from growthcurves.cli.verify import verify
from growthcurves.version import DISTRIBUTION, VERSION

COMMANDS = (
    report, describe, reshape, fit, check, plot, mmrm, power, recipe, site_sums, fit_sites, datasets, demo, verify,
    completion,
)  # fmt: skip

_EPILOG = """\b
Examples:
  growthcurves demo
  growthcurves report study.csv --id subject --time week --outcome bdi
  growthcurves report study.csv --id subject --time week --outcome bdi \\
      --by arm --slope "age" -o report.html
  growthcurves report wide.csv --id subject --time day --columns "reaction_{day}"
  growthcurves fit study.csv --formula "bdi ~ week * arm + (week | subject)" --json
"""


class InOrder(PlainGroup):
    """A group that lists its commands in their order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [str(command.name) for command in COMMANDS]


@click.group(
    cls=InOrder,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(VERSION, message=f"growthcurves %(version)s ({DISTRIBUTION})")
def main() -> None:
    """How fast people change, how much they differ, and why: growth-curve models of longitudinal data.

    DATA is a table: text (.csv, .tsv, .txt; separator, decimal comma and encoding are found out), .parquet, .xlsx,
    SPSS (.sav, .zsav), Stata (.dta) or SAS (.sas7bdat, .xpt).
    "growthcurves COMMAND --help" lists the options of a command.
    """


for _command in COMMANDS:
    main.add_command(_command)
