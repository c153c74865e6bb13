"""`growthcurves check`: whether the assumptions of a model hold, printed, as JSON or as a picture."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.command import PlainCommand, table_command
from growthcurves.cli.options import MODEL, TABLE, request_of
from growthcurves.cli.output import checked_files, endings_text, hand_on_json, tell
from growthcurves.cli.values import WholeNumber

_OWN = [
    click.Option(
        ["--prespecified"],
        is_flag=True,
        help="The model was chosen before the data were seen: what there is to try is called sensitivity analyses.",
    ),
    click.Option(
        ["--replicates"],
        type=WholeNumber(),
        metavar="NUMBER",
        help="Replicates of the fitted model, 199 at least; 499 by default.",
    ),
    click.Option(["--seed"], type=WholeNumber(), default=1, show_default=True, metavar="NUMBER", help="Their seed."),
    click.Option(["--plot"], metavar="FILE", help=f"Draw what was found: {endings_text('a figure')}."),
]


@click.command(
    cls=PlainCommand,
    params=table_command([*TABLE, *MODEL], _OWN),
    short_help="Check the assumptions of a model.",
)
def check(as_json: bool, write_model: str | None, prespecified: bool, plot: str | None, **values: Any) -> None:
    """Fit a growth model to the table DATA and look at its assumptions: what was found beside what a right model gives.

    \b
    growthcurves check study.csv --id subject --time week --outcome bdi --by arm
    growthcurves check study.csv --model model.toml --prespecified \\
        --plot checks.png
    """
    from growthcurves.cli.analysis import run
    from growthcurves.cli.layout import say, width
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.machine import package_version
    from growthcurves.cli.model_file import write_model_file

    request = request_of(values)
    files = checked_files(request.data, plot=("a figure", plot), write_model=("a model file", write_model))
    found = run(request).check(prespecified, n=request.replicates, rng=1 if request.seed is None else request.seed)
    write_model_file(files)
    if "plot" in files:
        _draw(found, files["plot"])
    if as_json:
        drawn = {"figure": str(files["plot"])} if "plot" in files else {}
        hand_on_json(json_of({"package": package_version(), **found.to_dict(), **drawn}))
        return
    say(found.told(width()))
    if "plot" in files:
        tell(f"\nThe figure is in {files['plot']}.")


def _draw(found: Any, path: Any) -> None:
    from growthcurves.output.files import whole_file
    from growthcurves.plots import FIGURES
    from growthcurves.plots.sheet import on_sheet, write_picture

    sheet = on_sheet(FIGURES["check"](), found)
    with whole_file(path) as file:
        write_picture(sheet, file, path.suffix, 200)
