"""Where a fit comes from: versions, when it was fitted, a hash of its data, and the seeds of what was drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from growthcurves.machine import versions
from growthcurves.version import DISTRIBUTION


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Made:
    """What is noted when a fit is made, and carried in its file.

    Attributes
    ----------
    at : str
        Date and time (UTC, ISO 8601).
    versions : tuple of (str, str)
        Python, this package, and those that it computes with, where the fit was read from a file; else they are asked
        for when they are wanted, as that takes longer than a small fit.
    data : str
        The hash of the data, where the fit was read from a file; else it is taken from the rows when asked for.
    draws : list of (str, int)
        What was drawn of the fit so far, with its seed. Estimates themselves draw nothing.
    """

    at: str = field(default_factory=_now)
    versions: tuple[tuple[str, str], ...] = ()
    data: str = ""
    draws: list[tuple[str, int]] = field(default_factory=list)

    @property
    def by(self) -> tuple[tuple[str, str], ...]:
        """The versions that it was fitted by."""
        return self.versions or tuple(versions())


@dataclass(frozen=True)
class Provenance:
    """Where a fit comes from.

    Attributes
    ----------
    version : str
        Of this package, when the model was fitted.
    versions : dict of str to str
        Of Python and of the packages beneath.
    fitted : str
        Date and time of fitting (UTC, ISO 8601).
    data : str
        SHA-256 of the columns that were used, row by row: the same data in the same order have the same.
    columns : tuple of str
        These columns.
    rows, persons : int
    seeds : tuple of (str, int)
        What was drawn of the fit (bootstrap, simulated outcomes) with the seed of each; estimates draw nothing.
    units : str
        What the data have in the place of persons.
    """

    version: str
    versions: dict[str, str]
    fitted: str
    data: str
    columns: tuple[str, ...]
    rows: int
    persons: int
    seeds: tuple[tuple[str, int], ...]
    units: str = "persons"

    def __str__(self) -> str:
        beneath = ", ".join(f"{name} {number}" for name, number in self.versions.items() if name != DISTRIBUTION)
        drawn = "; ".join(f"{what}: {seed}" for what, seed in self.seeds) or "none, nothing was drawn"
        return "\n".join([
            f"Fitted   {self.fitted.replace('T', ' ').removesuffix('+00:00')} UTC",
            f"By       {DISTRIBUTION} {self.version} ({beneath})",
            f"Data     {self.rows:,} rows of {self.persons:,} {self.units}, columns {', '.join(self.columns)}",
            f"SHA-256  {self.data}",
            f"Seeds    {drawn}",
        ])  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The same as plain Python values."""
        return asdict(self)
