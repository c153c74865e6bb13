"""What commands write: texts through one door, and files that are checked before anything is computed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from growthcurves.errors import DataError
from growthcurves.output.endings import DOCUMENT, FIT, REPORT, TABLE, checked_ending, refuse_without_package
from growthcurves.output.files import path_of
from growthcurves.output.words import listed
from growthcurves.signs import STEERING, visible

#: Endings by what is written; tables know their own.
ENDINGS = {
    "a report": REPORT,
    "a figure": (".png", ".svg", ".pdf"),
    "a fit": FIT,
    "a recipe": FIT,
    "a site's sums": FIT,
    "a model file": (".toml",),
    "a qualification": (*DOCUMENT, *FIT, *TABLE),
}

#: Where the context of a command keeps the model file that was read.
MODEL_FILE = "growthcurves.model_file"


def called() -> str:
    """How the program was called, for commands that a person is to type: `growthcurves`, or by Python's -m."""
    context = click.get_current_context(silent=True)
    name = context.find_root().info_name if context is not None else None
    return name if name and name.endswith(" growthcurves") else "growthcurves"


def tell(text: str, err: bool = False, end: str = "\n") -> None:
    """Print text for a person: no sign of a user's file steers the terminal; what it cannot show is replaced."""
    click.echo(_showable(visible(text) + end, err), err=err, nl=False)


def tell_styled(text: str, err: bool = False) -> None:
    """Print text of the package's own that holds colours; everything from outside is made visible already."""
    click.echo(_showable(text, err) + "\n", err=err, nl=False)


def hand_on(text: str) -> None:
    """Print a table for other programs, to the last sign; on a terminal, as `tell` does.

    Raises
    ------
    DataError
        Where the encoding of stdout cannot hold it.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        return tell(text, end="")
    encoding = _encoding(err=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        raise DataError(
            f"The output is to be {encoding} here, which cannot hold {text[error.start]!r}: write a file with -o, or "
            f"set PYTHONIOENCODING=utf-8."
        ) from None
    click.echo(text, nl=False)
    return None


def hand_on_json(text: str) -> None:
    """Print JSON; what steers a terminal, and what the encoding of stdout does not have, as JSON writes codes."""
    shown = STEERING.sub(lambda found: json.dumps(found[0])[1:-1], text)
    try:
        shown.encode(_encoding(err=False))
    except UnicodeEncodeError:
        shown = json.dumps(json.loads(text), indent=2)
    click.echo(shown)


def _encoding(err: bool) -> str:
    stream = sys.stderr if err else sys.stdout
    return getattr(stream, "encoding", None) or "utf-8"


def _showable(text: str, err: bool) -> str:
    encoding = _encoding(err)
    return text.encode(encoding, "replace").decode(encoding)


def checked_files(data: str | None, **outputs: tuple[str, str | None]) -> dict[str, Path]:
    """The files that a command writes, checked together.

    Parameters
    ----------
    data : str or None
        The table that is read.
    **outputs : (kind, name) by option
        What is written ("a report", "a figure", "a table", "a fit", "a model file") and where; those without a name are
        left out. An option is written with underscores.

    Returns
    -------
    dict of option to Path

    Raises
    ------
    NotAvailableError
        For an ending that cannot be written, with those that can.
    DataError
        When it is a folder, or its folder is not there.
    click.UsageError
        When a file is one that is read, or is named twice.
    """
    taken = _inputs(data)
    found = {}
    for name, (kind, output) in outputs.items():
        if output is None:
            continue
        option = "-o" if name == "output" else f"--{name.replace('_', '-')}"
        path = path_of(output)
        for whose, other in taken:
            if same_file(path, other):
                raise click.UsageError(f"{option} {output!r} is {whose} itself: give another name.")
        found[name] = _file_of(output, kind, option)
        taken.append((f"the file of {option}", found[name]))
    return found


def _file_of(output: str, kind: str, option: str) -> Path:
    named = f"{option} {output!r}"
    if kind == "a table":
        from growthcurves.output.tables import table_ending

        return table_ending(output, named)
    path = checked_ending(output, kind, ENDINGS[kind], named)
    refuse_without_package(path)
    return path


def endings_text(kind: str) -> str:
    """The endings of what is written, for a help text."""
    return listed(ENDINGS[kind], "or")


def _inputs(data: str | None) -> list[tuple[str, Path]]:
    """The files that the command reads, each with what it is called."""
    context = click.get_current_context(silent=True)
    model = context.meta.get(MODEL_FILE) if context is not None else None
    named = {"the data file": data, "the model file": model}
    return [(whose, path_of(name)) for whose, name in named.items() if name]


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths are one file, links followed."""
    try:
        return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))
    except (OSError, RuntimeError):  # a circle of links
        return False
