"""The look of the pictures is set for one drawing only."""

from __future__ import annotations

import matplotlib
import pytest

from growthcurves.plots.style import styled


@pytest.fixture
def as_before():
    was = matplotlib.is_interactive()
    yield
    matplotlib.interactive(was)


def test_settings_come_back(as_before):
    size = matplotlib.rcParams["font.size"]
    with pytest.raises(ValueError), styled():
        matplotlib.rcParams["font.size"] = 99
        raise ValueError
    assert matplotlib.rcParams["font.size"] == size


def test_a_backend_that_is_loaded_meanwhile_stays_interactive(as_before):
    """A notebook's backend switches this on when the first figure is made; later figures are shown only if it stays."""
    matplotlib.interactive(False)
    with styled():
        matplotlib.interactive(True)
    assert matplotlib.is_interactive()


def test_an_interrupt_on_the_way_to_a_drawing_stays_one(monkeypatch):
    def interrupted(house):
        raise KeyboardInterrupt

    monkeypatch.setattr("growthcurves.plots.style._settings", interrupted)
    with pytest.raises(KeyboardInterrupt), styled():
        pass
