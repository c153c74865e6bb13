"""Model files: the options of a command as TOML, read as defaults of the command line and written from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from growthcurves.cli.options import RENAMED, SECTIONS, SharedOption
from growthcurves.cli.output import MODEL_FILE
from growthcurves.cli.values import Codes, Columns, Kind, Number, Pairs, WholeNumber
from growthcurves.errors import DataError, ModelError, brief, unknown
from growthcurves.numerics.bounds import MOST_TIMES, shown_value
from growthcurves.output.files import path_of, write_text

#: A model file is a page of text.
MOST_BYTES = 200_000


def read_model_file(path: str) -> dict[str, Any]:
    """The values of a model file by option, for click's map of defaults.

    Raises
    ------
    DataError
        For a file that is not there or is not TOML, with the line.
    ModelError
        For an unknown section or key, with the nearest known one.
    """
    import tomllib

    try:
        sections = tomllib.loads(_text_of(path_of(path)))
    except FileNotFoundError:
        raise DataError(f"There is no model file {path!r}.") from None
    except OSError as error:
        raise DataError(f"{path!r} cannot be opened: {error.strerror}.") from None
    except RecursionError:
        raise DataError(f"{path} is no model file: its values are nested too deeply.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no model file in TOML: {brief(error, 150)[1:-1]}.") from None
    except ValueError:  # a whole number of thousands of digits
        raise DataError(f"{path} is no model file: it holds a number that is too long.") from None
    return {name: value for section, keys in sections.items() for name, value in _section(path, section, keys)}


def _text_of(path: Path) -> str:
    """The text of a file, of which no more is read than a model file can have."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise DataError(f"{path} is no model file: it is larger than {MOST_BYTES // 1000:,} kB.")
    return content.decode("utf-8-sig")


def _section(path: str, section: str, keys: Any) -> list[tuple[str, Any]]:
    if section not in SECTIONS or not isinstance(keys, dict):
        listed = ", ".join(f"[{name}]" for name in SECTIONS)
        owner = _owner(section)
        hint = f" {section!r} belongs under [{owner}]." if owner else f" {unknown('section', section, SECTIONS)}"
        raise ModelError(f"{path} has the sections {listed}.{hint}")
    options = {option.key: option for option in SECTIONS[section]}
    found = []
    for key, value in keys.items():
        if key in RENAMED:
            raise ModelError(f"{path}: {key} is called {RENAMED[key]}.")
        if key not in options:
            owner = _owner(key)
            hint = f" It belongs under [{owner}]." if owner else ""
            raise ModelError(f"{path}: {unknown(f'key of [{section}] called', key, options)}{hint}")
        option = options[key]
        found.append((str(option.name), _as_default(option, value)))
    return found


def _owner(key: str) -> str | None:
    return next((name for name, options in SECTIONS.items() if key in [option.key for option in options]), None)


def _as_default(option: SharedOption, value: Any) -> Any:
    """A value as click takes a default: several values for an option that may be repeated, texts for plain types."""
    wanted = next((words for kind, words in _WORDS.items() if isinstance(option.type, kind)), "text")
    if option.is_flag:
        wanted = "true or false"
    if not _fits(option, wanted, value):
        raise ModelError(f"--{option.key} in a model file is {wanted}, not {shown_value(value)}.")
    return [value] if option.multiple and not isinstance(value, list) else value


def _fits(option: SharedOption, wanted: str, value: Any) -> bool:
    """Whether a value is of the option's kind; kinds of this package read lists and tables of plain values."""
    if wanted == "text" and option.multiple and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    if wanted in _PLAIN:
        return isinstance(value, _PLAIN[wanted]) and (wanted == "true or false" or not isinstance(value, bool))
    return not (option.multiple is False and isinstance(value, dict)) and _is_plain(value, 3)


def _is_plain(value: Any, depth: int) -> bool:
    """Texts, numbers, yes or no, and lists and tables of them that are not nested deeply."""
    if isinstance(value, list | dict):
        inside = value.values() if isinstance(value, dict) else value
        return depth > 0 and len(value) <= MOST_TIMES and all(_is_plain(item, depth - 1) for item in inside)
    if isinstance(value, bool | str):
        return True
    return isinstance(value, int | float) and abs(value) <= 1e300


#: What an option takes, by its type, and the values that are that.
_WORDS: dict[Any, str] = {
    WholeNumber: "a whole number",
    Number: "a number",
    click.Choice: "text",
    Kind: "text, a number, or a list or table of them",
}
_PLAIN: dict[str, Any] = {
    "a whole number": int,
    "a number": int | float,
    "text": str,
    "true or false": bool,
}


def model_file_text(values: dict[str, Any]) -> str:
    """The options in effect as the text of a model file.

    Examples
    --------
    >>> print(model_file_text({"id": "subject", "shape": "piecewise", "knots": (3, 6)}))
    [table]
    id = "subject"
    <BLANKLINE>
    [model]
    shape = "piecewise"
    knots = [
        3,
        6,
    ]
    <BLANKLINE>
    """
    import tomli_w

    sections = {}
    for section, options in SECTIONS.items():
        kept = {option.key: _as_toml(option, values.get(str(option.name))) for option in options}
        sections[section] = {key: value for key, value in kept.items() if value is not None}
    return tomli_w.dumps({section: keys for section, keys in sections.items() if keys})


def _as_toml(option: SharedOption, value: Any) -> Any:
    """A value as TOML holds it; None for what was not asked for."""
    if value is None or value == () or (value is False and not option.secondary_opts):
        return None
    if isinstance(value, tuple) and option.multiple and isinstance(option.type, Columns | Codes):
        names = [f"`{name}`" if isinstance(name, str) and "," in name else name for one in value for name in one]
        return names if len(names) > 1 else names[0]
    if isinstance(option.type, Pairs):
        pairs = {str(name): item for one in value for name, item in one}
        return _listed(pairs[""] if set(pairs) == {""} else pairs)
    return _listed(value)


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _listed(item) for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


class ModelFileOption(click.Option):
    """`--model FILE`: what the file says is the default of every option that the command has."""

    def __init__(self) -> None:
        super().__init__(
            ["--model"],
            metavar="FILE",
            is_eager=True,
            expose_value=False,
            callback=_take_defaults,
            help="A model file (TOML) with these options; what is given here goes before it.",
        )


class WriteModelOption(click.Option):
    """`--write-model FILE`: keep the options in effect as a model file."""

    def __init__(self) -> None:
        super().__init__(
            ["--write-model"], metavar="FILE", help="Write these options to a model file (TOML), to be used again."
        )


def _take_defaults(ctx: click.Context, option: click.Parameter, path: str | None) -> None:
    if path is not None:
        ctx.meta[MODEL_FILE] = path
        ctx.default_map = {**(ctx.default_map or {}), **read_model_file(path)}


def write_model_file(files: dict[str, Path]) -> None:
    """Write the current command's options to the model file among its files, where one was asked for."""
    if "write_model" in files:
        write_text(files["write_model"], model_file_text(click.get_current_context().params))
