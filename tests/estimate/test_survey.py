"""Fits with a sampling design: published values, persons repeated, scaling as the papers define it, sampling units of
the whole table, and what is refused.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from reference_values import cases

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError

FORMULA = "distance ~ age * sex + (age | subject)"


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


def weighted_orthodont(counts=(1, 2, 3)) -> pd.DataFrame:
    data = gc.load_dataset("orthodont")
    persons = data["subject"].unique()
    weights = dict(zip(persons, np.resize(np.array(counts, dtype=float), len(persons)), strict=True))
    return data.assign(w=data["subject"].map(weights))


def repeated(data: pd.DataFrame) -> pd.DataFrame:
    """Each person as often as the weight says, under names of their own; `was` is who it was."""
    parts = []
    for k in range(int(data["w"].max())):
        more = data[data["w"] > k]
        parts.append(more.assign(was=more["subject"], subject=more["subject"].astype(str) + f"/{k}"))
    return pd.concat(parts, ignore_index=True)


def three_level_sleepstudy() -> pd.DataFrame:
    data = gc.load_dataset("sleepstudy")
    groups = {2: (310, 309, 349, 335), 3: (330, 352, 337, 369), 4: (331, 332, 334, 372)}
    of = {person: group for group, persons in groups.items() for person in persons}
    data["group"] = [of.get(person, 1) for person in data["subject"]]
    rows = np.ones(len(data))
    rows[:4] = 2.0
    return data.assign(w1=rows, w2=1.0 + (data["subject"] == 308), w3=1.0 + (data["group"] == 1))


@pytest.mark.parametrize(
    ("formula", "llf", "fixed", "variances", "residual", "errors"),
    [
        (
            "reaction ~ day + (1 | group/subject)", -1389.0983, [243.6831, 12.67954], [360.97, 756.5857], 1153.704,
            [11.68881, 2.468474],
        ),
        (
            "reaction ~ day + (1 | subject) + (1 | group) + (0 + day | group)", -1377.6876, [247.6234, 11.71211],
            [397.6301, 220.4182, 16.86835], 1022.88, [9.97378, 2.60348],
        ),
    ],
)  # fmt: skip
def test_the_example_of_wemix_in_statas_numbers(formula, llf, fixed, variances, residual, errors) -> None:
    """Results of Stata's `mixed` with pweight= at three levels on sleepstudy, as the tests of R's WeMix (4.0.3,
    tests/testthat/test-1-main.R, "Weighted three level model") quote them; one variance there is 5e-5 off the optimum.
    """
    design = gc.SurveyDesign({"rows": "w1", "subject": "w2", "group": "w3"}, scale="none")
    fit = gc.fit(formula, three_level_sleepstudy(), time="day", design=design)
    assert fit.llf == pytest.approx(llf, abs=1e-4)
    assert fit.params.tolist() == pytest.approx(fixed, rel=1e-6)
    found = {name: fit.cov_re.loc[name, name] for name in fit.random_names}
    assert sorted(found.values()) == pytest.approx(sorted(variances), rel=1e-4)
    assert fit.scale == pytest.approx(residual, rel=1e-5)
    assert fit.bse.tolist() == pytest.approx(errors, rel=1e-5)


def test_whole_number_weights_are_persons_repeated() -> None:
    data = weighted_orthodont()
    fit = gc.fit(FORMULA, data, design=gc.SurveyDesign("w"))
    both = gc.fit(FORMULA, repeated(data), design=gc.SurveyDesign(psu="was"))
    assert fit.params.to_numpy() == pytest.approx(both.params.to_numpy(), rel=1e-9)
    assert fit.cov_re.to_numpy() == pytest.approx(both.cov_re.to_numpy(), rel=1e-7)
    assert fit.llf == pytest.approx(both.llf, rel=1e-12)
    assert fit.bse.to_numpy() == pytest.approx(both.bse.to_numpy(), rel=1e-8)
    assert fit.means(by="sex", weights="proportional").table["estimate"].tolist() == pytest.approx(
        both.means(by="sex", weights="proportional").table["estimate"].tolist(), rel=1e-9
    )
    mine, theirs = fit.change(), both.change()
    for quantity in ("mean rate", "SD of rates", "share above threshold, model", "reliability of the rate"):
        assert mine.value(quantity) == pytest.approx(theirs.value(quantity), rel=1e-7)
    for measure in ("marginal", "conditional", "squared correlation", "pseudo: slope"):
        assert fit.r2().value(measure) == pytest.approx(both.r2().value(measure), rel=5e-3)


def test_averages_over_persons_are_weighted() -> None:
    """Of predictors, of time-varying covariates and of groups in unequal numbers, as of persons repeated."""
    rng = np.random.default_rng(4)
    data = weighted_orthodont()
    heights = dict(zip(data["subject"].unique(), rng.normal(0, 1, 27), strict=True))
    data = data.assign(height=data["subject"].map(heights), stress=rng.normal(0, 1, len(data)))
    formula = "distance ~ age * height + age * sex + stress + (age | subject)"
    fit = gc.fit(formula, data, design=gc.SurveyDesign("w"))
    both = gc.fit(formula, repeated(data), design=gc.SurveyDesign(psu="was"))
    for how in (
        {"average": "persons"},
        {"average": "rows"},
        {"weights": "counterfactual"},
        {"weights": "proportional"},
    ):
        mine, theirs = (one.means(at=[8, 11], **how).table for one in (fit, both))
        assert mine["estimate"].tolist() == pytest.approx(theirs["estimate"].tolist(), rel=1e-8)
        assert mine["std_error"].tolist() == pytest.approx(theirs["std_error"].tolist(), rel=1e-6)
    mine, theirs = fit.change().table, both.change().table
    known = mine["estimate"].notna() & ~mine["quantity"].str.contains("persons|OLS")
    assert mine["estimate"][known].tolist() == pytest.approx(theirs["estimate"][known].tolist(), rel=1e-6)


def test_equal_weights_are_no_weights() -> None:
    data = gc.load_dataset("orthodont").assign(w=2.5)
    fit, plain = gc.fit(FORMULA, data, design=gc.SurveyDesign("w")), gc.fit(FORMULA, data, method="ml")
    assert fit.params.equals(plain.params)
    assert fit.cov_re.equals(plain.cov_re)
    assert fit.llf == pytest.approx(2.5 * plain.llf, rel=1e-13)
    robust = plain.robust("CR1").table["std_error"]
    assert fit.bse.tolist() == pytest.approx(robust.tolist(), rel=1e-9)
    assert fit.method == "ml"


def test_scaling_is_that_of_the_papers() -> None:
    """Size: weights within a unit sum to how many there are; effective: to their squared sum over that of squares."""
    data = three_level_sleepstudy()
    rng = np.random.default_rng(1)
    persons = data["subject"].unique()
    data["w"] = data["subject"].map(dict(zip(persons, rng.uniform(0.5, 4, 18), strict=True)))
    weights = {"subject": "w", "group": "w3"}
    per = data.groupby("subject").first()
    sums, squares = per.groupby("group")["w"].transform("sum"), (per["w"] ** 2).groupby(per["group"]).transform("sum")
    sizes = per.groupby("group")["w"].transform("size")
    for scale, factor in (("size", sizes / sums), ("effective", sums / squares)):
        formula = "reaction ~ day + (1 | group/subject)"
        fit = gc.fit(formula, data, time="day", design=gc.SurveyDesign(weights, scale=scale))
        by_hand = data.assign(w=data["subject"].map(per["w"] * factor))
        other = gc.fit(formula, by_hand, time="day", design=gc.SurveyDesign(weights, scale="none"))
        assert fit.params.tolist() == pytest.approx(other.params.tolist(), rel=1e-12)
        assert fit.bse.tolist() == pytest.approx(other.bse.tolist(), rel=1e-9)
        within = fit.weighing.persons
        groups = per.loc[fit.panel.persons.labels, "group"].to_numpy()
        target = sizes if scale == "size" else sums**2 / squares
        found = pd.Series(within).groupby(groups).sum()
        assert found.tolist() == pytest.approx(target.groupby(per["group"]).first().tolist())
    assert "scaled to their effective number within group" in str(fit)


def test_the_unit_of_weights_of_the_highest_level_moves_the_pseudo_likelihood_alone() -> None:
    data = weighted_orthodont()
    small, large = (gc.fit(FORMULA, data.assign(w=data["w"] * k), design=gc.SurveyDesign("w")) for k in (1.0, 1e5))
    assert large.params.to_numpy() == pytest.approx(small.params.to_numpy(), rel=1e-12)
    assert large.bse.to_numpy() == pytest.approx(small.bse.to_numpy(), rel=1e-10)
    assert large.llf == pytest.approx(1e5 * small.llf, rel=1e-12)


def test_a_subpopulation_keeps_all_sampling_units() -> None:
    """Rows that where= leaves out count in n / (n - 1) and in the mean of scores, as units with scores of zero."""
    data = weighted_orthodont().assign(region=lambda d: d["subject"].str[-1].astype(int) % 4)
    design = gc.SurveyDesign("w", psu="region")
    fit = gc.fit("distance ~ age + (age | subject)", data, design=design, where="sex == 'Male' & region != 3")
    assert (fit.weighing.sampling_units, fit.weighing.df) == (4, 3)
    alone = gc.fit(
        "distance ~ age + (age | subject)", data[(data["sex"] == "Male") & (data["region"] != 3)], design=design
    )
    assert (alone.weighing.sampling_units, alone.weighing.df) == (3, 2)
    assert fit.params.equals(alone.params)
    ratio = (4 / 3) / (3 / 2)  # scores sum to nothing, so that the factors are all that differs
    assert (fit.bse**2).to_numpy() == pytest.approx((alone.bse**2).to_numpy() * ratio, rel=1e-7)
    zero = data.assign(w=data["w"] * ((data["sex"] == "Male") & (data["region"] != 3)))
    by_weight = gc.fit("distance ~ age + (age | subject)", zero, design=design)
    assert by_weight.bse.to_numpy() == pytest.approx(fit.bse.to_numpy(), rel=1e-10)
    assert "weight of zero" in by_weight.panel.dropped["reason"].tolist()


R = cases("survey_df")


def four_strata() -> pd.DataFrame:
    """Three persons of each of four sampling units in each of four strata, four waves each (make_survey_df.R)."""
    rng = np.random.default_rng(6)
    rows = [
        (f"{h}{c}{i}", c, h, i, t, 5 + t + rng.normal() * 0.5)
        for h in range(1, 5) for c in range(1, 5) for i in range(1, 4) for t in range(4)
    ]  # fmt: skip
    data = pd.DataFrame(rows, columns=["person", "psu", "stratum", "i", "t", "y"])
    own = {person: rng.normal(0, [1, 0.3]) for person in data["person"].unique()}
    data["y"] += [own[p][0] + own[p][1] * t for p, t in zip(data["person"], data["t"], strict=True)]
    return data.assign(w=1.0 + data["i"] % 2)


@pytest.mark.parametrize(
    ("where", "df"), [(None, "all"), ("stratum == 1", "one_stratum"), ("stratum != 1", "three_strata")]
)
def test_strata_of_whom_nobody_is_in_the_subpopulation_are_no_degrees_of_freedom(where, df) -> None:
    """As in R's survey::degf; they add nothing to the variance, so that errors are those of the strata alone."""
    data, design = four_strata(), gc.SurveyDesign("w", strata="stratum", psu="psu")
    fit = gc.fit("y ~ t + (t | person)", data, time="t", where=where, design=design)
    assert fit.weighing.df == R[df]
    chosen = data if where is None else data.query(where)
    alone = gc.fit("y ~ t + (t | person)", chosen, time="t", design=design)
    assert alone.weighing.df == R[df]
    assert fit.bse.to_numpy() == pytest.approx(alone.bse.to_numpy(), rel=1e-9)
    zero = data if where is None else data.assign(w=data["w"].where(data.index.isin(chosen.index), 0.0))
    by_weight = gc.fit("y ~ t + (t | person)", zero, time="t", design=design)
    assert by_weight.weighing.df == R[df]
    assert by_weight.bse.to_numpy() == pytest.approx(fit.bse.to_numpy(), rel=1e-9)


