"""Packages that only some formats need, imported when first needed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from growthcurves.errors import ModelError, NotAvailableError, unknown
from growthcurves.version import DISTRIBUTION


def needed_package(package: str, extra: str, path: Path) -> Any:
    """Import the package that reads a file.

    Raises
    ------
    NotAvailableError
        Where it is not installed: says what to install.
    """
    try:
        return import_module(package)
    except ImportError:
        raise NotAvailableError(
            f"{path.name}: reading {path.suffix.lower()} files needs the package {package}: "
            f"pip install {package} (or the extra {extra!r} of {DISTRIBUTION})."
        ) from None


def refuse_options(options: dict[str, Any], known: list[str], path: Path) -> None:
    """Refuse options of `read_table` that a format does not have.

    Raises
    ------
    ModelError
        For the first of them, with the known ones.
    """
    for name in options:
        if name not in known:
            raise ModelError(unknown(f"option of the reader of {path.suffix.lower()} files called", name, known))
