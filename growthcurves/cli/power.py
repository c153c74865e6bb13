"""`growthcurves power`: power, sample size or the smallest effect of a planned study, printed or as a page."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.command import JsonOption, PlainCommand
from growthcurves.cli.complete import NamesOf
from growthcurves.cli.output import checked_files, endings_text, hand_on_json, tell
from growthcurves.cli.values import (
    Kind,
    Number,
    Numbers,
    Pairs,
    Settings,
    Value,
    WholeNumber,
    bare,
    cut,
    number_or_text,
    split,
)


class ByArm(Kind):
    """A number, several with commas between them, or one for each arm: `0.2`, `0,0.1,0.2`, `placebo=0.1,drug=0.3`."""

    name = "numbers"

    def read(self, text: str) -> Any:
        parts = split(text, ",")
        if all("=" in part for part in parts):
            return {bare(name): _number(value) for name, _, value in (cut(part, "=") for part in parts)}
        found = [_number(part) for part in parts]
        return found[0] if len(found) == 1 else found


class Shares(Kind):
    """Arms, with their shares where these differ: `placebo,drug`, `placebo=0.4,drug=0.6`."""

    name = "arms"

    def read(self, text: str) -> Any:
        parts = split(text, ",")
        if any("=" in part for part in parts):
            return {bare(name): _number(value) for name, _, value in (cut(part, "=") for part in parts)}
        return [bare(part) for part in parts]


class Spreads(Pairs):
    """SDs of what varies between units: `site=intercept:1,slope:0.3`."""

    name = "SDs"

    def value_of(self, text: str) -> Any:
        pairs = [cut(part, ":") for part in split(text, ",")]
        if not all(name.strip() and sign for name, sign, _ in pairs):
            raise ValueError(f"write {text!r} as {self.example()}.")
        return {bare(name.strip()): _number(value) for name, _, value in pairs}

    def example(self) -> str:
        return "UNIT=WHAT:SD, such as site=intercept:1,slope:0.3"


def _number(text: str) -> float:
    found = number_or_text(text)
    if isinstance(found, str):
        raise ValueError(f"{text.strip()!r} is not a number.")
    return found


def _number_of(*names: str, **options: Any) -> click.Option:
    return click.Option(list(names), type=Number(), metavar="NUMBER", **options)


_STUDY = [
    click.Option(["--persons"], type=WholeNumber(), metavar="NUMBER", help="All that enter; left out, it is found."),
    click.Option(["--times"], type=Numbers(), metavar="TIMES", help="When persons are seen: 0,3,6,12."),
    click.Option(["--waves"], type=WholeNumber(), metavar="NUMBER",
                 help="Number of visits, with --duration or --spacing in the place of --times."),
    _number_of("--duration", help="From the first visit to the last."),
    _number_of("--spacing", help="From one visit to the next."),
    click.Option(["--arms"], type=Shares(), metavar="ARMS",
                 help="The reference first: placebo,drug, or placebo=0.4,drug=0.6."),
    click.Option(["--dropout"], type=ByArm(), metavar="SHARE",
                 help="Lost by the last visit, 0.2; by each visit, 0,0.1,0.2; by arm, placebo=0.1,drug=0.3."),
    click.Option(["--levels"], type=Settings("site=20"), multiple=True, metavar="UNIT=SIZE",
                 help="Units that hold persons, innermost first, with their size: site=20."),
    click.Option(["--units"], type=Settings("site=12"), multiple=True, metavar="UNIT=NUMBER",
                 help="Units whose number is fixed: site=12."),
    click.Option(["--randomised"], metavar="UNIT", help="The unit that is randomised whole; persons by default."),
    click.Option(["--time-unit"], metavar="UNIT", help="Unit of time: months."),
    click.Option(["--outcome-unit"], metavar="UNIT", help="Unit of the outcome: points."),
]  # fmt: skip
_EFFECT = [
    click.Option(["--effect"], type=ByArm(), metavar="SIZE",
                 help="Per unit of time where it is of a rate; by arm low=0.2,high=0.4; left out, it is found."),
    _number_of("--slowing", help="In its place a share of --slope: 0.3 is change that is 30 % slower."),
    click.Option(["--test"], metavar="TERM", help="What is tested; slope:arm by default."),
    _number_of("--at", help="Arms are compared at this time."),
    _number_of("--since", help="With --at: in their change since this time."),
    _number_of("--power", default=0.8, show_default=True, help="That is looked for."),
    _number_of("--alpha", default=0.05, show_default=True, help="Level of the test."),
    click.Option(["--one-sided"], is_flag=True, help="A test in the direction of the effect, at the whole level."),
    click.Option(["--method"], type=click.Choice(["t", "normal", "simulation"]), default="t", show_default=True,
                 help="By t and F, by the normal distribution, or by simulated studies."),
    click.Option(["--ddf"], type=Value(), default="satterthwaite", show_default=True, metavar="NAME",
                 help="Degrees of freedom: satterthwaite, kenward-roger, between, or a number."),
]  # fmt: skip
_ASSUMED = [
    _number_of("--slope", help="Mean rate of change in the reference arm."),
    click.Option(["--sd-intercept"], type=ByArm(), metavar="SD",
                 help="Of persons' levels at time 0, or the first visit where 0 is none; also by arm."),
    click.Option(["--sd-slope"], type=ByArm(), metavar="SD", help="Of persons' rates of change; also by arm."),
    click.Option(["--correlation"], type=ByArm(), metavar="NUMBER", help="Of level and rate; of visits with --shape."),
    click.Option(["--sd-residual"], type=ByArm(), metavar="SD", help="Of measurements about a person's curve."),
    click.Option(["--sd"], type=ByArm(), metavar="SD", help="Of the outcome: at time 0 with --icc, or of the visits."),
    _number_of("--icc", help="Share of the variance at time 0 that is between persons."),
    _number_of("--reliability", help="Of persons' own slopes, in the place of --sd-slope."),
    click.Option(["--between"], type=Spreads(), multiple=True, metavar="UNIT=WHAT:SD",
                 help="What varies between units of --levels: site=intercept:1,slope:0.3."),
    click.Option(["--design-effect"], type=ByArm(), metavar="NUMBER",
                 help="Of groups in the place of --levels: 1.95, or icc=0.05,size=20."),
    click.Option(["--shape"], metavar="NAME", help="Of growth: linear; visits for a mean of every visit.",
                 shell_complete=NamesOf("growthcurves.model.shapes", "SHAPES")),
    click.Option(["--residual"], metavar="NAME", help="Residual covariance: ar1, with --values ar1=0.5.",
                 shell_complete=NamesOf("growthcurves.model.covariance", "RESIDUALS")),
    click.Option(["--values"], type=Settings("ar1=0.5"), multiple=True, metavar="NAME=NUMBER",
                 help="A parameter by its name in tables: ar1=0.5."),
    click.Option(["--baseline"], type=click.Choice(["free", "common"]), help="common: arms begin with one mean."),
    click.Option(["--fit", "pilot"], metavar="FILE", help="A fit that was saved, of a pilot: its model and variances."),
    click.Option(["--replicates"], type=WholeNumber(), metavar="NUMBER",
                 help="Of the pilot, for the interval of the power; or simulated studies."),
    click.Option(["--seed"], type=WholeNumber(), metavar="NUMBER", help="Of these."),
]  # fmt: skip
_WRITTEN = [
    click.Option(["--over"], type=Settings("waves=3,5,9"), multiple=True, metavar="NAME=VALUES",
                 help="The power over a grid: waves=3,5,9, sd_slope=0.5,1; persons are the axis where they are open."),
    click.Option(["--best-times"], is_flag=True, help="When persons are best seen, over the same duration."),
    _number_of("--grid", help="With --best-times: visits at multiples of this time; anywhere without."),
    click.Option(["--plot", "figure"], metavar="FILE", help=f"With --over, a picture: {endings_text('a figure')}."),
    click.Option(["--kind"], type=click.Choice(["power", "map", "reliability"]), default="power", show_default=True,
                 help="Of picture."),
    click.Option(["--title"], metavar="TEXT", help="Title of the page."),
    click.Option(["-o", "--output"], metavar="FILE", help="Write a page for the protocol: one HTML page."),
]  # fmt: skip
#: Options whose names are those of `gc.power` and `gc.Study`.
_OF_STUDY = (
    "persons",
    "times",
    "waves",
    "duration",
    "spacing",
    "arms",
    "dropout",
    "randomised",
    "time_unit",
    "outcome_unit",
)
_OF_CALL = (
    "effect", "slowing", "test", "at", "since", "alpha", "method", "ddf", "slope", "sd_intercept", "sd_slope",
    "correlation", "sd_residual", "sd", "icc", "reliability", "design_effect", "shape", "residual", "baseline",
)  # fmt: skip


@click.command(
    cls=PlainCommand,
    params=[*_STUDY, *_EFFECT, *_ASSUMED, *_WRITTEN, JsonOption()],
    short_help="Power and sample size of a study.",
)
def power(
    as_json: bool, output: str | None, title: str | None, figure: str | None, kind: str, over: tuple, **values: Any
) -> None:
    """Power of a planned study; or how many persons, waves or how long it needs; or the smallest effect that it finds.

    What is left out is found: --persons, --waves or --duration of a study, or --effect.

    \b
    growthcurves power --times 0,6,12,18 --arms placebo,drug --dropout 0.2 \\
        --slope -0.5 --slowing 0.3 --sd-intercept 5 --sd-slope 0.4 \\
        --correlation 0.2 --sd-residual 3 --power 0.9 -o protocol.html
    """
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.machine import package_version

    wanted: dict[str, Any] = {"output": ("a report", output)} if output else {}
    wanted |= {"plot": ("a figure", figure)} if figure else {}
    files = checked_files(values["pilot"], **wanted)
    if figure and not over:
        raise click.UsageError("--plot is a picture of --over: say what varies, such as --over waves=3,5,9.")
    _refuse_together(output, over, values)
    answer = _answer(values, _grid(over))
    page = answer.report(files["output"], title) if output else None
    if figure:
        _draw(answer, kind, files["plot"])
    if as_json:
        named = {name: str(path) for name, path in files.items()}
        return hand_on_json(json_of({"package": package_version(), **answer.to_dict(), "files": named}))
    say(str(answer))
    if page is not None:
        tell(f"\nThe page is in {files['output']} ({page.kilobytes} kB): open it in a browser.")
    if figure:
        tell(f"\nThe figure is in {files['plot']}.")
    return None


def _refuse_together(output: str | None, over: tuple, values: dict[str, Any]) -> None:
    """Refuse options that ask for different answers."""
    if output and over:
        raise click.UsageError("-o writes the page of one plan: leave --over out, or draw it with --plot.")
    if values["best_times"] and (output or over):
        raise click.UsageError("--best-times is an answer of its own: leave --over and -o out.")
    if values["grid"] is not None and not values["best_times"]:
        raise click.UsageError("--grid says where visits can be: it belongs to --best-times.")


def _answer(values: dict[str, Any], over: dict[str, Any]) -> Any:
    """What was asked for, by what was left out."""
    from growthcurves.planning.curve import power_curve
    from growthcurves.planning.optimal import optimal_times
    from growthcurves.planning.power import detectable_effect, power, sample_size

    study, options = _study(values), _options(values)
    sized = "effect" in options or "slowing" in options
    drawn = {"n": values["replicates"], "rng": values["seed"]}
    drawn = {name: value for name, value in drawn.items() if value is not None}
    if values["best_times"]:
        return optimal_times(study, grid=values["grid"], power=values["power"], **options)
    if over:
        return power_curve(study, over=over, power=values["power"], **options)
    if study.open and sized:
        return sample_size(study, power=values["power"], **options, **drawn)
    if not sized and options["method"] != "simulation":
        return detectable_effect(study, power=values["power"], **options)
    return power(study, **options, **drawn)


def _study(values: dict[str, Any]) -> Any:
    from growthcurves.planning.study import Study

    given: dict[str, Any] = {name: values[name] for name in _OF_STUDY if values[name] is not None}
    levels = dict(pair for pairs in values["levels"] for pair in pairs)
    levels |= {name: {"units": number} for pairs in values["units"] for name, number in pairs}
    return Study(**given, levels=levels or None)


def _options(values: dict[str, Any]) -> dict[str, Any]:
    """The options of the call."""
    from growthcurves.fit import load

    found = {name: values[name] for name in _OF_CALL if values[name] is not None}
    found["sided"] = 1 if values["one_sided"] else 2
    between = dict(pair for pairs in values["between"] for pair in pairs)
    named = dict(pair for pairs in values["values"] for pair in pairs)
    found |= {name: value for name, value in (("levels", between), ("values", named)) if value}
    return found | ({"fit": load(values["pilot"])} if values["pilot"] else {})


def _grid(over: tuple) -> dict[str, Any]:
    """What varies: several values of each."""
    pairs = [pair for pairs in over for pair in pairs]
    return {name.replace("-", "_"): list(value) if isinstance(value, tuple) else [value] for name, value in pairs}


def _draw(curve: Any, kind: str, path: Any) -> None:
    from growthcurves.output.files import whole_file
    from growthcurves.plots import PLAN_FIGURES
    from growthcurves.plots.sheet import on_sheet, write_picture

    sheet = on_sheet(PLAN_FIGURES[kind](), curve, None)
    with whole_file(path) as file:
        write_picture(sheet, file, path.suffix, 200)