def test_persons_who_were_sampled_themselves_and_are_not_chosen_are_no_degrees_of_freedom() -> None:
    data, design = four_strata(), gc.SurveyDesign("w", strata="stratum")
    fit = gc.fit("y ~ t + (t | person)", data, time="t", design=design)
    some = gc.fit("y ~ t + (t | person)", data, time="t", design=design, where="i == 1 & stratum != 1")
    assert (fit.weighing.df, some.weighing.df) == (R["persons"], R["some_persons"])
    assert "36 sampling units (person, 24 of them not in the fit) in 3 strata (stratum); df 9" in str(some)
    two = data.assign(w=np.where(data["person"].isin(["111", "112"]), 1.0, 0.0))
    assert gc.fit("y ~ t + (1 | person)", two, time="t", design=gc.SurveyDesign("w")).weighing.df == 1


def test_sampling_units_of_one_name_in_two_strata_are_two() -> None:
    data = weighted_orthodont().assign(psu=lambda d: d["subject"].str[-1].astype(int) % 3)
    fit = gc.fit("distance ~ age + (age | subject)", data, design=gc.SurveyDesign("w", strata="sex", psu="psu"))
    named = data.assign(psu=data["sex"].astype(str) + data["psu"].astype(str))
    other = gc.fit("distance ~ age + (age | subject)", named, design=gc.SurveyDesign("w", strata="sex", psu="psu"))
    assert (fit.weighing.sampling_units, fit.weighing.df) == (6, 4)
    assert fit.bse.equals(other.bse)


