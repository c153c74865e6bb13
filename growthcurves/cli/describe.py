"""`growthcurves describe`: what a table holds, before any model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.command import PlainCommand, table_command
from growthcurves.cli.design import WEIGHTS, weights_of
from growthcurves.cli.options import BY, TABLE, request_of

if TYPE_CHECKING:
    import pandas as pd

    from growthcurves.data.panel import Panel

_MOST_PATTERNS = 12
_MOST_PEOPLE = 20
_OWN = [WEIGHTS, click.Option(["--people"], is_flag=True, help="List the persons, with their own straight lines.")]


@click.command(
    cls=PlainCommand,
    params=table_command([*TABLE, BY], _OWN),
    short_help="Persons, occasions, variance and missing waves of a table.",
)
def describe(
    people: bool, weights: tuple[str, ...], as_json: bool, write_model: str | None, **values: Any
) -> None:
    """Describe the table DATA: persons, occasions, where the variance lies, and who missed which waves.

    \b
    growthcurves describe study.csv --id subject --time week --outcome bdi --by arm
    growthcurves describe wide.csv --id subject --time day \\
        --columns "reaction_{day}" --people
    """
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.machine import package_version
    from growthcurves.cli.model_file import write_model_file
    from growthcurves.cli.output import checked_files, hand_on_json
    from growthcurves.cli.table import panel_of, roles_of
    from growthcurves.cli.wording import in_options

    request = request_of(values)
    files = checked_files(request.data, write_model=("a model file", write_model))
    panel = panel_of(request, roles_of(request, formula=False), every_column=True)
    described = panel.describe(_design(weights))
    described = replace(described, notes=tuple(in_options(text) for text in described.notes))
    missing, reason = _missing(panel, request.by) if described.vocabulary.over_time else (None, "")
    write_model_file(files)
    if as_json:
        answers = {
            "package": package_version(),
            "panel": described.to_dict(),
            "missing": missing.to_dict() if missing is not None else None,
            "why_not_missing": reason or None,
            **({"people": panel.people().reset_index()} if people else {}),
        }
        hand_on_json(json_of(answers))
        return
    parts = [str(described)]
    parts += [_missing_text(missing)] if missing is not None else []
    parts += [f"Missing waves\n  {in_options(reason)}"] if reason else []
    parts += [_people_text(panel)] if people else []
    say("\n\n".join(parts))


def _design(weights: tuple[str, ...]) -> Any:
    """The design that weights say; None without."""
    from growthcurves.model.survey.design import SurveyDesign

    return SurveyDesign(weights_of(weights)) if weights else None


def _missing(panel: Any, by: str | None) -> tuple[Any, str]:
    """The patterns of missing waves, or why there are none."""
    from growthcurves.errors import NotEstimableError

    try:
        return panel.missing(by), ""
    except NotEstimableError as error:
        return None, f"{error}{_counts(panel, by)}"


def _counts(panel: Any, by: str | None) -> str:
    """Persons of each group, where no patterns tell them; "" without groups."""
    if by is None:
        return ""
    from growthcurves.plots.people import groups_of

    groups = groups_of(panel, by)
    counts = [(groups.codes == place).sum() for place in range(len(groups.labels))]
    shown = ", ".join(f"{label} {count:,}" for label, count in zip(groups.labels, counts, strict=True))
    return f"\n  {groups.who.several.capitalize()} by {by}: {shown}"


def _missing_text(missing: Any) -> str:
    """Patterns and dropout in narrow tables, counts with their percentages beside them."""
    from growthcurves.cli.layout import table_lines

    left_out = f"Seen, but left out of the analysis\n{table_lines(missing.left_out)}" if len(missing.left_out) else ""
    most = missing.table.groupby("group", sort=False).head(_MOST_PATTERNS // 2) if missing.names["by"] else None
    shown = missing.table[:_MOST_PATTERNS] if most is None else most
    more = len(missing.table) - len(shown)
    by = f", by {missing.names['by']}" if missing.names["by"] else ""
    who = {"persons": missing.who.several}
    parts = [
        f"Missing waves{by} ({len(missing.waves)} waves of {missing.names['grid']})\n"
        + table_lines(_with_shares(missing.totals, {"persons": "percent"}).rename(columns=who)),
        f"Patterns ({missing.legend})\n"
        + table_lines(
            _with_shares(shown.drop(columns=["seen", "last_wave"]), {"persons": "percent"}).rename(columns=who)
        )
        + (f"\n  and {more} more: see --json" if more else ""),
        "Who is seen, who remains in the study, and who leaves after the wave\n"
        + table_lines(_dropout(missing.dropout)),
        f"Seen, or why not\n{table_lines(missing.reasons.drop(columns='time', errors='ignore'))}"
        if missing.explained
        else "",
        left_out,
    ]
    return "\n\n".join(part for part in parts if part)


def _dropout(table: pd.DataFrame) -> pd.DataFrame:
    shares = {name: f"percent_{name}" for name in ("observed", "remaining", "left_after")}
    same = "time" in table and (table["wave"].astype(str) == table["time"].map("{:g}".format)).all()
    return _with_shares(table.drop(columns=["time"]) if same else table, shares)


def _with_shares(table: pd.DataFrame, shares: dict[str, str]) -> pd.DataFrame:
    """The table with each percentage written beside its count."""
    from growthcurves.output.numbers import percent_text

    joined = table.copy()
    for count, percent in shares.items():
        texts = [f"{percent_text(share / 100)} %" for share in table[percent]]
        room = max(map(len, [*texts, ""]))
        sizes = max(map(len, [*table[count].astype(str), ""]))
        joined[count] = [f"{n:>{sizes}} {text:>{room}}" for n, text in zip(table[count], texts, strict=True)]
    return joined.drop(columns=list(shares.values()))


def _people_text(panel: Panel) -> str:
    from growthcurves.cli.layout import table_lines
    from growthcurves.data.own_lines import origin_of
    from growthcurves.data.vocabulary import vocabulary

    people = panel.people()
    more = len(people) - _MOST_PEOPLE
    who = vocabulary(panel).who.several.capitalize()
    title = f"{who}, with their own least-squares lines (intercept at {origin_of(panel.times):g})\n"
    rest = f"\n  and {more:,} more: see --json" if more > 0 else ""
    shown = people.reset_index()[:_MOST_PEOPLE]
    return title + table_lines(shown, {"n": "{:.0f}".format, "r2": "{:.2f}".format}) + rest
