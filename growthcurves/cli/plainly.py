"""Plain speech: errors as one line and exit code 2, the package's warnings as notes, never a traceback."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from growthcurves.cli.options import SECTIONS
from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning

WRONG_INPUT = 2


class PlainGroup(click.Group):
    """A group of commands whose errors are one line on stderr."""

    def invoke(self, ctx: click.Context) -> Any:
        with notes_on_stderr():
            try:
                return super().invoke(ctx)
            except BrokenPipeError:
                raise
            except click.UsageError as error:
                _complain(ctx, f"{error.format_message()}{_where_help_is(error)}")
            except (GrowthCurvesError, OSError) as error:
                _complain(ctx, in_options(error_text(error)))


def _complain(ctx: click.Context, text: str) -> None:
    click.echo(f"{_coloured('growthcurves:', 'red')} {one_line(text)}", err=True)
    ctx.exit(WRONG_INPUT)


def _where_help_is(error: click.UsageError) -> str:
    """Where the options are listed, for a command, option or argument that click itself did not find."""
    own = type(error) is not click.UsageError or error.ctx is None
    return "" if own and error.ctx is None else f" See {error.ctx.command_path} --help." if error.ctx else ""


def error_text(error: Exception) -> str:
    """What went wrong; for a file that the system refuses, which file and why."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{str(error.filename)!r} cannot be written" if error.filename else "A file cannot be used"
        return f"{where}: {error.strerror}."
    return str(error)


def in_options(text: str) -> str:
    """A sentence of the package with its options as they are written on the command line; quoted text stays.

    Examples
    --------
    >>> in_options("since='a=b' needs df= as a whole number")
    "--since 'a=b' needs --df as a whole number"
    """
    keys = {str(option.name): option.key for options in SECTIONS.values() for option in options}
    keys |= {"n": "replicates", "rng": "seed"}
    quoted = r"'[^']*'|\"[^\"]*\"|`[^`]*`"
    found = re.compile(rf"{quoted}|(?<![\w-])({'|'.join(keys)})=(?=(\W|\w)?)")
    return found.sub(lambda match: f"--{keys[match[1]]}{_gap(match[2])}" if match[1] else match[0], text)


def _gap(following: str | None) -> str:
    return " " if following and (following.isalnum() or following in "'\"[({-") else ""


def one_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())


@contextmanager
def notes_on_stderr() -> Iterator[None]:
    """Show each warning of the package once, as a line that starts with "note:"."""
    said: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", GrowthCurvesWarning)

        def say(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
            if str(message) not in said:
                said.add(str(message))
                click.echo(f"{_coloured('note:', 'yellow')} {one_line(str(message))}", err=True)

        warnings.showwarning = say
        yield


def _coloured(text: str, colour: str) -> str:
    wanted = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return click.style(text, fg=colour, bold=True) if wanted else text
