"""Small batches, so that persons, levels and kinds of columns lie in several of them."""

from __future__ import annotations

import pytest

from growthcurves.estimate import given


@pytest.fixture(autouse=True, scope="module")
def small_batches():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(given, "LEAST", 1)
        yield
