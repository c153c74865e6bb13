"""The version and under which name the package is distributed: there is another package of the import name."""

from __future__ import annotations

VERSION = "0.1.0"
DISTRIBUTION = "growthcurves-longitudinal"
