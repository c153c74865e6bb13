"""The look of the pictures is set for one drawing only."""

from __future__ import annotations

import matplotlib
import pytest

from growthcurves.plots.style import (
    FAINT,
    GROUP_COLOURS,
    HAIRLINE,
    INK,
    MUTED,
    faint,
    hairline,
    ink,
    line_of,
    muted,
    styled,
)


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


def test_inks_follow_a_style_that_the_user_has_set():
    with styled(house=True):
        assert [ink(), muted(), faint(), hairline()] == [INK, MUTED, FAINT, HAIRLINE]
    with matplotlib.rc_context({"text.color": "#ffffff", "axes.facecolor": "#000000"}), styled():
        assert [ink(), muted()] == ["#ffffff", "#bfbfbf"]
        assert matplotlib.rcParams["axes.labelcolor"] == "#ffffff"


def test_styles_of_lines_differ_where_colours_come_round_again():
    looks = [(GROUP_COLOURS[place % 6], str(line_of(place))) for place in range(12)]
    assert len(set(looks)) == 12
