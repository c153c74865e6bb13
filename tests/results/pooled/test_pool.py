"""gc.pool against mice and mitml (tests/reference/make_pooled.R), and what it refuses.

Rules alone 1e-12; fits of five imputed files 1e-6 of a standard error, degrees of freedom and fractions 1e-5.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.results.pooled.rules import joint_freedom, rubin

RECORD = cases("pooled")
FORMULA = "reaction ~ day + (day | subject)"
TERMS = {"(Intercept)": "intercept", "day": "slope"}


@pytest.fixture(scope="module")
def files() -> list[pd.DataFrame]:
    imputed = table("sleepstudy_imputed.csv")
    return [one.drop(columns="imputation") for _, one in imputed.groupby("imputation")]


@pytest.fixture(scope="module")
def fits(files: list[pd.DataFrame]) -> list[gc.GrowthFit]:
    return [gc.fit(FORMULA, one) for one in files]


@pytest.mark.parametrize("name", ["oxygen", "run_time", "run_pulse"])
def test_the_rules_are_those_of_mice_on_the_means_of_the_manual_of_sas(name: str) -> None:
    one = RECORD["manual"][name]
    found = rubin(np.array(one["Q"])[:, None], np.array(one["SE"])[:, None], np.array([30.0]))
    expected = [one["qbar"], one["t"] ** 0.5, one["df"], one["r"], one["fmi"]]
    assert [float(number[0]) for number in found] == pytest.approx(expected, rel=1e-12)


def test_nothing_missing_leaves_the_degrees_of_freedom_of_barnard_and_rubin() -> None:
    found = rubin(np.ones((3, 2)), np.ones((3, 2)), np.array([17.0, np.inf]))
    assert found.df == pytest.approx([18 / 20 * 17, np.inf])
    assert found.riv.tolist() == [0, 0]


def test_fixed_effects_are_those_of_mitml_and_mice(fits: list[gc.GrowthFit]) -> None:
    small = gc.pool(fits, ddf="residual").table.set_index("term")
    large = gc.pool(fits, ddf="normal").table.set_index("term")
    for theirs, ours in TERMS.items():
        for record, found in (("barnard_rubin", small), ("rubin", large)):
            one, row = RECORD["mitml"][record][theirs], found.loc[ours]
            assert abs(row["estimate"] - one["Estimate"]) < 1e-6 * one["Std.Error"]
            values = row[["std_error", "statistic", "riv", "fmi", "df"]].tolist()
            expected = [one[name] for name in ("Std.Error", "t.value", "RIV", "FMI", "df")]
            assert values == pytest.approx(expected, rel=2e-4)
        assert small.loc[ours, "fmi"] == pytest.approx(RECORD["mice"][theirs]["fmi"], rel=2e-4)


def test_hypotheses_together_are_d1_of_mitml(fits: list[gc.GrowthFit]) -> None:
    """testConstraints(method = "D1"), with complete data of infinitely many and of 178 degrees of freedom."""
    for ddf, name in (("normal", "large"), ("residual", "small")):
        found, theirs = gc.pool(fits).test("intercept = 250, slope = 10", ddf=ddf), RECORD["together"][name]
        assert found.df_num == theirs["df1"]
        assert [found.statistic, found.df, found.p_value] == pytest.approx(
            [theirs["F.value"], theirs["df2"], theirs["P(>F)"]], rel=1e-6
        )
    single = gc.pool(fits).test("slope = 10")
    row = gc.pool(fits).table.set_index("term").loc["slope"]
    assert single.statistic == pytest.approx((row["estimate"] - 10) / row["std_error"], rel=1e-12)
    assert single.df == pytest.approx(row["df"], rel=1e-12)
    both = gc.pool(fits).test("slope = 10, 2 * slope = 20")
    assert (both.df_num, len(both.follows)) == (1, 1)


def test_the_denominator_of_d1() -> None:
    """By the formulas of Li, Raghunathan and Rubin (1991) and Reiter (2007), and at their ends."""
    assert joint_freedom(2, 2, 0.5, np.inf) == pytest.approx(2 * 1.5 * 9 / 2)  # t = 2
    assert joint_freedom(5, 3, 0.2, np.inf) == pytest.approx(4 + 8 * (1 + (1 - 2 / 12) / 0.2) ** 2)
    assert joint_freedom(5, 3, 0.2, 1e9) == pytest.approx(joint_freedom(5, 3, 0.2, np.inf), rel=1e-5)
    assert joint_freedom(5, 3, 0.0, 30.0) == pytest.approx(31 / 33 * 30)
    assert joint_freedom(5, 3, 0.0, np.inf) == np.inf
    assert joint_freedom(2, 2, 0.01, 12.0) == pytest.approx(13 / 15 * 12)
    found = [joint_freedom(5, 3, riv, 40.0) for riv in (0.01, 0.1, 0.5, 2.0)]
    assert all(later < earlier for earlier, later in zip(found, found[1:], strict=False))


def test_means_and_combinations_are_pooled_as_any_estimate_is(fits: list[gc.GrowthFit]) -> None:
    pooled, one = gc.pool(fits, ddf="residual"), RECORD["mean9"]
    means = pooled.means(at=[9])
    for answer in (means, pooled.contrast("intercept + 9 * slope"), pooled.contrast([[1.0]], of=means)):
        row = answer.table.iloc[0]
        expected = [one["qbar"], one["t"] ** 0.5, one["df"], one["fmi"]]
        assert row[["estimate", "std_error", "df", "fmi"]].tolist() == pytest.approx(expected, rel=2e-4)


def test_variance_components_are_those_of_mean_covariance_matrices(fits: list[gc.GrowthFit]) -> None:
    found, extra = gc.pool(fits).variance_components().set_index("term"), RECORD["mitml"]["extra"]
    variances = [extra["Intercept~~Intercept|subject"], extra["day~~day|subject"], extra["Residual~~Residual"]]
    sds = found.loc[["sd:intercept", "sd:slope", "sd:residual"]]
    assert sds["variance"].tolist() == pytest.approx(variances, rel=1e-4)
    assert (sds["estimate"] ** 2).tolist() == pytest.approx(variances, rel=1e-4)
    correlation = extra["Intercept~~day|subject"] / np.sqrt(variances[0] * variances[1])
    assert found.loc["cor:intercept,slope", "estimate"] == pytest.approx(correlation, abs=1e-4)


def test_intervals_of_variances_follow_rubins_rules(fits: list[gc.GrowthFit]) -> None:
    row = gc.pool(fits).variance_components().set_index("term").loc["sd:slope"]
    tables = [fit.variance_components(method="wald").set_index("term").loc["sd:slope"] for fit in fits]
    values, errors = (np.array([one[name] for one in tables]) for name in ("variance", "variance_std_error"))
    total = np.sqrt((errors**2).mean() + 1.2 * values.var(ddof=1))
    assert row["variance_std_error"] == pytest.approx(total, rel=1e-12)
    assert row["std_error"] == pytest.approx(total / (2 * row["estimate"]), rel=1e-9)
    middle = np.sqrt(row["conf_low"] * row["conf_high"])
    assert middle == pytest.approx(row["estimate"], rel=1e-9)


def test_a_variance_at_zero_in_one_fit_has_no_interval_and_says_so(files: list[pd.DataFrame]) -> None:
    rng = np.random.default_rng(3)
    alike = files[0].assign(reaction=300 + 10 * files[0]["day"] + rng.normal(0, 5, len(files[0])))
    pair = [gc.fit("reaction ~ day + (1 | subject)", one, time="day") for one in (files[0], alike)]
    assert pair[1].certificate.singular
    parts = gc.pool(pair).variance_components()
    row = parts.set_index("term").loc["sd:intercept"]
    assert row["variance"] == pytest.approx(pair[0].cov_re.iloc[0, 0] / 2, rel=1e-6)
    assert np.isnan(row["conf_low"])
    assert "1 of 2 fits" in parts.attrs["notes"]["sd:intercept"]


def test_plausible_values_are_pooled_under_their_names(files: list[pd.DataFrame]) -> None:
    wide = files[0].rename(columns={"reaction": "pv1"}).assign(pv2=files[1]["reaction"].to_numpy())
    found = gc.pool([gc.fit(f"{name} ~ day + (day | subject)", wide) for name in ("pv1", "pv2")])
    assert str(found).startswith("Growth model of pv1, pv2, 2 fits pooled")


def test_slopes_of_groups_and_their_difference() -> None:
    data = gc.load_dataset("orthodont")
    fits = [
        gc.fit("distance ~ age * sex + (age | subject)", data.assign(distance=data["distance"] * k)) for k in (1, 2)
    ]
    found = gc.pool(fits).slopes(by="sex", differences="pairwise").table.set_index("term")
    each = [fit.slopes(by="sex", differences="pairwise").table.set_index("term") for fit in fits]
    values = np.array([one["estimate"] for one in each])
    assert found["estimate"].tolist() == pytest.approx(values.mean(axis=0))
    total = np.mean([one["std_error"] ** 2 for one in each], axis=0) + 1.5 * values.var(axis=0, ddof=1)
    assert found["std_error"].tolist() == pytest.approx(np.sqrt(total))
    assert list(found["sex"].dropna()) == ["Male", "Female"]


def test_the_answer_prints_saves_and_is_plain(fits: list[gc.GrowthFit], tmp_path) -> None:
    found = gc.pool(fits)
    assert "5 fits pooled" in str(found)
    assert "Barnard and Rubin" in found._repr_html_()
    assert found.to_dict()["fits"] == 5
    assert (found.save(tmp_path / "pooled.html")).exists()
    assert gc.pool([*fits[:1], gc.fit(FORMULA, fits[0].panel)]).notes[-1].startswith("All fits say the same")


def _refused(fits: object) -> str:
    with pytest.raises(gc.errors.ModelError) as told:
        gc.pool(fits)
    return str(told.value)


def test_what_cannot_be_pooled_is_said(fits: list[gc.GrowthFit], files: list[pd.DataFrame]) -> None:
    assert "at least two fits" in _refused(fits[:1])
    assert "a list of fits" in _refused(fits[0])
    assert "pool() takes fits" in _refused([fits[0], 3])
    assert "fit 2 was given before" in _refused([fits[0], fits[0]])
    other = gc.fit("reaction ~ day + (1 | subject)", files[1], time="day")
    assert "the random effects are intercept, slope in fit 1 and intercept in fit 2" in _refused([fits[0], other])
    assert "the method is 'reml' in fit 1 and 'ml' in fit 2" in _refused([fits[0], fits[1].refit("ml")])
    quadratic = gc.fit("reaction ~ day + I(day^2) + (day | subject)", files[1])
    assert "shape" in _refused([fits[0], quadratic])


def test_other_persons_and_occasions_are_named(fits: list[gc.GrowthFit], files: list[pd.DataFrame]) -> None:
    fewer = gc.fit(FORMULA, files[1].iloc[:-1])
    told = _refused([fits[0], fewer])
    assert "subject 372 has 10 rows, at day 0, 1, 2, 3, 4, 5, ...," in told
    assert "has 9 rows" in told
    without = gc.fit(FORMULA, files[1][files[1]["subject"] != 308])
    assert "subject 308 has 10 rows" in _refused([fits[0], without])
    assert "is not there in fit 2" in _refused([fits[0], without])
    later = gc.fit(FORMULA, files[1].assign(day=files[1]["day"] + (files[1]["subject"] == 330)))
    assert "subject 330" in _refused([fits[0], later])
    shuffled = gc.fit(FORMULA, files[1].sample(frac=1, random_state=1))
    assert gc.pool([fits[0], shuffled]).table["estimate"].notna().all()


def test_other_codings_name_the_column(files: list[pd.DataFrame]) -> None:
    rng = np.random.default_rng(1)
    persons = files[0]["subject"].unique()
    drawn = [dict(zip(persons, rng.choice(["a", "b", "c"], 18), strict=True)) for _ in range(2)]
    two = [one.assign(arm=one["subject"].map(arm)) for one, arm in zip(files[:2], drawn, strict=True)]
    two[1]["arm"] = two[1]["arm"].replace("c", "b")
    fits = [gc.fit("reaction ~ day * arm + (day | subject)", one) for one in two]
    assert "'arm' has the levels a, b, c in fit 1 and a, b in fit 2" in _refused(fits)
    ages = [one.assign(age=one["subject"] / 10 + k * (one["subject"] == 308)) for k, one in enumerate(files[:2])]
    centred = [gc.fit("reaction ~ day * center(age) + (day | subject)", one) for one in ages]
    assert "center(age) took other numbers" in _refused(centred)


def test_fits_saved_without_rows_are_counted(fits: list[gc.GrowthFit], files: list[pd.DataFrame], tmp_path) -> None:
    loaded = [gc.load(fit.save(tmp_path / f"{k}.json")) for k, fit in enumerate(fits)]
    assert gc.pool(loaded).table["estimate"].tolist() == pytest.approx(gc.pool(fits).table["estimate"].tolist())
    fewer = gc.load(gc.fit(FORMULA, files[1].iloc[:-1]).save(tmp_path / "fewer.json"))
    assert "180 rows of 18 persons and fit 2 179 of 18" in _refused([loaded[0], fewer])


def test_files_and_missing_columns_are_named(files: list[pd.DataFrame], tmp_path) -> None:
    """A value that was left missing in one file: its person, column and file."""
    one, two = files[0].copy(), files[1].copy()
    two.loc[(two["subject"] == 310) & (two["day"] == 3), "reaction"] = np.nan
    read = []
    for name, frame in (("imputed_1.csv", one), ("imputed_2.csv", two)):
        frame.to_csv(tmp_path / name, index=False)
        read.append(gc.fit(FORMULA, gc.read_table(tmp_path / name)))
    told = r"subject 310 has 10 rows.* in fit 1 \(imputed_1\.csv\) and has 9 rows \('reaction' missing\)"
    with pytest.raises(ModelError, match=told):
        gc.pool(read)


def test_weighted_fits_are_pooled_by_one_design(files: list[pd.DataFrame]) -> None:
    made = [one.assign(w=1.0 + one["subject"] % 3) for one in files]
    weighted = [gc.fit(FORMULA, one, design=gc.SurveyDesign("w")) for one in made]
    found = gc.pool(weighted).table.set_index("term")
    means = np.mean([fit.params["slope"] for fit in weighted])
    assert found.loc["slope", "estimate"] == pytest.approx(means, rel=1e-12)
    assert found.loc["slope", "df"] < 17
    with pytest.raises(ModelError, match="takes fits of one design"):
        gc.pool([*weighted[:-1], gc.fit(FORMULA, made[-1], design=gc.SurveyDesign(psu="w"))])
