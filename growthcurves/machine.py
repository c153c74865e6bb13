"""What computes: versions of the package and of what it stands on, and the machine."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.threads import thread_count
from growthcurves.version import DISTRIBUTION, VERSION

PACKAGES = ("numpy", "scipy", "pandas", "formulaic")


def versions() -> list[tuple[str, str]]:
    """Versions of Python, of this package and of those that it computes with.

    Examples
    --------
    >>> [name for name, _ in versions()]
    ['Python', 'growthcurves-longitudinal', 'numpy', 'scipy', 'pandas', 'formulaic']
    """
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = [("Python", platform.python_version()), (DISTRIBUTION, VERSION)]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def platform_facts() -> list[tuple[str, str]]:
    """The system, the processor, the library of linear algebra and the number of threads."""
    import platform

    return [
        ("System", f"{platform.system()} {platform.release()}"),
        ("Processor", platform.machine()),
        ("BLAS", blas()),
        ("Threads", str(thread_count())),
    ]


def blas() -> str:
    """The library of linear algebra that numpy was built with."""
    config = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {}) if isinstance(config, dict) else {}
    return " ".join(str(found[name]) for name in ("name", "version") if found.get(name)) or "unknown"