def test_strata_of_one_unit() -> None:
    data = weighted_orthodont().assign(stratum=lambda d: np.where(d["subject"] == "M01", "alone", d["sex"].astype(str)))
    formula, said = "distance ~ age + (age | subject)", {"strata": "stratum"}
    with pytest.raises(ModelError, match="The stratum alone of 'stratum' has one sampling unit"):
        gc.fit(formula, data, design=gc.SurveyDesign("w", **said))
    certain = gc.fit(formula, data, design=gc.SurveyDesign("w", single="certainty", **said))
    centred = gc.fit(formula, data, design=gc.SurveyDesign("w", single="centred", **said))
    assert certain.weighing.df == centred.weighing.df == 27 - 3
    assert (centred.bse >= certain.bse).all()


def test_rows_and_their_order_do_not_matter() -> None:
    data = weighted_orthodont().assign(wr=lambda d: 1.0 + d["age"] / 10)
    design = gc.SurveyDesign({"subject": "w", "rows": "wr"})
    fit, other = (gc.fit(FORMULA, one, design=design) for one in (data, data.sample(frac=1, random_state=2)))
    assert other.params.to_numpy() == pytest.approx(fit.params.to_numpy(), rel=1e-10)
    assert other.bse.to_numpy() == pytest.approx(fit.bse.to_numpy(), rel=1e-8)


