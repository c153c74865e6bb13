"""`growthcurves fit`: fit a growth model and print its summary and change report."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.command import PlainCommand, table_command
from growthcurves.cli.design import DESIGN, design_of
from growthcurves.cli.in_batches import batch_option
from growthcurves.cli.options import ANSWERS, MODEL, TABLE, request_of

_SAVE = "Keep the fit as a file that growthcurves.load reads, with the rows where its answers need them (--family)."
_OWN = [
    click.Option(["--all", "whole"], is_flag=True, help="All sentences of the change report, not the first only."),
    click.Option(["--save"], metavar="FILE", help=_SAVE),
    batch_option(),
]


@click.command(
    cls=PlainCommand,
    params=table_command([*TABLE, *MODEL, *ANSWERS], [*DESIGN, *_OWN]),
    short_help="Fit a growth model and print its summary.",
)
def fit(
    as_json: bool,
    write_model: str | None,
    save: str | None,
    whole: bool,
    **values: Any,
) -> None:
    """Fit a growth model to the table DATA and print its summary and change report.

    DATA is a file; or a folder or a pattern of Parquet or text files, which are read in batches and need not fit into
    memory.

    \b
    growthcurves fit study.csv --id subject --time week --outcome bdi \\
        --slope "age + arm"
    growthcurves fit study.csv --model model.toml --ddf kenward-roger
    growthcurves fit panel.csv --id person --time year --outcome health \\
        --weights w_base --strata stratum --psu psu
    growthcurves fit panel/ --batch 500000 --formula "y ~ year + (year | person)"
    """
    from growthcurves.cli.analysis import run
    from growthcurves.cli.answers import answers_json, answers_text, checked_answers
    from growthcurves.cli.layout import say
    from growthcurves.cli.model_file import write_model_file
    from growthcurves.cli.output import checked_files, hand_on_json
    from growthcurves.storage.fits import needs_rows

    design = design_of(values)
    request = request_of(values)
    asked = checked_answers(request)
    files = checked_files(request.data, save=("a fit", save), write_model=("a model file", write_model))
    fitted = run(request, design)
    write_model_file(files)
    if "save" in files:
        fitted.save(files["save"], rows=needs_rows(fitted))
    if as_json:
        hand_on_json(answers_json(fitted, asked))
    else:
        say(answers_text(fitted, asked, whole))
