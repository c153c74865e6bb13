"""A trial at three hospitals."""

import pytest

from tests.sites.trial_rows import trial


@pytest.fixture(scope="session")
def data():
    return trial()
