"""How to get the same numbers again: versions, a fingerprint of the data, and the code."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from growthcurves.model.recipe import model_columns
from growthcurves.report.code import code
from growthcurves.report.fingerprint import fingerprint
from growthcurves.report.section import Section, Subject
from growthcurves.version import DISTRIBUTION, VERSION

PACKAGES = ("numpy", "scipy", "pandas", "formulaic")


class Reproduce(Section):
    """Versions, a fingerprint of the data, and the code."""

    name = "reproduce"
    title = "How to reproduce this"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        columns = used_columns(fit)
        return {
            "codes": [code(item) for item in subject.fits],
            "versions": versions(),
            "columns": columns,
            "rows": len(fit.panel),
            "hash": fingerprint(fit.panel.frame, columns),
        }


def versions() -> list[tuple[str, str]]:
    """Versions of what computed the page."""
    found = [("Python", platform.python_version()), (DISTRIBUTION, VERSION)]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def used_columns(fit: Any) -> list[str]:
    """The columns that the fit used: roles first."""
    roles = [name for name in (fit.model.id, fit.model.time, fit.model.outcome) if name]
    return list(dict.fromkeys([*roles, *model_columns(fit.model)]))
