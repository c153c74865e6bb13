"""Every figure in every layout that a user may give it: texts neither touch nor leave the page, and are seen."""

from __future__ import annotations

from functools import lru_cache

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from pictures import contrast, drawn_texts, faults

import growthcurves as gc
from growthcurves.plots import FIGURES, PANEL_FIGURES

JOURNAL = {"font.size": 7.0, "font.family": "serif", "axes.prop_cycle": matplotlib.cycler(color=["#d95f02", "#1b9e77"])}
DARK = {**plt.style.library["dark_background"], "font.size": 7.0}
HEIGHTS = {"people": 4.6, "variance_over_time": 5.0, "residuals": 4.6, "qq": 6.2, "comparison": 6.0, "ladder": 5.0}
HEIGHTS |= {"influence": 4.6, "check": 20.0}


@lru_cache
def panel():
    """Four sites with visits that were missed."""
    rng = np.random.default_rng(3)
    person, month = np.repeat(np.arange(60), 5), np.tile([0, 1, 2, 4, 6], 60)
    site = np.array(["Aberdeen", "Bergen", "Cork", "Dresden"])[person % 4]
    score = 20 + rng.normal(0, 4, 60)[person] - (1 + rng.normal(0, 0.7, 60)[person]) * month + rng.normal(0, 2, 300)
    frame = pd.DataFrame({"person": person, "month": month, "score": score, "site": site})
    frame = frame[(rng.random(300) > 0.12) | (month == 0)]
    return gc.Panel(frame, "person", "month", "score", time_unit="months", outcome_unit="points")


@lru_cache
def fit():
    return gc.fit("score ~ month * site + (month | person)", panel())


@lru_cache
def trial():
    """Three arms in these sites."""
    frame = panel().frame
    arms = frame.assign(arm=np.array(["drug", "placebo", "high dose"])[frame["person"] % 3])
    roles = {"outcome": "score", "visit": "month", "id": "person", "arm": "arm", "reference": "placebo", "baseline": 0}
    return gc.mmrm(arms, **roles, residual="cs")


@lru_cache
def others(name):
    """What makes a figure of its own, fitted once."""
    if name == "subgroups forest":
        return trial().subgroups("site").plot
    if name == "ladder ladder":
        return gc.ladder(fit().model, panel()).plot
    alone = gc.GrowthModel(outcome="score", time="month", id="person", random=())
    return gc.compare_residuals(alone, panel(), ["cs", "exp"]).plot


def figure_of(name):
    """How a figure is drawn: by its options, and `ax=`, `fig=` or `figsize=`."""
    whose, kind = name.split()
    if whose == "fit":
        return getattr(fit().plot, kind)
    if whose == "panel":
        return lambda **more: panel().plot(kind, **more)
    if whose == "trial":
        return lambda **more: trial().plot(differences=kind == "differences", **more)
    return others(name)


BY = {"trajectories", "slopes", "start_and_rate", "missing", "dropout"}
SEVERAL = {"people", "variance_over_time", "residuals", "qq", "forest", "ladder", "comparison", "influence", "check"}
NAMES = [*(f"fit {name}" for name in FIGURES), *(f"panel {name}" for name in PANEL_FIGURES)]
NAMES += ["trial means", "trial differences", "subgroups forest", "ladder ladder", "residuals comparison"]


def drawn(name, layout):
    """The page on which a figure was drawn."""
    kind = name.split()[1]
    options = {"by": "site"} if kind in BY else {}
    size = None if layout == "default" else (3.3, HEIGHTS.get(kind, 2.8))
    if layout in ("constrained", "plain"):
        page = plt.figure(figsize=size, layout=None if layout == "plain" else layout)
        options |= {"fig": page} if kind in SEVERAL else {"ax": page.subplots()}
    elif layout == "beside" and kind in SEVERAL:
        page = plt.figure(figsize=(6.8, size[1]))
        options["fig"], _ = page.subfigures(1, 2)
    elif layout == "beside":
        page, axes = plt.subplots(1, 2, figsize=(6.8, size[1]))
        options["ax"] = axes[0]
    else:
        page, options["figsize"] = None, size
    made = figure_of(name)(**options)
    return page or (made if hasattr(made, "savefig") else made.figure)


@pytest.mark.covering
@pytest.mark.parametrize("layout", ["default", "constrained", "plain", "beside", "journal"])
@pytest.mark.parametrize("name", NAMES)
def test_texts_neither_touch_nor_leave_the_page(name, layout):
    with matplotlib.rc_context(JOURNAL if layout == "journal" else {}):
        assert faults(drawn(name, layout)) == ([], [])


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_seen_on_a_dark_ground(name):
    with matplotlib.rc_context(DARK):
        page = drawn(name, "dark")
        assert faults(page) == ([], [])
        hidden = [text.get_text() for text in drawn_texts(page) if contrast(text.get_color(), "black") < 4.5]
    assert hidden == []


def test_keys_name_what_is_drawn():
    three = gc.load_dataset("sleepstudy").query("subject in (308, 309, 310)")
    with pytest.warns(gc.errors.DataWarning, match="3 persons only"):
        few = gc.fit("reaction ~ day + (day | subject)", three)
    page = few.plot.variance_over_time()
    assert [text.get_text() for text in page.legends[0].get_texts()] == ["implied by the model", "SD between persons"]
    assert "outside the band" not in [text.get_text() for text in fit().plot.qq().legends[0].get_texts()]


def test_ticks_stand_at_visits():
    visits = [0, 1, 2, 4, 6]
    assert fit().plot.variance_over_time().axes[0].get_xticks().tolist() == visits
    assert fit().plot.residuals().axes[1].get_xticks().tolist() == visits
    assert set(fit().plot.people().axes[0].get_xticks()) <= set(visits)
    assert others("residuals comparison")().axes[0].get_xticks().tolist() == visits


def test_dots_stay_inside_and_slopes_of_schools_are_no_changes():
    rng = np.random.default_rng(2)
    school, ses = np.repeat(np.arange(30), 6), rng.normal(size=180)
    score = rng.normal(size=30)[school] + (1 + 0.5 * rng.normal(size=30)[school]) * ses + rng.normal(size=180)
    schools = gc.fit("score ~ ses + (ses | school)", pd.DataFrame({"school": school, "ses": ses, "score": score}))
    assert schools.plot.slopes().get_xlabel() == "slope of score on ses"
    assert schools.plot.shrinkage().get_ylabel() == "slope of score on ses"
    correlogram = schools.plot.correlation()
    assert correlogram.get_xlabel() == "difference in ses"
    heights = np.concatenate([line.get_ydata() for line in correlogram.lines])
    low, high = correlogram.get_ylim()
    assert low < heights.min() and heights.max() < high


def test_without_room_for_panels_groups_stand_together_without_bands_of_persons():
    narrow, wide = (fit().plot.trajectories(by="site", figsize=size) for size in ((3.3, 2.6), (6.0, 4.0)))
    names = [[text.get_text() for text in ax.get_legend().get_texts()] for ax in (narrow, wide)]
    assert "95 % of persons" not in names[0] and "95 % of persons" in names[1]
    assert len(narrow.child_axes) == 0 and len(wide.child_axes) == 4


def test_a_picture_of_few_patterns_is_as_high_as_they_are():
    complete = gc.Panel(gc.load_dataset("sleepstudy"), "subject", "day", "reaction")
    assert complete.plot("missing").figure.get_size_inches().tolist() == [6.0, 1.5]
