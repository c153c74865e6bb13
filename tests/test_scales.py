"""Units change no answer without a unit, however large or small; what double precision cannot hold is refused.

The law is exact: an outcome times c, a time times d and a predictor times e are the same data in other units, so that t
statistics, p-values, correlations, shares and reliabilities are the same. Tolerance 1e-6 relative, for profiles' ends.
"""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

pytestmark = [
    pytest.mark.filterwarnings("error::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning"),
]
SCALES = (1e-200, 1e-120, 1e-30, 1e80, 1e120, 1e200)


def panel(seed=3, persons=16, waves=6):
    rng = np.random.default_rng(seed)
    person, t = np.repeat(np.arange(persons), waves), np.tile(np.arange(float(waves)), persons)
    g = rng.standard_normal(persons)[person]
    u = rng.standard_normal((persons, 2))[person] @ np.array([[1.5, 0.2], [0.0, 0.5]])
    w = rng.standard_normal(t.size)
    y = 10 + u[:, 0] + (1 + u[:, 1] + 0.3 * g) * t + 0.5 * w + rng.standard_normal(t.size)
    return pd.DataFrame({"id": person, "t": t, "g": g, "w": w, "y": y})


MODELS = {
    "formula": lambda data: gc.fit("y ~ t * g + w + (t | id)", data),
    "quadratic": lambda data: gc.fit(gc.GrowthModel("y", "t", "id", shape="quadratic"), data),
    "spline": lambda data: gc.fit(gc.GrowthModel("y", "t", "id", shape=gc.Spline(df=3)), data),
}


def without_units(fit):
    """Answers that have no unit; everything else is only printed."""
    wald = fit.variance_components("wald").set_index("term")
    correlations, sds = wald.index.str.startswith("cor"), wald.index.str.startswith("sd")
    change = fit.change().table
    kept = change["quantity"].str.startswith(("share", "reliability", "correlation", "ICC", "p-value"))
    found = [
        fit.tvalues, fit.fixed_effects()["p_value"], fit.fixed_effects()["df"], fit.robust().table["p_value"],
        wald["estimate"][correlations], (wald["std_error"] / wald["estimate"])[sds],
        change["estimate"][kept], change["conf_low"][kept], fit.icc().table["icc"],
        fit.r2().table["value"], fit.people()["shrinkage"],
    ]  # fmt: skip
    for answer in (fit.icc(), fit.r2(), fit.change(), fit.slopes(), fit.panel.describe(), fit.conf_int()):
        assert str(answer)
    fit.predict(interval="prediction")
    return np.concatenate([np.asarray(one, dtype=float) for one in found])


@pytest.mark.parametrize("name", MODELS)
def test_units_change_no_answer(name):
    data, held = panel(), 0
    expected = without_units(MODELS[name](data))
    columns = ["y", "t"] + (["g", "w"] if name == "formula" else [])
    for column in columns:
        for scale in SCALES if column in "yt" else (1e-120, 1e120):
            other = data.assign(**{column: data[column] * scale})
            try:
                fit = MODELS[name](other)
            except gc.errors.NotEstimableError as refused:
                assert "computed with safely" in str(refused) and len(str(refused)) < 300
                assert scale in (1e-200, 1e200) or (name, column) == ("quadratic", "t")
                continue
            assert fit.certificate.converged
            np.testing.assert_allclose(without_units(fit), expected, rtol=1e-6, atol=1e-9)
            held += 1
    assert held >= {"quadratic": 5, "spline": 8, "formula": 12}[name]


@pytest.mark.parametrize("column", ["y", "t", "g", "w"])
@pytest.mark.parametrize("value", [1e100, 1e150, -1e160, 1e307])
def test_one_cell_beyond_all_others_ends(column, value):
    """With a fit that says whether it can be relied on, or with a sentence; never without an end."""
    data = panel()
    rows = data["id"] == 3 if column == "g" else data.index == 20
    data.loc[rows, column] = value
    try:
        str(MODELS["formula"](data))
    except gc.errors.NotEstimableError as refused:
        assert repr(column) in str(refused) and len(str(refused)) < 300


def test_profiles_of_extreme_units():
    data = panel()
    expected = MODELS["formula"](data).variance_components().set_index("term")
    for column, scale in {"y": 1e-100, "t": 1e80}.items():
        found = MODELS["formula"](data.assign(**{column: data[column] * scale})).variance_components().set_index("term")
        for end in ("conf_low", "conf_high"):
            ratio = found[end] / np.where(found.index.str.startswith("cor"), 1.0, found["estimate"])
            wanted = expected[end] / np.where(expected.index.str.startswith("cor"), 1.0, expected["estimate"])
            np.testing.assert_allclose(ratio, wanted, rtol=1e-6)


def test_units_that_fit_by_themselves_and_not_together():
    data = panel()
    with pytest.raises(gc.errors.NotEstimableError, match="'slope' is of the size 2e\\+2"):
        MODELS["formula"](data.assign(y=data["y"] * 1e100, t=data["t"] * 1e-100))


def test_a_report_of_a_tiny_outcome_and_a_huge_time(drawn, tmp_path):
    data = panel()
    fit = MODELS["formula"](data.assign(y=data["y"] * 1e-60, t=data["t"] * 1e60))
    fit.report(tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_scaled_columns_are_saved_and_added(tmp_path):
    data = panel().assign(t=panel()["t"] * 1e80)
    fit = MODELS["formula"](data)
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    np.testing.assert_allclose(again.tvalues, fit.tvalues, rtol=1e-9)
    np.testing.assert_allclose(fit.recentre(1e80).tvalues["slope"], fit.tvalues["slope"], rtol=1e-6)
