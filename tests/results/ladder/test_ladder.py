"""The ladder against R (tests/reference/make_ladder.R), against Singer and Willett's Table 4.1, and its own laws.

Tolerances: -2 log likelihood 1e-9 relative; variances and shares of variance 1e-6 of the variance compared with (the
reference's optimum is known to about 1e-8 in deviance); printed values half a unit of their last place.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference_values import cases

import growthcurves as gc
from growthcurves.errors import ColumnError, FormulaError, IdentificationWarning, ModelError


def survey_with_gaps():
    table = gc.load_dataset("survey")
    return table.assign(stress=table["stress"].mask((table["person"] % 10 == 0) & (table["wave"] == 1)))


def stress_model():
    both = {"intercept": "education", "slope": "education"}
    return gc.GrowthModel(
        outcome="wellbeing",
        time="year",
        id="person",
        predictors=both,
        time_varying="stress",
        random=("intercept", "slope", "stress"),
    )


LADDERS = {
    "orthodont": lambda: gc.ladder(
        gc.GrowthModel("distance", "age", "subject", origin=8, predictors="sex"), gc.load_dataset("orthodont")
    ),
    "bodyweight": lambda: gc.ladder(
        gc.GrowthModel("weight", "day", "rat", shape="quadratic", predictors="diet"), gc.load_dataset("bodyweight")
    ),
    "survey": lambda: gc.ladder(stress_model(), survey_with_gaps(), steps=[dict(stress_model().predictors)]),
}


@pytest.fixture(scope="module", params=LADDERS)
def climbed(request):
    return LADDERS[request.param](), cases("ladder")[request.param]


def values(answer, part, model):
    table = answer.table
    return table[(table["part"] == part) & (table["model"] == model)].set_index("term")["estimate"]


def test_same_as_r(climbed):
    answer, records = climbed
    assert list(answer.fits) == [letter for letter, _ in zip("ABCD", records, strict=False)]
    for letter, record in zip(answer.fits, records, strict=True):
        numbers = values(answer, "fit", letter)
        assert numbers["deviance"] == pytest.approx(record["m2ll"], rel=1e-9)
        assert (numbers["rows"], numbers["persons"]) == (record["rows"], record["persons"])
        assert numbers["parameters"] == record["k"]
        k = record["k"]
        expected = record["m2ll"] + k * np.array([2, np.log(record["rows"]), np.log(record["persons"])])
        np.testing.assert_allclose(numbers[["aic", "bic", "bic_persons"]], expected, rtol=1e-9)
        G, size = np.array(record["G"]), np.diag(record["G"])
        components = values(answer, "variance components", letter)
        names = [term.removeprefix("var:") for term in components.index if term.startswith("var:")]
        assert components["var:residual"] == pytest.approx(record["residual"], rel=1e-6)
        for a, name in enumerate(names[:-1]):
            assert components[f"var:{name}"] == pytest.approx(size[a], rel=1e-5)
            for b in range(a + 1, len(size)):
                allowed = 1e-5 * np.sqrt(size[a] * size[b])
                assert components[f"cov:{name},{names[b]}"] == pytest.approx(G[a, b], rel=0, abs=allowed)


def test_pseudo_r2_is_that_of_r(climbed):
    answer, records = climbed
    for letter, record in zip(answer.fits, records, strict=True):
        shares = values(answer, "pseudo-R2", letter)
        if record["r2_outcome"] is None:
            assert np.isnan(shares["R2:outcome"])
            assert len(shares) == 1
            continue
        assert shares["R2:outcome"] == pytest.approx(record["r2_outcome"], rel=1e-7)
        assert shares["R2:residual"] == pytest.approx(record["r2_residual"], abs=1e-6)
        found = shares[["R2:intercept", "R2:slope"]] if "r2_variances" in record else np.zeros(0)
        np.testing.assert_allclose(found, record.get("r2_variances", []), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def alcohol():
    """Singer and Willett (2003), Table 4.1, models A to E; its data are not shipped."""
    folder = os.environ.get("GROWTHCURVES_PUBLISHED_DATA")
    if not folder:
        pytest.skip("GROWTHCURVES_PUBLISHED_DATA names no folder with the published data")
    table = pd.read_csv(Path(folder) / "alda_alcohol1.csv").rename(
        columns={"alcohol_use": "alcuse", "child_of_alcoholic": "coa", "peer_alcohol_use": "peer"}
    )
    model = gc.GrowthModel("alcuse", "age", "id", origin=14, predictors={"intercept": "coa + peer", "slope": "peer"})
    return gc.ladder(model, table, steps=["coa", "coa + peer"])


PRINTED = {
    "R2_y_yhat": "R2:outcome",
    "pseudoR2_e": "R2:residual",
    "pseudoR2_0": "R2:intercept",
    "pseudoR2_1": "R2:slope",
}


@pytest.mark.parametrize("letter", "ABCDE")
def test_table_of_the_book(alcohol, letter):
    record = cases("published_alcohol")["cases"][letter]
    pairs = [(alcohol.fits[letter].params, record["printed"]["estimate"])]
    pairs.append((alcohol.fits[letter].bse, record["printed"]["std_error"]))
    pairs.append((values(alcohol, "fit", letter), record["printed"]["fit"]))
    components = values(alcohol, "variance components", letter)
    for kind, ours, theirs in (("variance", "var:", "sd:"), ("covariance", "cov:", "cor:")):
        printed = record["printed"].get(kind, {})
        pairs.append((components, {name.replace(theirs, ours): text for name, text in printed.items()}))
    other = record.get("other", {})
    shares = {PRINTED[name]: text for name, text in other.items() if name in PRINTED}
    pairs.append((values(alcohol, "pseudo-R2", letter), shares))
    for found, printed in pairs:
        for name, text in printed.items():
            half = 0.5 * 10.0 ** -len(text.partition(".")[2])
            assert found[name] == pytest.approx(float(text), rel=0, abs=half * (1 + 1e-9)), name


def test_both_doors_climb_the_same_ladder():
    data = gc.load_dataset("orthodont")
    formula = gc.ladder("distance ~ age * sex + (age | subject)", data)
    model = gc.ladder(gc.GrowthModel("distance", "age", "subject", origin=0, predictors="sex"), data)
    for letter in "ABC":
        assert formula.fits[letter].deviance == pytest.approx(model.fits[letter].deviance, rel=1e-12)
    assert list(formula.table["term"]) == list(model.table["term"])


def test_every_model_has_the_rows_of_all_models():
    table = survey_with_gaps()
    model = gc.GrowthModel("wellbeing", "year", "person", predictors={"slope": "education", "intercept": "education"})
    answer = gc.ladder(model, table, steps=[{"time_varying": "stress"}])
    complete = table.dropna(subset=["stress"])
    assert {fit.nobs for fit in answer.fits.values()} == {len(complete)}
    alone = gc.fit("wellbeing ~ 1 + (1 | person)", complete, method="ml")
    assert answer.fits["A"].deviance == pytest.approx(alone.deviance, rel=1e-12)
    assert f"{len(table) - len(complete)} missing stress" in str(answer)


@pytest.mark.parametrize("shape", ["quadratic", "occasions", gc.Piecewise(knots=[8]), gc.Spline(df=3), "log"])
def test_any_shape_has_the_variance_of_each_random_effect(shape):
    model = gc.GrowthModel("depression", "week", "patient", shape=shape, predictors="arm")
    answer = gc.ladder(model, gc.load_dataset("trial"))
    growth, top = answer.fits["B"], answer.fits["C"]
    for name in growth.random_names:
        share = 1 - top.cov_re.loc[name, name] / growth.cov_re.loc[name, name]
        assert values(answer, "pseudo-R2", "C")[f"R2:{name}"] == pytest.approx(share, abs=1e-12)
    assert growth.recipe.predictors.keys() == top.recipe.predictors.keys()
    assert not growth.model.reference


def test_a_negative_share_is_shown_and_said():
    model = gc.GrowthModel(
        "distance", "age", "subject", shape="quadratic", predictors="sex", random=("intercept", "slope", "quadratic")
    )
    answer = gc.ladder(model, gc.load_dataset("orthodont"), method="reml")
    shares = answer.table[(answer.table["part"] == "pseudo-R2") & (answer.table["estimate"] < 0)]
    assert len(shares)
    assert (shares["note"].str.startswith("negative")).all()
    assert "compare only models with the same fixed effects" in str(answer)


def test_what_is_not_identified_is_withheld(sleep):
    two = sleep[sleep["day"].isin([0, 5])]
    with pytest.warns(IdentificationWarning):
        answer = gc.ladder("reaction ~ day + (day | subject)", two)
    withheld = answer.table[answer.table["note"].str.startswith("withheld")]
    assert set(withheld["term"]) == {"var:intercept", "var:slope", "var:residual", "cov:intercept,slope", "R2:residual"}
    assert withheld["estimate"].isna().all()
    # persons vary by less than chance from day 0 to day 5, so the share of the intercept has nothing to start from
    zero = answer.table[answer.table["note"] == "the variance is estimated as zero"]
    assert list(zero["term"]) == ["var:intercept"]


def test_a_share_of_nothing_is_not_defined():
    """Dyestuff2 has no variance between batches (lme4); a time and a weight that say nothing leave it at zero."""
    rng = np.random.default_rng(4)
    levels = np.tile([-1.0, 1.0, 0.5, -0.5], 12)
    table = pd.DataFrame({"id": np.repeat(np.arange(12), 4), "t": np.tile(np.arange(4.0), 12), "y": levels})
    table["y"] += np.where(table["id"] % 2, 1, -1) * np.tile([1.0, -1.0, -1.0, 1.0], 12)
    table["w"] = rng.normal(size=12)[table["id"]]
    answer = gc.ladder(gc.GrowthModel("y", "t", "id", predictors="w", random=("intercept",)), table)
    row = answer.table[answer.table["term"] == "R2:intercept"].iloc[0]
    assert np.isnan(row["estimate"])
    assert row["note"].startswith("undefined")


def test_a_model_without_predictors_has_two_rungs(sleep):
    answer = gc.ladder("reaction ~ day + (day | subject)", sleep)
    assert list(answer.titles.values()) == ["unconditional means", "unconditional growth"]


def test_without_random_effects_the_table_has_residuals_only(sleep):
    answer = gc.ladder(gc.GrowthModel("reaction", "day", "subject", random=()), sleep)
    assert set(values(answer, "variance components", "A").index) == {"var:residual"}
    assert "Level 2" not in str(answer)


def test_what_is_no_ladder_is_refused(sleep):
    model = gc.GrowthModel("reaction", "day", "subject")
    with pytest.raises(ModelError, match="needs time"):
        gc.ladder("reaction ~ 1 + (1 | subject)", sleep)
    with pytest.raises(ModelError, match="A step is a dict"):
        gc.ladder(model, sleep, steps=[3])
    with pytest.raises(ModelError, match="step's id"):
        gc.ladder(model, sleep, steps=[gc.GrowthModel("reaction", "day", "person")])
    with pytest.raises(ColumnError, match="sex"):
        gc.ladder(model, sleep, steps=["sex"])
    with pytest.raises(FormulaError):
        gc.ladder(model, sleep, steps=[{"slope": "day +"}])


def test_warnings_are_given_once(sleep):
    twice = pd.concat([sleep, sleep.iloc[[3]]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.ladder("reaction ~ day + (day | subject)", twice)
    texts = [str(warning.message) for warning in caught]
    assert len(texts) == len(set(texts)) > 0


def test_text_and_dictionary(sleep):
    answer = gc.ladder("reaction ~ day + (day | subject)", sleep)
    assert "unconditional growth" in answer._repr_html_()
    assert set(answer.to_dict()) == {"table", "titles"}
    assert list(answer.table.columns[:8]) == [
        "term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high",
    ]  # fmt: skip