def test_recentred_and_refitted_under_the_same_design() -> None:
    data = weighted_orthodont()
    fit = gc.fit(FORMULA, data, design=gc.SurveyDesign("w", strata="sex"))
    moved, again = fit.recentre(11), fit.refit()
    assert moved.llf == pytest.approx(fit.llf, rel=1e-12)
    assert moved.bse["slope"] == pytest.approx(fit.bse["slope"], rel=1e-7)
    at = fit.means(at=[11], by="sex").table
    assert moved.params["intercept"] == pytest.approx(at["estimate"].iloc[0], rel=1e-9)
    assert moved.bse["intercept"] == pytest.approx(at["std_error"].iloc[0], rel=1e-7)
    assert again.params.equals(fit.params)
    assert again.bse.equals(fit.bse)


def test_degrees_of_freedom_are_sampling_units_less_strata() -> None:
    fit = gc.fit(FORMULA, weighted_orthodont(), design=gc.SurveyDesign("w", strata="sex"))
    table = fit.fixed_effects()
    assert table["df"].tolist() == [25.0] * 4
    assert table.attrs["ddf"] == "sampling units less strata"
    assert np.isinf(fit.fixed_effects(ddf="normal")["df"]).all()
    names = ["slope:sex[Female]", "intercept:sex[Female]"]
    both = fit.test([f"{name} = 0" for name in names])
    V, beta = fit.cov_params().loc[names, names].to_numpy(), fit.params[names].to_numpy()
    assert both.df == 24  # Korn and Graubard (1990)
    assert both.statistic == pytest.approx(24 / 25 * (beta @ np.linalg.solve(V, beta)) / 2, rel=1e-9)
    assert "27 sampling units (subject) in 2 strata (sex); df 25" in str(fit)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda fit: fit.aic, "pseudo-likelihood"),
        (lambda fit: fit.bootstrap(10), "know nothing of the design"),
        (lambda fit: fit.robust(), "by the sampling design already"),
        (lambda fit: fit.variance_components(method="profile"), "method='wald'"),
        (lambda fit: fit.conf_int(method="bootstrap"), "method='wald'"),
        (lambda fit: fit.fixed_effects(ddf="satterthwaite"), "'design'"),
        (lambda fit: fit.fixed_effects(ddf="kenward-roger"), "'design'"),
        (lambda fit: fit.test_variance("slope"), "pseudo-likelihood"),
        (lambda fit: fit.check(), "know nothing of how persons were sampled"),
        (lambda fit: fit.influence_of_occasions(), "no single occasions"),
        (lambda fit: fit.influence(), "a sample has other weights"),
        (lambda fit: fit.plot.influence(), "a sample has other weights"),
        (lambda fit: fit.refit("reml"), "REML"),
        (lambda fit: gc.compare(fit, fit.refit(random=("intercept",))), "pseudo-likelihood"),
    ],
)
def test_what_has_no_meaning_under_weights_is_refused(answer, why: str) -> None:
    fit = gc.fit(FORMULA, weighted_orthodont(), design=gc.SurveyDesign("w"))
    with pytest.raises((NotAvailableError, NotEstimableError, ModelError), match=why):
        answer(fit)


