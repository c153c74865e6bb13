"""`growthcurves mmrm`: a trial's mixed model for repeated measures, printed or as a page."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.command import JsonOption, PlainCommand, data_argument
from growthcurves.cli.complete import NamesOf, columns
from growthcurves.cli.options import TABLE, request_of
from growthcurves.cli.output import checked_files, hand_on_json, tell
from growthcurves.cli.values import Codes, Columns, Number, Value

#: Of the shared options on the table those that a table of visits has.
_TAKEN = ("id", "outcome", "columns", "times", "missing", "names", "day_first", "date_format", "read", "where")
_TABLE = [option for option in TABLE if option.name in _TAKEN]


def _column(*names: str, **options: Any) -> click.Option:
    return click.Option(list(names), metavar="COLUMN", shell_complete=columns, **options)


_OWN = [
    _column("--visit", help="Column of the planned visit: numbers, or texts such as Week 4; its name, where --columns "
            "makes it."),
    _column("--arm", help="Column of the treatment arm."),
    click.Option(["--reference"], type=Value(), metavar="LEVEL", help="The arm that others are compared with."),
    click.Option(["--baseline"], type=Value(), metavar="COLUMN", help="Column of the baseline, or the visit it is."),
    click.Option(["--covariates"], metavar="TERMS",
                 help='One effect at all visits: "sex + site"; by visit: "age * week".'),
    click.Option(["--response"], type=click.Choice(["value", "change", "clda"]), default="value", show_default=True,
                 help="The outcome, its change from the baseline, or the baseline as one of the outcomes."),
    click.Option(["--residual"], default="un", show_default=True, metavar="NAME", help="Covariance of the visits.",
                 shell_complete=NamesOf("growthcurves.model.covariance", "RESIDUALS")),
    click.Option(["--fallback"], type=Columns(), metavar="NAMES",
                 help="Structures to take when one does not hold: toeph,cs; none for none."),
    click.Option(["--ddf"], default="kenward-roger", show_default=True, metavar="NAME",
                 help="Degrees of freedom; Kenward-Roger by observed information, as SAS.",
                 shell_complete=NamesOf("growthcurves.results.ddf", "METHODS")),
    click.Option(["--fallback-ddf"], metavar="NAME",
                 help="In its place where a structure of --fallback is taken: robust.",
                 shell_complete=NamesOf("growthcurves.results.ddf", "METHODS")),
    click.Option(["--visits"], type=Codes(), metavar="VISITS", help="The visits to model, in their order: 4,8,12."),
    click.Option(["--weights"], type=click.Choice(["equal", "proportional", "counterfactual"]), default="equal",
                 show_default=True, help="How levels of covariates count in means."),
    click.Option(["--alternative"], type=click.Choice(["two-sided", "greater", "less"]), default="two-sided",
                 show_default=True, help="Of the tests of differences."),
    click.Option(["--adjust"], default="none", show_default=True, metavar="NAME",
                 help="Of the differences at one visit, where there are several arms: dunnett, holm, ..."),
    click.Option(["--level"], type=Number(), default=0.95, show_default=True, metavar="NUMBER", help="Of intervals."),
    click.Option(["--subgroups"], type=Columns(), metavar="COLUMNS",
                 help="Differences at the last visit by subgroups: sex,site."),
    click.Option(["--title"], metavar="TEXT", help="Title of the report."),
    click.Option(["-o", "--output"], metavar="FILE", help="Write a report: one HTML page."),
]  # fmt: skip


@click.command(
    cls=PlainCommand,
    params=[data_argument(), *_TABLE, *_OWN, JsonOption()],
    short_help="A trial by visit and arm (MMRM).",
)
def mmrm(as_json: bool, output: str | None, title: str | None, subgroups: tuple | None, **values: Any) -> None:
    """Analyse the trial in the table DATA, a row per person and visit, by a mixed model for repeated measures.

    \b
    growthcurves mmrm trial.csv --id patient --visit week --outcome depression \\
        --arm arm --reference placebo --baseline 0 -o trial.html
    """
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.machine import package_version
    from growthcurves.cli.wording import in_options

    files = checked_files(values["data"], **({"output": ("a report", output)} if output else {}))
    trial = _analysed(values)
    found = trial.subgroups(list(subgroups)) if subgroups else None
    made = trial.report(files.get("output"), title, found) if files else None
    if as_json:
        answers = {"package": package_version(), **trial.to_dict()}
        answers |= {"subgroups": found.to_dict()} if found is not None else {}
        hand_on_json(json_of(answers | ({"report": str(files["output"])} if files else {})))
        return
    shown = "\n\n".join(str(part) for part in (trial, found) if part is not None)
    for note in trial.notes:
        shown = shown.replace(note, in_options(note))
    say(shown)
    if made is not None:
        tell(f"\nThe report is in {files['output']} ({made.kilobytes} kB): open it in a browser.")


def _analysed(values: dict[str, Any]) -> Any:
    from growthcurves.cli.table import long_table, only_outcome
    from growthcurves.trials.mmrm import mmrm as analysed

    options = {name: values.pop(name) for name in [str(option.name) for option in _OWN] if name in values}
    request = request_of(values)
    outcome = request.outcome or only_outcome(request)
    needed = {"id": request.id, "outcome": outcome, "visit": options["visit"], "arm": options["arm"]}
    missing = [f"--{name}" for name, value in needed.items() if not value]
    if missing:
        raise click.UsageError(f"{', '.join(missing)} needed.")
    if options["fallback"] is not None:
        options["fallback"] = [name for name in options["fallback"] if name != "none"]
    frame = long_table(request, str(request.id), options["visit"], lambda wide: None)
    joined = request.columns or len(request.id_columns) == 1
    return analysed(frame, outcome=str(outcome), id=request.id if joined else list(request.id_columns),
                    where=request.where,
                    **{name: value for name, value in options.items() if value is not None})  # fmt: skip
