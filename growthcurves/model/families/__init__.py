"""Outcome families of generalised models: one file per family. Never pandas, never persons.

`FAMILIES` lists them by short name, and loads the file of one when it is asked for; one that a user passes as a value
follows `contracts.family.Family` and needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from growthcurves.contracts.family import Family
from growthcurves.errors import part_called
from growthcurves.model.families.names import is_normal, known_as

#: File and class of each family.
_PLACES = {
    "binomial": ("binomial", "Binomial"),
    "poisson": ("poisson", "Poisson"),
    "negative-binomial": ("negative_binomial", "NegativeBinomial"),
    "gamma": ("gamma", "Gamma"),
    "ordinal": ("ordinal", "Ordinal"),
    "lognormal": ("lognormal", "LogNormal"),
}


class _Families(Mapping[str, Any]):
    """The families with default options, by short name."""

    def __getitem__(self, name: str) -> Any:
        file, kind = _PLACES[name]
        return getattr(import_module(f"{__name__}.{file}"), kind)()

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


FAMILIES = _Families()


def family_kinds() -> dict[str, type]:
    """The kinds of family, by the name under which a saved fit tells them apart."""
    return {type(value).__name__: type(value) for value in FAMILIES.values()}


def family_of(value: str | Family | None) -> Any:
    """A family from its short name (or what other programs call it), or the value itself; None of normal outcomes.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    NotAvailableError
        For a family of other programs that is not here.

    Examples
    --------
    >>> family_of("cloglog").link, family_of("nbinom1"), family_of("gaussian")
    ('cloglog', NegativeBinomial(variance='linear'), None)
    """
    if value is None or (isinstance(value, str) and is_normal(value)):
        return None
    if not isinstance(value, str):
        return part_called("family", value, FAMILIES, "checked")
    name, options = known_as(value)
    found = part_called("family", name, FAMILIES, "checked")
    return type(found)(**options) if options else found
