"""Plain speech: errors as one line and exit code 2, the package's warnings as notes, never a traceback."""

from __future__ import annotations

import ast
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
    >>> in_options("make it so with read_table(..., missing=['5%', -99]), or say day_first=False")
    "make it so with --missing '5%' --missing -99, or say --month-first"
    """
    keys = {str(option.name): option.key for options in SECTIONS.values() for option in options}
    keys |= {"n": "replicates", "rng": "seed"}
    text = _CALL.sub(lambda call: call[1] if call[2] in keys else f"--read {call[1]}", _POINTER.sub("", text))
    found = re.compile(rf"{_QUOTED}|(?<![\w-])({'|'.join(keys)})=({_VALUE})?(?=(\W|\w)?)")
    return found.sub(lambda match: _typed(keys[match[1]], match[2], match[3]) if match[1] else match[0], text)


_QUOTED = r"'[^']*'|\"[^\"]*\"|`[^`]*`"
#: Values that are written otherwise on the command line: several, columns with their times, yes and no.
_VALUE = r"\[[^\[\]]+\]|\{[^{}]*\{[^{}]*\}[^{}]*\}|True|False"
#: A call of the package with one option, as the library's sentences name it.
_CALL = re.compile(rf"\b(?:read_table|to_long|Panel)\(\.\.\., ((\w+)=(?:\[[^\[\]]*\]|{_QUOTED}|[^()]*?))\)")
#: Where Python users look further.
_POINTER = re.compile(r" See [\w.]+\(\)\.")


def _typed(key: str, value: str | None, following: str | None) -> str:
    """An option and its value as they are typed."""
    try:
        given = None if value is None else ast.literal_eval(value)
    except (ValueError, SyntaxError):
        given = None
    if isinstance(given, bool):
        return f"--{key}" if given else _OPPOSITES.get(key, f"--{key} no")
    if isinstance(given, list):
        return " ".join(f"--{key} {item!r}" for item in given)
    if isinstance(given, dict):
        pairs = [(name, ",".join(f"{column}:{at}" for column, at in times.items())) for name, times in given.items()]
        return " ".join(f'--{key} "{name}={times}"' for name, times in pairs)
    return f"--{key} {value}" if value else f"--{key}{_gap(following)}"


_OPPOSITES = {
    option.key: option.secondary_opts[0] for options in SECTIONS.values() for option in options if option.secondary_opts
}


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
                click.echo(f"{_coloured('note:', 'yellow')} {one_line(in_options(str(message)))}", err=True)

        warnings.showwarning = say
        yield


def _coloured(text: str, colour: str) -> str:
    wanted = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return click.style(text, fg=colour, bold=True) if wanted else text
