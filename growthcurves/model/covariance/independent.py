"""Independent residuals of one variance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Independent:
    """R_i = sigma^2 I: residuals of a person are independent and of one variance."""

    name: str = "independent"
