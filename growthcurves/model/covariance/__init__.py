"""Residual covariance structures: one file per structure. Never pandas, never persons.

`RESIDUALS` lists them by short name, and loads the file of one when it is asked for; one that a user passes as a value
follows `contracts.parameters.Residual` and needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from growthcurves.contracts.independent import Independent
from growthcurves.contracts.parameters import Residual
from growthcurves.errors import part_called
from growthcurves.model.covariance.names import known_as

#: File and class of each structure but the default one.
_PLACES = {
    "het": ("unequal", "Het"),
    "cs": ("compound_symmetry", "CS"),
    "csh": ("compound_symmetry", "CSH"),
    "ar1": ("autoregressive", "AR1"),
    "arh1": ("autoregressive", "ARH1"),
    "arma11": ("autoregressive", "ARMA11"),
    "car1": ("over_time", "CAR1"),
    "exp": ("over_time", "Exponential"),
    "gau": ("over_time", "Gaussian"),
    "toep": ("toeplitz", "Toeplitz"),
    "toeph": ("toeplitz", "ToeplitzH"),
    "ad": ("antedependence", "AD"),
    "adh": ("antedependence", "ADH"),
    "un": ("unstructured", "Unstructured"),
    "exp-variance": ("unequal", "ExpVariance"),
    "power-variance": ("unequal", "PowerVariance"),
}


class _Structures(Mapping[str, Any]):
    """The structures with default options, by short name."""

    def __getitem__(self, name: str) -> Any:
        if name == Independent.name:
            return Independent()
        file, kind = _PLACES[name]
        return getattr(import_module(f"{__name__}.{file}"), kind)()

    def __iter__(self) -> Iterator[str]:
        yield Independent.name
        yield from _PLACES

    def __len__(self) -> int:
        return 1 + len(_PLACES)


RESIDUALS = _Structures()


def residual_kinds() -> dict[str, type]:
    """The kinds of structure, by the name under which a saved fit tells them apart."""
    return {type(value).__name__: type(value) for value in RESIDUALS.values()}


def residual_of(value: str | Residual) -> Residual:
    """A residual structure from its short name (or what other programs call it), or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    NotAvailableError
        For a structure of other programs that is not here.
    """
    return part_called("residual structure", known_as(value) if isinstance(value, str) else value, RESIDUALS, "matrix")
