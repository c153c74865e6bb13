"""`growthcurves report`: from a table to one HTML page."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.command import PlainCommand, table_command
from growthcurves.cli.design import DESIGN, design_of
from growthcurves.cli.in_batches import batch_option
from growthcurves.cli.options import ANSWERS, MODEL, TABLE, limits_option, request_of
from growthcurves.cli.output import checked_files, hand_on_json, tell

if TYPE_CHECKING:
    from growthcurves.cli.answers import Asked

_OWN = [
    batch_option(),
    click.Option(["--title"], metavar="TEXT", help="Title of the report."),
    limits_option(),
    click.Option(
        ["-o", "--output"], metavar="FILE", default="report.html", show_default=True, help="The report's file."
    ),
]
#: How answers are wanted; what a change report may be asked for besides is not of a page.
_ANSWERS = [option for option in ANSWERS if option.name in ("ddf", "level", "intervals", "replicates", "seed")]


@click.command(
    cls=PlainCommand,
    params=table_command([*TABLE, *MODEL, *_ANSWERS], [*DESIGN, *_OWN]),
    short_help="From a table to a one-page HTML report.",
)
def report(
    title: str | None,
    output: str,
    limits: tuple[float, ...] | None,
    write_model: str | None,
    as_json: bool,
    **values: Any,
) -> None:
    """Fit a growth model to the table DATA and write a report: one HTML file, nothing else needed.

    DATA is a file; or a folder or a pattern of Parquet or text files, which are read in batches.

    \b
    growthcurves report study.csv --id subject --time week --outcome bdi --by arm
    growthcurves report wide.csv --id subject --time day --columns "reaction_{day}"
    growthcurves report panel.csv --id person --time year --outcome health \\
        --weights w_base --replicate-weights "rep_{k}" --replicate-kind fay
    """
    from growthcurves.cli.analysis import run
    from growthcurves.cli.answers import checked_answers
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.model_file import write_model_file

    design = design_of(values)
    request = request_of(values)
    files = checked_files(request.data, output=("a report", output), write_model=("a model file", write_model))
    path = files["output"]
    asked = checked_answers(request)
    made = made_report(run(request, design), path, title, request.by, asked, limits)
    write_model_file(files)
    if as_json:
        hand_on_json(json_of({"report": str(path), "kilobytes": made.kilobytes, "findings": made.findings}))
    else:
        tell_findings(made, path)


def made_report(
    fitted: Any,
    path: Path,
    title: str | None = None,
    by: str | None = None,
    asked: Asked | None = None,
    limits: Any = None,
) -> Any:
    """Write the report; by default with each answer's own intervals."""
    from growthcurves.cli.wording import in_options
    from growthcurves.report import report as make_report

    notes = tuple(replace(note, text=in_options(note.text)) for note in fitted.notes)
    fitted = replace(fitted, notes=notes)  # the page of who typed options
    options = {} if asked is None else {"ddf": asked.ddf, "level": asked.level, "intervals": asked.intervals}
    gc.disable()  # pictures are cycles by the thousand, and the process ends with its page: a tenth of the time
    try:
        return make_report(fitted, path=path, title=title, by=by, limits=limits, **options)
    finally:
        gc.enable()


def tell_findings(made: Any, path: Path) -> None:
    """Say in a few lines what the report found and where it is."""
    import textwrap

    for sentence in [made.lead] if made.lead else made.findings[:3]:
        tell(textwrap.fill(sentence, 78))
    tell(f"\nThe report is in {path} ({made.kilobytes} kB): open it in a browser.")
