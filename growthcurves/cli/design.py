"""The sampling design that the options say."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.complete import columns
from growthcurves.cli.shared_option import SharedOption
from growthcurves.cli.values import Number

WEIGHTS = SharedOption(
    "design",
    "--weights",
    multiple=True,
    metavar="COLUMN",
    help="Column of the persons' sampling weights, or UNIT=COLUMN (persons, units above, rows); repeatable.",
)
#: Options of a sampling design, for commands that fit.
DESIGN = (
    WEIGHTS,
    SharedOption("design", "--strata", metavar="COLUMN", shell_complete=columns, help="Column of the sampling strata."),
    SharedOption(
        "design", "--psu", metavar="COLUMN", shell_complete=columns, help="Column of the primary sampling units."
    ),
    SharedOption(
        "design",
        "--scale",
        type=click.Choice(["size", "effective", "none"]),
        help="How weights below the highest level are scaled; size by default.",
    ),
    SharedOption(
        "design",
        "--single",
        type=click.Choice(["refuse", "certainty", "centred"]),
        help="Strata of one sampling unit: refused (by default), add nothing, or against the mean of all units.",
    ),
    SharedOption(
        "design",
        "--replicate-weights",
        metavar="COLUMNS",
        help='Replicate weights, what their columns have in common ("rep_{k}") or a list with commas.',
    ),
    SharedOption(
        "design",
        "--replicate-kind",
        type=click.Choice(["brr", "fay", "jackknife", "jk2"]),
        help="Of what kind they are; brr by default.",
    ),
    SharedOption("design", "--fay", type=Number(), metavar="FACTOR", help="Fay's factor; 0.5 by default, as in PISA."),
    SharedOption(
        "design",
        "--replicate-of",
        metavar="COLUMN",
        shell_complete=columns,
        help="Whose replicate weights they are, where the model has units above persons.",
    ),
)
_NAMES = tuple(str(option.name) for option in DESIGN)
#: Options that say something of others, and which.
_BESIDE = {
    "scale": ("weights", "--scale is of sampling weights: give --weights."),
    "single": ("strata", "--single is of strata: give --strata."),
    "replicate_kind": ("replicate_weights", "--replicate-kind is of replicate weights: give --replicate-weights."),
    "replicate_of": ("replicate_weights", "--replicate-of is of replicate weights: give --replicate-weights."),
    "fay": ("replicate_weights", "--fay is of replicate weights: give --replicate-weights."),
}


def design_of(values: dict[str, Any]) -> Any:
    """The design, its options taken out of the values; None where no option says one."""
    given = {name: values.pop(name) for name in _NAMES}
    for name, (needed, told) in _BESIDE.items():
        if given[name] is not None and not given[needed]:
            raise click.UsageError(told)
    if given["fay"] is not None and given["replicate_kind"] != "fay":
        raise click.UsageError("--fay is the factor of --replicate-kind fay: say so.")
    if not (given["weights"] or given["strata"] or given["psu"] or given["replicate_weights"]):
        return None
    from growthcurves.model.survey.design import SurveyDesign

    more = {name: given[name] for name in ("scale", "single") if given[name] is not None}
    return SurveyDesign(weights_of(given["weights"]), given["strata"], given["psu"], _replicates(given), **more)


def _replicates(given: dict[str, Any]) -> Any:
    text = given["replicate_weights"]
    if not text:
        return None
    from growthcurves.model.survey.replicates import ReplicateWeights

    names = text if "{" in text else [name.strip() for name in text.split(",")]
    return ReplicateWeights(names, given["replicate_kind"] or "brr", given["fay"], of=given["replicate_of"])


def weights_of(given: tuple[str, ...]) -> Any:
    """One column of persons' weights, or columns by whose they are."""
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    pairs = [text.split("=", 1) for text in given]
    for text, pair in zip(given, pairs, strict=True):
        if len(pair) < 2 or not all(pair):
            raise click.UsageError(f"--weights {text}: several weights are UNIT=COLUMN, such as school=w_school.")
    return dict(pairs) or None
