"""Every error and warning that the package raises on purpose: one root each, narrow subclasses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


class GrowthCurvesError(Exception):
    """Root of all errors of the package; its text is one clear sentence for the user."""


class DataError(GrowthCurvesError, ValueError):
    """The table cannot be used as it is: the text names the column, the person and the row."""


class ColumnError(DataError, KeyError):
    """A column that was asked for is not in the table."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ModelError(GrowthCurvesError, ValueError):
    """The model contradicts itself, or an option is unknown or does not apply."""


class FormulaError(ModelError):
    """A formula cannot be read, or says something that the model cannot be."""


class NotAvailableError(GrowthCurvesError, NotImplementedError):
    """Something that this version of the package does not do."""


class NotEstimableError(GrowthCurvesError, ValueError):
    """The data cannot answer the question: too few persons or occasions, constant time, a perfect fit."""


class GrowthCurvesWarning(UserWarning):
    """Root of all warnings of the package; each one is kept on the fit as well."""


class DataWarning(GrowthCurvesWarning):
    """Something in the table that a careful analyst would look at."""


class ModelWarning(GrowthCurvesWarning):
    """Something in the model that is allowed but rarely meant."""


class ConvergenceWarning(GrowthCurvesWarning):
    """The optimum could not be certified."""


class IdentificationWarning(GrowthCurvesWarning):
    """The data cannot tell some parameters of the model apart; the answers that need them are withheld."""


def unknown(kind: str, name: object, known: Iterable[object]) -> str:
    """One sentence for an unknown name: what it is, the nearest known one, and all that are known."""
    names = [str(item) for item in known]
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    start = f"There is no {kind} {str(name)!r}.{hint}"
    return f"{start} Known: {_listed(names, 300 - len(start))}." if names else f"{start} None are known."


def _listed(names: list[str], room: int) -> str:
    """The first of the names, as many as a sentence has room for."""
    shown: list[str] = []
    for item in names:
        if len(shown) == 30 or (shown and len(", ".join([*shown, item])) > room - 15):
            return ", ".join(shown) + ", ..."
        shown.append(item)
    return ", ".join(shown)


def part_called(kind: str, value: Any, registry: Mapping[str, Any]) -> Any:
    """The exchangeable part of that short name, or the value itself where it is a part already.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    if not isinstance(value, (str, int, float, bytes, list, tuple, dict, set, type(None))):
        return value
    if str(value).lower() not in registry:
        raise ModelError(unknown(kind, value, registry))
    return registry[str(value).lower()]
