"""Tests of rows in batches have small ones."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def in_small_batches(small_batches):
    yield
