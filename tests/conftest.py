"""Makes the test helpers importable whatever the import mode; tests never time anything, hypothesis' own included.

Tests run on all cores side by side, so that linear algebra on several cores in each of them would only wait.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # processes of tests would compile everything anew: a third of a start
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded, here and in the workers
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    from covering import leave_the_rest_slow

    leave_the_rest_slow(items)


@pytest.fixture(scope="module")
def undrawn():
    """Pages of a module without their drawings: these take most of a page's time, and have tests of their own."""
    from markupsafe import Markup

    from growthcurves.report import figures

    def element(name, shows, *drawn):
        return Markup('<svg aria-label="{}"></svg>').format(shows)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "inline_svg", element)
        yield


@pytest.fixture
def drawn(undrawn, monkeypatch):
    """With them, for a test in such a module that looks at the whole page."""
    from growthcurves.report import figures, svg

    monkeypatch.setattr(figures, "inline_svg", svg.inline_svg)


@pytest.fixture(scope="module")
def small_batches():
    """Batches as small as `batch=` says, so that persons, levels and kinds of columns lie in several of them."""
    from growthcurves.estimate import given

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(given, "LEAST", 1)
        yield
