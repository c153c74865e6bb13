"""`growthcurves plot`: any figure of a fit or of the table itself, as a file."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import MISSING, fields
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click

from growthcurves.cli.command import JsonOption, PlainCommand, data_argument
from growthcurves.cli.design import DESIGN, design_of
from growthcurves.cli.model_file import ModelFileOption, WriteModelOption
from growthcurves.cli.options import MODEL, TABLE, Request, limits_option, pairs_of, request_of
from growthcurves.cli.output import called, endings_text
from growthcurves.cli.values import Inches, Settings, shown


def _list_figures(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from growthcurves.cli.layout import say

        say(figures_text())
        ctx.exit()


@click.command(
    cls=PlainCommand,
    params=[
        data_argument(),
        *TABLE,
        *MODEL,
        *DESIGN,
        ModelFileOption(),
        WriteModelOption(),
        click.Option(
            ["--figure"], metavar="NAME", default="trajectories", show_default=True, help="The figure; see --list."
        ),
        click.Option(
            ["--set", "settings"],
            type=Settings(),
            multiple=True,
            metavar="NAME=VALUE",
            help="An option of the figure: people=20; repeatable.",
        ),
        limits_option(),
        click.Option(
            ["--figsize"],
            type=Inches(),
            metavar="WIDTHxHEIGHT",
            help="Inches of the picture, such as 3.3x2.5; by default those of the figure.",
        ),
        click.Option(["--dpi"], type=click.IntRange(30, 1200), default=200, show_default=True, help="Dots per inch."),
        click.Option(
            ["-o", "--output"],
            metavar="FILE",
            default="figure.png",
            show_default=True,
            help=f"The picture's file: {endings_text('a figure')}.",
        ),
        click.Option(
            ["--list"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_list_figures,
            help="List the figures and their options.",
        ),
        JsonOption(),
    ],
    short_help="Draw a figure of a fit, or of the table, to a file.",
)
def plot(
    figure: str,
    settings: tuple,
    limits: tuple[float, ...] | None,
    figsize: tuple[float, float] | None,
    dpi: int,
    output: str,
    as_json: bool,
    write_model: str | None,
    **values: Any,
) -> None:
    """Draw a figure of the model fitted to the table DATA, or of the table itself.

    \b
    growthcurves plot study.csv --id subject --time week --outcome bdi -o bdi.svg
    growthcurves plot study.csv --id subject --time week --outcome bdi \\
        --figure slopes --by arm -o rates.pdf
    """
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.model_file import write_model_file
    from growthcurves.cli.output import checked_files, hand_on_json, tell

    design = design_of(values)
    request = request_of(values)
    files = checked_files(request.data, output=("a figure", output), write_model=("a model file", write_model))
    path = files["output"]
    shows, kind = _figure_called(figure)
    made = _make(kind, pairs_of(settings), request, limits)
    if design is not None and shows != "fit":
        raise click.UsageError(f"--weights, --strata and --psu are of figures of a fit; {figure} is of the {shows}.")
    _draw(made, request, design, shows, path, dpi, figsize)
    write_model_file(files)
    if as_json:
        hand_on_json(json_of({"figure": figure, "file": str(path)}))
    else:
        tell(f"The figure is in {path}.")


def figures() -> dict[str, tuple[str, Any]]:
    """The figures by name: what they show (fit, table or ladder), and their class.

    A name that a figure of a fit has too begins with what it shows.
    """
    from growthcurves.plots import FAMILY_FIGURES, FIGURES, LADDER_FIGURES, LEVEL_FIGURES, PANEL_FIGURES

    found: dict[str, tuple[str, Any]] = {}
    of_fits = FIGURES | FAMILY_FIGURES | LEVEL_FIGURES
    for subject, registry in {"fit": of_fits, "table": PANEL_FIGURES, "ladder": LADDER_FIGURES}.items():
        for name, kind in registry.items():
            found[f"{subject}-{name}" if name in found else name] = (subject, kind)
    return {name.replace("_", "-"): figure for name, figure in found.items()}


def figures_text() -> str:
    """The figures and their options, for a terminal."""
    from growthcurves.cli.layout import wrapped

    parts = []
    for name, (subject, kind) in figures().items():
        first = (inspect.getdoc(kind) or "").splitlines()[0]
        options = ", ".join(_option_text(item) for item in fields(kind)) or "none"
        about = f"{first}{' Needs no model.' if subject == 'table' else ''}"
        parts.append(f"{name}\n{wrapped([about, f'Options: {options}'])}")
    return "\n\n".join(parts)


def _option_text(item: Any) -> str:
    default = None if item.default is MISSING else item.default
    return f"{item.name}={'none' if default is None else default}"


def _figure_called(name: str) -> tuple[str, Any]:
    from growthcurves.errors import ModelError, unknown
    from growthcurves.plots.figure import OTHER_NAMES

    known = figures()
    if name.replace("_", "-") not in known:
        raise ModelError(unknown("figure", name, known, OTHER_NAMES))
    return known[name.replace("_", "-")]


def _make(kind: Any, settings: dict[str, Any], request: Request, limits: tuple[float, ...] | None) -> Any:
    """The figure with its options; --by divides it too, where it can be divided."""
    from growthcurves.plots.figure import make_figure

    kinds = get_type_hints(kind)
    given = {name.replace("-", "_"): value for name, value in settings.items()}
    for name, value in given.items():
        if name in kinds and not _is_of(value, kinds[name]):
            raise click.UsageError(f"--set {name}: {shown(value)} is not what it takes, see {called()} plot --list.")
    common: dict[str, Any] = {"by": request.by} if request.by and "by" in {item.name for item in fields(kind)} else {}
    if limits is not None:
        if "limits" not in kinds:
            raise click.UsageError("--limits is the scale of the outcome, which this figure has no axis of.")
        common["limits"] = limits
    return make_figure(kind, common | given)


def _is_of(value: Any, wanted: Any) -> bool:
    """Whether a value is of an annotated type: one of several, a tuple of some, a number, a text."""
    if wanted is Any:
        return True
    if get_origin(wanted) is tuple:
        parts = get_args(wanted)
        return isinstance(value, tuple) and len(value) == len(parts) and all(map(_is_of, value, parts))
    if get_args(wanted):
        return any(_is_of(value, one) for one in get_args(wanted))
    if wanted in (int, float):
        return isinstance(value, int if wanted is int else int | float) and not isinstance(value, bool)
    return isinstance(value, wanted)


def _draw(
    figure: Any, request: Request, design: Any, shows: str, path: Path, dpi: int, figsize: tuple[float, float] | None
) -> None:
    """Draw the figure of what it shows into a file."""
    from growthcurves.cli.analysis import ladder_of, run
    from growthcurves.output.files import whole_file
    from growthcurves.plots.sheet import on_sheet, write_picture

    subjects: dict[str, Any] = {"fit": partial(run, design=design), "ladder": ladder_of, "table": _told_table}
    sheet = on_sheet(figure, subjects[shows](request), figsize)
    with whole_file(path) as file:
        write_picture(sheet, file, path.suffix, dpi)


def _told_table(request: Request) -> Any:
    """The panel, with the notes on its rows that a fit of it would have."""
    from growthcurves.cli.table import panel_of, roles_of
    from growthcurves.data.repeats import repeated_note
    from growthcurves.errors import DataWarning

    panel = panel_of(request, roles_of(request))
    for note in filter(None, (repeated_note(panel), *panel.suspects["note"])):
        warnings.warn(DataWarning(note), stacklevel=2)
    return panel
