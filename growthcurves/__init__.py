"""Growth-curve models for longitudinal data.

The public names, loaded when they are first used; no code of its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "fit": "growthcurves.fit",
    "GrowthFit": "growthcurves.fit",
    "GrowthModel": "growthcurves.model.growth",
    "Diagonal": "growthcurves.model.random",
    "Panel": "growthcurves.data.panel",
    "read_table": "growthcurves.data.read",
    "to_long": "growthcurves.data.reshape",
    "load_dataset": "growthcurves.data.datasets",
    "list_datasets": "growthcurves.data.datasets",
    "Satterthwaite": "growthcurves.results.ddf.satterthwaite",
    "Normal": "growthcurves.results.ddf.normal",
    "Moments": "growthcurves.engine.moments",
    "PersonMoments": "growthcurves.engine.moments",
    "report": "growthcurves.report",
    "errors": "growthcurves.errors",
}

__all__ = sorted([*_NAMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"growthcurves has no {name!r}; it has {', '.join(sorted(_NAMES))}")
    module = import_module(_NAMES[name])
    value = module if module.__name__ == f"growthcurves.{name}" and name == "errors" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
