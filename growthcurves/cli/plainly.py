"""Plain speech: errors as one line and exit code 2, the package's warnings as notes, never a traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from growthcurves.cli.output import tell_styled
from growthcurves.cli.wording import in_options
from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning
from growthcurves.signs import visible

WRONG_INPUT = 2


class PlainGroup(click.Group):
    """A group of commands whose errors are one line on stderr."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*args, **more)
        except click.UsageError as error:
            _complain(f"{error.format_message()}{_where_help_is(error)}")
        except BrokenPipeError:
            raise
        except OSError as error:  # help that cannot be printed
            _complain(error_text(error))
        raise click.exceptions.Exit(WRONG_INPUT)

    def invoke(self, ctx: click.Context) -> Any:
        with notes_on_stderr(), ends_cleanly():
            try:
                return super().invoke(ctx)
            except BrokenPipeError:
                raise
            except click.UsageError as error:
                _complain(f"{error.format_message()}{_where_help_is(error)}")
            except (GrowthCurvesError, OSError, MemoryError, RecursionError) as error:
                _complain(in_options(error_text(error)))
            return ctx.exit(WRONG_INPUT)


@contextmanager
def ends_cleanly() -> Iterator[None]:
    """A command that the system ends (SIGTERM, SIGHUP) takes its unfinished files with it."""
    before = {}
    for name in ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ():
        if hasattr(signal, name):
            before[name] = signal.signal(getattr(signal, name), _end)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _end(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)


def _complain(text: str) -> None:
    tell_labelled("growthcurves:", "red", text)


def tell_labelled(label: str, colour: str, text: str) -> None:
    """One line on stderr behind a label, which is coloured on a terminal that wants colours."""
    tell_styled(f"{_coloured(label, colour)} {shortened(visible(one_line(text)))}", err=True)


def shortened(text: str, longest: int = 320) -> str:
    """A text that is not longer than this: its middle goes, because the end says what to do.

    Examples
    --------
    >>> shortened("a" * 30 + " is wrong: leave it out.", 40)
    'aaaaaaaaaaaa ... wrong: leave it out.'
    """
    if len(text) <= longest:
        return text
    tail = longest // 2 + 3
    end = text[-tail:]
    return f"{text[: longest - tail - 5]} ... {end[end.find(' ') + 1 :] or end}"


def _where_help_is(error: click.UsageError) -> str:
    """Where the options are listed, for a command, option or argument that click itself did not find."""
    own = type(error) is not click.UsageError or error.ctx is None
    return "" if own and error.ctx is None else f" See {error.ctx.command_path} --help." if error.ctx else ""


def error_text(error: Exception) -> str:
    """What went wrong; for a file that the system refuses, which file and why."""
    if isinstance(error, MemoryError):
        return "This needs more memory than there is: ask for less (fewer replicates, parameters, rows or columns)."
    if isinstance(error, RecursionError):
        return "What was given is nested too deeply to be read: write it with fewer brackets inside brackets."
    if isinstance(error, OSError) and error.strerror:
        where = f"{str(error.filename)!r} cannot be written" if error.filename else "A file cannot be used"
        return f"{where}: {error.strerror}."
    return str(error)


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
                tell_labelled("note:", "yellow", in_options(str(message)))

        warnings.showwarning = say
        yield


def _coloured(text: str, colour: str) -> str:
    wanted = sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return click.style(text, fg=colour, bold=True) if wanted else text
