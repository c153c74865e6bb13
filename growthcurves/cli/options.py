"""The options that commands share, in the sections of a model file: the table, the model, the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import click

from growthcurves.cli.complete import NamesOf, columns
from growthcurves.cli.design import DESIGN
from growthcurves.cli.shared_option import SharedOption
from growthcurves.cli.values import (
    Codes,
    Columns,
    Names,
    Number,
    Numbers,
    Outcomes,
    Pairs,
    Reasons,
    Settings,
    Times,
    Value,
    WholeNumber,
)

#: Options that had another name, and their name; without dashes.
RENAMED = {"covariates": "time-varying"}


@dataclass(frozen=True)
class Request:
    """What the user asked for; names as in the file. What a command does not take is at its default."""

    data: str
    id: str | None = None
    id_columns: tuple = ()
    time: str | None = None
    outcome: str | None = None
    columns: tuple = ()
    times: tuple = ()
    wave: str | None = None
    since: Any = None
    time_unit: str | None = None
    outcome_unit: str | None = None
    missing: tuple = ()
    names: tuple | None = None
    day_first: bool | None = None
    date_format: str | None = None
    read: tuple = ()
    where: str | None = None
    entry: str | None = None
    status: tuple = ()
    by: str | None = None
    by_columns: tuple = ()
    slope: str | None = None
    intercept: str | None = None
    predictors: tuple = ()
    reference: tuple = ()
    time_varying: str | None = None
    formula: str | None = None
    shape: str | None = None
    degree: int | None = None
    knots: tuple | None = None
    jump: bool = False
    df: int | None = None
    offset: float | None = None
    origin: Any = None
    random: str | None = None
    residual: str | None = None
    family: str | None = None
    trials: str | None = None
    exposure: str | None = None
    quadrature: Any = None
    method: str | None = None
    ml: bool = False
    ddf: str | None = None
    level: float | None = None
    intervals: str | None = None
    replicates: int | None = None
    seed: int | None = None
    threshold: float | None = None
    between: tuple | None = None
    at: tuple | None = None
    batch: int | None = None
    given: frozenset = field(default_factory=frozenset)

    @property
    def criterion(self) -> str | None:
        """ "reml" or "ml"; None where the outcomes decide."""
        if self.ml and self.method == "reml":
            raise click.UsageError("--ml and --method reml contradict each other: leave one out.")
        return "ml" if self.ml else self.method


def _table(*names: str, **options: Any) -> SharedOption:
    return SharedOption("table", *names, **options)


def _model(*names: str, **options: Any) -> SharedOption:
    return SharedOption("model", *names, **options)


def _answer(*names: str, **options: Any) -> SharedOption:
    return SharedOption("answers", *names, **options)


TABLE = (
    _table(
        "--id",
        type=Columns(),
        multiple=True,
        metavar="COLUMN",
        shell_complete=columns,
        help="Column that says whose row it is; several that say it together: --id site --id patient.",
    ),
    _table(
        "--time",
        metavar="COLUMN",
        shell_complete=columns,
        help="Column of the time; its name, where --columns makes it.",
    ),
    _table("--outcome", metavar="COLUMN", shell_complete=columns, help="Column of the outcome."),
    _table(
        "--columns",
        type=Outcomes(),
        multiple=True,
        metavar="PATTERN",
        help='The table is wide: "reaction_{day}" finds reaction_0, reaction_1, ...; the number is the time. '
        '"bdi=bdi_t{wave}" names the outcome, "bdi=base:0,end:12" spells the columns out; repeatable.',
    ),
    _table(
        "--times",
        type=Times(),
        multiple=True,
        metavar="WAVE=TIME",
        help='Time of each number in the names: "1=0,2=6,3=12"; or the columns with own times: "day_t{wave}".',
    ),
    _table("--wave", metavar="COLUMN", shell_complete=columns, help="Column of the planned occasion."),
    _table("--since", type=Value(), metavar="ORIGIN", help='Where time begins: "first", a column, a date or a number.'),
    _table("--time-unit", metavar="TEXT", help="Unit of time, for texts; for dates it sets the scale."),
    _table("--outcome-unit", metavar="TEXT", help="Unit of the outcome, for texts."),
    _table(
        "--missing",
        type=Codes(),
        metavar="CODES",
        multiple=True,
        help='Codes that mean missing: "-99,-98"; repeatable.',
    ),
    _table("--names", type=Columns(), metavar="NAMES", help="Columns of a text file without a header: id,week,bdi."),
    _table(
        "--day-first/--month-first",
        default=None,
        help="How dates such as 11.10.2019 are written, where no date of the column settles it.",
    ),
    _table("--date-format", metavar="FORMAT", help='How dates are written, as "%d%b%Y" for 01JAN2020.'),
    _table(
        "--read",
        type=Settings("sheet_name=Data"),
        multiple=True,
        metavar="NAME=VALUE",
        help="An option of the reader: sheet_name=Data, encoding=cp1252, labels=no; repeatable.",
    ),
    _table(
        "--where",
        metavar="CONDITION",
        help="The rows to use: \"PARAMCD == 'ACTOT' & age >= 18\"; also |, ~, in ['a', 'b'], is missing.",
    ),
    _table(
        "--entry",
        metavar="COLUMN",
        shell_complete=columns,
        help="Column of the first wave (or time) at which a person was in the study: earlier ones are not missed.",
    ),
    _table(
        "--status",
        type=Reasons(),
        multiple=True,
        metavar="COLUMN=CODE:REASON",
        help='Why waves are missing: "iwstat=0:not sampled,5:died"; "year_of_death=died" of a time; a column of words '
        "alone. Reasons: died, dropout, nonresponse, not scheduled, not sampled, none; repeatable.",
    ),
)

BY = _model(
    "--by",
    metavar="COLUMN",
    shell_complete=columns,
    help="Compare groups: predicts all growth parameters (unless --formula), and divides the answers; "
    '"arm,site" is the groups of both.',
)

MODEL = (
    BY,
    _model("--slope", metavar="TERMS", help='Predictors of the rate of change, and so of the intercept: "age + arm".'),
    _model("--intercept", metavar="TERMS", help="Further predictors of the intercept alone."),
    _model(
        "--predictors",
        type=Pairs(nameless=True),
        multiple=True,
        metavar="NAME=TERMS",
        help='Predictors of one growth parameter: "quadratic=arm"; without a name, of all; repeatable.',
    ),
    _model(
        "--reference",
        type=Pairs(),
        multiple=True,
        metavar="COLUMN=LEVEL",
        help="Reference level of a predictor; repeatable.",
    ),
    _model(
        "--time-varying", metavar="TERMS", help='Time-varying predictors: "stress", "within(stress) + between(stress)".'
    ),
    _model("--formula", metavar="FORMULA", help='The model as an lme4 formula: "bdi ~ week * arm + (week | subject)".'),
    _model(
        "--shape",
        metavar="SHAPE",
        shell_complete=NamesOf("growthcurves.model.shapes", "SHAPES"),
        help="linear (default), quadratic, cubic, polynomial, piecewise, spline, log or occasions.",
    ),
    _model(
        "--knots",
        type=Names(),
        metavar="TIMES",
        help='Where pieces or splines meet: "3,6"; or columns of persons\' own.',
    ),
    _model("--jump", is_flag=True, help="The level may change at the knots of pieces as well."),
    _model("--df", type=WholeNumber(), metavar="NUMBER", help="Parameters of a spline."),
    _model("--degree", type=WholeNumber(), metavar="NUMBER", help="Degree of a polynomial."),
    _model(
        "--offset", type=Number(), metavar="NUMBER", help="Added to time before the logarithm is taken; 1 by default."
    ),
    _model(
        "--origin", type=Value(), metavar="TIME", help='The time at which the intercept is read: a number or "first".'
    ),
    _model(
        "--random",
        metavar="NAMES",
        help='What varies between persons: "intercept,slope" (default), "intercept", "none"; '
        '"intercept | slope" without covariance.',
    ),
    _model(
        "--residual",
        metavar="NAME",
        shell_complete=NamesOf("growthcurves.model.covariance", "RESIDUALS"),
        help="Covariance of the residuals; independent by default.",
    ),
    _model(
        "--family",
        metavar="NAME",
        shell_complete=NamesOf("growthcurves.model.families", "FAMILIES"),
        help="Outcomes that are not normal: binomial (yes or no), poisson, negative-binomial, ordinal, gamma or "
        "lognormal; probit and cloglog are binomial with that link.",
    ),
    _model(
        "--trials",
        metavar="COLUMN",
        shell_complete=columns,
        help="Column of how many trials the outcome counts the successes of.",
    ),
    _model(
        "--exposure",
        metavar="COLUMN",
        shell_complete=columns,
        help="Column of how long or how many a count was taken over.",
    ),
    _model(
        "--quadrature",
        type=Value(),
        metavar="POINTS",
        help="How the integral over random effects is taken: auto (default), laplace, or a number of points.",
    ),
    _model(
        "--method",
        type=click.Choice(["reml", "ml"]),
        help="Restricted (default; of normal outcomes alone) or full maximum likelihood.",
    ),
    _model("--ml", is_flag=True, help="The same as --method ml."),
)

ANSWERS = (
    _answer(
        "--ddf",
        metavar="NAME",
        shell_complete=NamesOf("growthcurves.results.ddf", "METHODS"),
        help="Degrees of freedom: satterthwaite (default), kenward-roger, between-within, containment, residual, "
        "normal; robust for sandwich errors.",
    ),
    _answer("--level", type=Number(), metavar="NUMBER", help="Confidence level; 0.95 by default."),
    _answer(
        "--intervals",
        metavar="NAME",
        shell_complete=NamesOf("growthcurves.results.intervals", "METHODS"),
        help="Intervals: wald, profile or bootstrap; by default profile for SDs and correlations, wald for the change "
        "report.",
    ),
    _answer("--replicates", type=WholeNumber(), metavar="NUMBER", help="Bootstrap replicates; 1000 by default."),
    _answer(
        "--seed", type=WholeNumber(), metavar="NUMBER", help="Seed of the bootstrap; drawn and printed by default."
    ),
    _answer("--threshold", type=Number(), metavar="RATE", help="Rate above which persons are counted; 0 by default."),
    _answer("--between", type=Numbers(2), metavar="TIMES", help="Interval of the average rate of a curve: 0,9."),
    _answer("--at", type=Numbers(), metavar="TIMES", help="Times at which ICCs and correlations are told: 0,4,9."),
)



def limits_option() -> click.Option:
    """The scale of the outcome, for pictures."""
    return click.Option(
        ["--limits"],
        type=Numbers(2),
        metavar="LOW,HIGH",
        help="Lowest and highest value that the outcome can have: bands and axes of pictures keep to it.",
    )


#: The sections of a model file, in their order.
SECTIONS: dict[str, tuple[SharedOption, ...]] = {
    "table": TABLE, "model": MODEL, "answers": ANSWERS, "design": DESIGN,
}  # fmt: skip


def pairs_of(options: Iterable[Any]) -> dict[Any, Any]:
    """The pairs of a repeatable option as one dictionary.

    Raises
    ------
    click.UsageError
        When a name stands twice.
    """
    found: dict[Any, Any] = {}
    for name, value in [pair for pairs in options for pair in pairs]:
        if name in found:
            raise click.UsageError(f"{name or value!r} is given twice: leave one out.")
        found[name] = value
    return found


def request_of(values: dict[str, Any]) -> Request:
    """Take the shared options out of a command's values, as one record."""
    names = [item.name for item in fields(Request) if item.name in values]
    taken = {name: values.pop(name) for name in names}
    given = frozenset(name for name, value in taken.items() if not (value is None or value is False or value == ()))
    if "missing" in taken:
        taken["missing"] = tuple(code for codes in taken["missing"] for code in codes)
    if "id" in taken:
        taken["id_columns"] = tuple(name for names in taken["id"] for name in names)
        taken["id"] = ", ".join(taken["id_columns"]) or None
    if taken.get("by"):
        taken["by_columns"] = Columns().read(taken["by"])
        taken["by"] = ", ".join(taken["by_columns"]) if len(taken["by_columns"]) > 1 else taken["by"]
    return Request(**taken, given=given)
