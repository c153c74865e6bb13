"""Plain speech: errors as one line and exit code 2, the package's warnings as notes, never a traceback."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

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
            except (GrowthCurvesError, OSError) as error:
                click.echo(f"growthcurves: {one_line(error_text(error))}", err=True)
                ctx.exit(WRONG_INPUT)


def error_text(error: Exception) -> str:
    """What went wrong; for a file that the system refuses, which file and why."""
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
        show = warnings.showwarning

        def say(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
            if not issubclass(category, GrowthCurvesWarning):
                show(message, category, *rest, **more)
            elif str(message) not in said:
                said.add(str(message))
                click.echo(f"note: {one_line(str(message))}", err=True)

        warnings.showwarning = say
        yield