def _orthodont(**columns) -> pd.DataFrame:
    data = weighted_orthodont()
    return data.assign(**{name: column(data) for name, column in columns.items()})


@pytest.mark.parametrize(
    ("data", "design", "told"),
    [
        (_orthodont(w=lambda d: d["w"].where(d["subject"] != "M03")), {"weights": "w"},
         "'w' of subject M03 is missing"),
        (_orthodont(w=lambda d: d["w"].where(d["subject"] != "M03", -1)), {"weights": "w"},
         "'w' of subject M03 is negative"),
        (_orthodont(w=lambda d: d["w"] * 0), {"weights": "w"}, "All weights 'w' of 'subject' are zero"),
        (_orthodont(w=lambda d: d["w"] + (d["age"] == 12) * (d["subject"] == "F02")), {"weights": "w"},
         "'w' varies within subject F02"),
        (_orthodont(w=lambda d: d["sex"].astype(str)), {"weights": "w"}, "weights are numbers"),
        (_orthodont(w=lambda d: d["w"].astype(str)), {"weights": "w"}, "weights are numbers"),
        (_orthodont(p=lambda d: d["age"] > 10), {"psu": "p"}, "'p' varies within subject"),
        (_orthodont(s=lambda d: d["sex"].astype(object).where(d["subject"] != "F04")), {"strata": "s"},
         "'s' is missing for subject F04"),
        (_orthodont(p=lambda d: 1), {"psu": "p"}, "one sampling unit"),
        (_orthodont(), {"weights": {"school": "w"}}, "school"),
        (_orthodont(r=lambda d: (d["subject"] != "M05") * 1.0), {"weights": {"rows": "r"}}, "All rows of subject M05"),
        (_orthodont(), {"weights": "weight"}, "weight"),
    ],
)  # fmt: skip
def test_wrong_designs_name_unit_and_column(data: pd.DataFrame, design: dict, told: str) -> None:
    with pytest.raises((ModelError, gc.errors.DataError), match=told):
        gc.fit(FORMULA, data, design=gc.SurveyDesign(**design))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "needs weights="),
        ({"weights": 3}, "weights= is a column"),
        ({"weights": {"subject": 3}}, "weights= is a column"),
        ({"weights": "w", "scale": "sise"}, "size"),
        ({"weights": "w", "single": "drop"}, "certainty"),
        ({"strata": ["a", "b"]}, "strata= is the name of a column"),
    ],
)
def test_a_design_is_checked_where_it_is_written(options: dict, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        gc.SurveyDesign(**options)


def test_what_a_design_cannot_be_of() -> None:
    data = weighted_orthodont()
    design = gc.SurveyDesign("w")
    with pytest.raises(ModelError, match=r"gc\.SurveyDesign"):
        gc.fit(FORMULA, data, design="w")
    with pytest.raises(ModelError, match="REML"):
        gc.fit(FORMULA, data, method="reml", design=design)
    with pytest.raises(ModelError, match="independent residuals"):
        gc.fit("distance ~ age + ar1(age | subject)", data, design=design)
    rated = data.assign(rater=np.arange(len(data)) % 5)
    with pytest.raises(ModelError, match="crossed"):
        gc.fit("distance ~ age + (1 | subject) + (1 | rater)", rated, time="age", design=gc.SurveyDesign(psu="sex"))
    panel = gc.Panel(data, id="subject", time="age", outcome="distance", where="age > 8")
    with pytest.raises(ModelError, match="whole table"):
        gc.fit(FORMULA, panel, design=design)
    schools = three_level_sleepstudy().assign(p=lambda d: d["subject"] % 2)
    with pytest.raises(ModelError, match="lies in two sampling units 'p'"):
        gc.fit("reaction ~ day + (1 | group/subject)", schools, time="day", design=gc.SurveyDesign(psu="p"))
