"""What a singular covariance matrix means, in words that an analyst can check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc


@pytest.fixture(scope="module")
def meeting():
    """Lines that all pass the same point at week 2 (closed form: u_intercept = -2 u_slope), with a little noise."""
    rng = np.random.default_rng(4)
    week, person = np.tile(np.arange(6.0), 30), np.repeat(np.arange(30), 6)
    slope = rng.normal(0, 2, 30)[person]
    noise = rng.normal(0, 1, 180)
    return pd.DataFrame({"who": person, "week": week, "score": 20 + slope * (week - 2) + noise})


def test_lines_that_meet_in_one_point_are_said_to(meeting):
    """The time is where the standard deviation of the outcome, sqrt(z'Gz), is least: -cov / var(slope)."""
    fit = gc.fit("score ~ week + (week | who)", meeting)
    assert fit.certificate.singular
    G = fit.cov_re
    met = -G.loc["intercept", "slope"] / G.loc["slope", "slope"]
    assert met == pytest.approx(2.0, abs=0.2)
    (text,) = fit.certificate.not_varying
    assert f"score is the same for all at week {met:.1f}" in text
    assert "exactly -1" in text and text.startswith(f"intercept + {met:.4g} * slope")
    assert fit.certificate.direction == (f"intercept + {met:.4g} * slope",)
    assert "the end of its range" in str(fit) and "without exception" not in str(fit)

