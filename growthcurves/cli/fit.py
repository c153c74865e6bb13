"""`growthcurves fit`: fit a growth model and print its summary."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.options import model_options, request_of


@click.command(short_help="Fit a growth model and print its summary.")
@model_options
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def fit(as_json: bool, **values: Any) -> None:
    """Fit a growth model to the table DATA and print its summary.

    \b
    growthcurves fit study.csv --id subject --time week --outcome bdi --slope "age + arm"
    """
    from growthcurves.cli.analysis import run

    request = request_of(values)
    fitted = run(request)
    if as_json:
        from growthcurves.cli.machine import fit_as_json

        click.echo(fit_as_json(fitted, request.by))
    else:
        click.echo(str(fitted.summary()))
        if request.by is not None:
            click.echo("\nChange report\n" + _wrapped(fitted.change(by=request.by).sentences()))


def _wrapped(sentences: list[str]) -> str:
    import textwrap

    return "\n".join(
        textwrap.fill(text, 78, initial_indent="  ", subsequent_indent="    ") for text in sentences
    )
