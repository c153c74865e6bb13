"""`growthcurves recipe`, `site-sums` and `fit-sites`: hospitals that share no rows, each its own command."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.command import JsonOption, PlainCommand, data_argument, table_command
from growthcurves.cli.options import ANSWERS, MODEL, TABLE, pairs_of, request_of
from growthcurves.cli.output import checked_files, hand_on_json, tell
from growthcurves.cli.values import Codes, Pairs, WholeNumber

_LEVELS = click.Option(
    ["--levels"],
    type=Pairs(),
    multiple=True,
    metavar="COLUMN=LEVELS",
    help="Levels that a column has at any of the sites, the reference first: arm=placebo,drug; again for others.",
)
_SITE = click.Option(["--site"], metavar="COLUMN", help="The column of the model that says which site it is.")
_RECIPE = click.Argument(["recipe"], metavar="RECIPE")


@click.command(
    cls=PlainCommand,
    params=table_command(
        [*TABLE, *MODEL],
        [
            _LEVELS,
            _SITE,
            click.Option(["-o", "--output"], metavar="FILE", required=True, help="Where to write it: .json."),
        ],
    ),
    short_help="Write the recipe by which sites sum alike.",
)
def recipe(as_json: bool, write_model: str | None, output: str, levels: tuple, site: str | None, **values: Any) -> None:
    """Write the recipe by which sites that share no rows read and sum them: knots, origin, levels, round centres.

    The table DATA may be of one site or made up: the recipe holds nothing of a person.

    \b
    growthcurves recipe made_up.csv \\
        --formula "bdi ~ week * arm + (week | patient)" \\
        --levels arm=placebo,drug -o recipe.json
    """
    from growthcurves.cli.analysis import prepared
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.machine import package_version
    from growthcurves.cli.model_file import write_model_file
    from growthcurves.sites.door import site_recipe as recipe_of

    request = request_of(values)
    files = checked_files(request.data, output=("a recipe", output), write_model=("a model file", write_model))
    model, panel, options = prepared(request)
    named = {column: list(Codes().read(str(text))) for column, text in pairs_of(levels).items()}
    found = recipe_of(model, panel.data, named or None, site, **options)
    found.save(files["output"])
    write_model_file(files)
    if as_json:
        hand_on_json(json_of({"package": package_version(), **found.to_dict(), "recipe": str(files["output"])}))
        return
    say(str(found))
    tell(f"\nThe recipe is in {files['output']}: send it to all sites.")


@click.command(
    "site-sums",
    cls=PlainCommand,
    params=[
        _RECIPE,
        data_argument(),
        click.Option(["-o", "--output"], metavar="FILE", required=True, help="Where to write the sums: .json."),
        click.Option(["--name"], metavar="TEXT", help="What the site is called; the file's name by default."),
        click.Option(["--min-cell"], type=WholeNumber(), default=5, show_default=True, metavar="NUMBER",
                     help="The fewest persons of whom a sum is told."),
        click.Option(["--short"], type=click.Choice(["refuse", "drop", "merge"]), default="refuse", show_default=True,
                     help="What becomes of those of whom the sums would tell too much."),
        click.Option(["--previous"], metavar="FILE",
                     help="Earlier sums of this site, by any recipe: what both tell together is warned of."),
        click.Option(["--missing"], type=Codes(), metavar="CODES", help="Codes that stand for missing: -99,-9."),
        JsonOption(),
    ],
    short_help="The sums that a site sends in the place of its rows.",
)  # fmt: skip
def site_sums(
    recipe: str, data: str, output: str, name: str | None, min_cell: int, short: str, previous: str | None,
    missing: tuple | None, as_json: bool,
) -> None:  # fmt: skip
    """Sum the rows of the table DATA by the recipe RECIPE, and write the sums: no row, no person, no rare cell.

    \b
    growthcurves site-sums recipe.json site_a.csv --short merge -o site_a.json
    """
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.machine import package_version
    from growthcurves.data.read import read_table
    from growthcurves.sites.door import site_sums as sums_of

    path = checked_files(data, output=("a site's sums", output))["output"]
    frame = read_table(data, missing=list(missing or ()))
    found = sums_of(recipe, frame, min_cell, short, name or path.stem, previous)
    found.save(path)
    if as_json:
        hand_on_json(json_of({"package": package_version(), **found.to_dict(), "sums": str(path)}))
        return
    say(str(found))
    if len(found.lost):
        say(f"\n{_shifted(found, frame)}")
    tell(f"\nThe sums are in {path}: that file is all that the site sends.")


def _shifted(found: Any, frame: Any) -> str:
    """What leaving persons out does to the site's own estimates, or why that cannot be told."""
    from growthcurves.errors import NotEstimableError

    try:
        return str(found.shift(frame))
    except NotEstimableError as error:
        return str(error)


@click.command(
    "fit-sites",
    cls=PlainCommand,
    params=[
        _RECIPE,
        click.Argument(["sites"], metavar="SITES...", nargs=-1, required=True),
        *ANSWERS,
        click.Option(["--ml"], is_flag=True, help="Full maximum likelihood in the place of REML."),
        click.Option(["--all", "whole"], is_flag=True, help="All sentences of the change report."),
        click.Option(["--save"], metavar="FILE", help="Keep the fit, without persons, for growthcurves.load."),
        JsonOption(),
    ],
    short_help="Fit the model of a recipe to the sums of several sites.",
)
def fit_sites(
    recipe: str, sites: tuple[str, ...], ml: bool, whole: bool, save: str | None, as_json: bool, **values: Any
) -> None:
    """Fit the model of the recipe RECIPE to the sums of several sites, and print its summary and change report.

    \b
    growthcurves fit-sites recipe.json site_a.json site_b.json site_c.json
    """
    from growthcurves.cli.answers import answers_json, answers_text, checked_answers
    from growthcurves.cli.layout import say
    from growthcurves.fit import fit
    from growthcurves.sites.recipe import load_site_recipe

    asked = checked_answers(request_of({"data": recipe, **values}))
    files = checked_files(recipe, save=("a fit", save))
    fitted = fit(load_site_recipe(recipe), list(sites), method="ml" if ml else None)
    if "save" in files:
        fitted.save(files["save"], people=False)
    if as_json:
        hand_on_json(answers_json(fitted, asked))
    else:
        say(answers_text(fitted, asked, whole))
