"""Exchangeable parts in saved fits: the name of their class and their options, never code to load.

A class of the user's own is given again where the fit is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from growthcurves.errors import ModelError, NotAvailableError, brief
from growthcurves.numerics.bounds import shown_value

Kinds = Mapping[str, type]


def part_values(word: str, part: Any, known: Kinds) -> list[Any]:
    """A part as the name of its class and its options.

    Raises
    ------
    NotAvailableError
        For a class of the user's own that a file could not tell from others, or whose options are no plain values.
    """
    kind = type(part)
    name = kind.__name__
    if known.get(name, kind) is not kind:
        raise NotAvailableError(
            f"The {word} {name!r} of your own is called like one of growthcurves, from which a file could not tell it: "
            f"rename the class."
        )
    if not is_dataclass(part):
        raise NotAvailableError(
            f"The {word} {name!r} of your own cannot be saved: make it a dataclass, whose fields are its options."
        )
    options = {item.name: getattr(part, item.name) for item in fields(part) if item.init}
    for option, value in options.items():
        if not _plain(value):
            raise NotAvailableError(
                f"The {word} {name!r} of your own cannot be saved, because its option {option!r} is a "
                f"{type(value).__name__}: a file holds numbers, texts, and lists of them."
            )
    return [name, options]


def part_from(word: str, values: Any, known: Kinds, own: Kinds) -> Any:
    """The part of such values.

    Raises
    ------
    NotAvailableError
        For a class that is neither the package's nor given.
    """
    name, options = values
    return kind_called(word, name, known, own)(**options)


def kind_called(word: str, name: str, known: Kinds, own: Kinds) -> Any:
    """The class of that name, of the package or of the user's own."""
    if name in known:
        return known[name]
    if name not in own:
        raise NotAvailableError(
            f"The fit has the {word} {brief(name)}, which is no part of growthcurves: give its class with "
            f"gc.load(path, parts=[{brief(name)[1:-1]}])."
        )
    return own[name]


def own_parts(parts: Iterable[Any]) -> dict[str, type]:
    """Classes of the user's own by name.

    Raises
    ------
    ModelError
        For what is no list of classes, and for two of one name.
    """
    if isinstance(parts, (str, type)) or not isinstance(parts, Iterable):
        raise ModelError(f"parts= takes a list of classes, such as parts=[LevellingOff], not {shown_value(parts)}.")
    found: dict[str, type] = {}
    for part in parts:
        if not isinstance(part, type):
            raise ModelError(f"parts= takes the classes themselves, such as parts=[{type(part).__name__}].")
        if found.setdefault(part.__name__, part) is not part:
            raise ModelError(f"parts= has two classes called {part.__name__!r}: a file tells them apart by name.")
    return found


def _plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_plain(item) for item in value)
    return value is None or isinstance(value, (bool, int, float, str))
