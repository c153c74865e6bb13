"""A fit of sites' sums says what a fit of all sites' rows says, digit by digit, and no more than sums can say."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import NotAvailableError

#: Of estimates, standard errors and what is made of them.
EXACT = 1e-9
MODELS = {
    "line": ("score ~ week * arm + (week | patient)", {}),
    "numbers": ("score ~ week * arm * sex + age + week:age + (week | patient)", {}),
    "intercepts": ("score ~ week * arm + (1 | patient)", {"time": "week"}),
    "level": ("score ~ week * arm + (week | patient) + (1 | site)", {"site": "site"}),
    "effect of site": (
        "score ~ week * arm + site + (week | patient)", {"site": "site", "levels": {"site": ["A", "B", "C"]}},
    ),
    "covariate of occasions": ("score ~ week * arm + late + (1 | patient)", {"time": "week"}),
    "covariances of arms": ("score ~ week * arm + (0 + arm + arm:week | patient)", {"time": "week"}),
    "ar1": ("score ~ week * arm + (1 | patient)", {"time": "week", "residual": "ar1", "wave": "visit"}),
    "residuals of arms": (
        "score ~ week * arm + (1 | patient)", {"time": "week", "residual": gc.AR1(by="arm"), "wave": "visit"},
    ),
    "yes or no": ("well ~ week * arm + (1 | patient)", {"time": "week", "family": "binomial"}),
}  # fmt: skip
OF_SITES = ("site", "levels")


def fits(data, formula, **options):
    """The fit of all rows, and that of sums of each site in which nothing is held back."""
    recipe = gc.site_recipe(formula, data, **options)
    sums = [gc.site_sums(recipe, part, min_cell=1, name=name) for name, part in data.groupby("site")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = gc.fit(formula, data, **{name: value for name, value in options.items() if name not in OF_SITES})
        return rows, gc.fit(recipe, sums)


@pytest.fixture(scope="module", params=list(MODELS))
def both(request, data):
    formula, options = MODELS[request.param]
    return fits(data, formula, **options)


@pytest.fixture(scope="module")
def line(data):
    return fits(data, *MODELS["line"][:1])


def same(one, other, tolerance):
    one, other = pd.DataFrame(one), pd.DataFrame(other)
    assert list(one.columns) == list(other.columns)
    for name in one:
        if pd.api.types.is_numeric_dtype(one[name]):
            np.testing.assert_allclose(other[name], one[name], rtol=tolerance, atol=tolerance * 1e-2)
        else:
            assert one[name].tolist() == other[name].tolist()


def test_estimates_errors_and_degrees_of_freedom(both):
    rows, sites = both
    same(rows.fixed_effects(), sites.fixed_effects(), EXACT)
    same(rows.cov_params(), sites.cov_params(), 10 * EXACT)
    np.testing.assert_allclose(sites.llf, rows.llf, rtol=1e-11)
    np.testing.assert_allclose([sites.aic, sites.bic], [rows.aic, rows.bic], rtol=1e-11)
    assert (sites.nobs, sites.provenance.persons) == (rows.nobs, rows.provenance.persons)


def test_tests_and_means(both):
    rows, sites = both
    same(rows.joint_tests().table, sites.joint_tests().table, 10 * EXACT)
    same(rows.means(at=[0, 8], by="arm").table, sites.means(at=[0, 8], by="arm").table, EXACT)
    average = {"at": [0, 8], "by": "arm", "average": "rows"}
    same(rows.means(**average).table, sites.means(**average).table, EXACT)


def test_variances_and_their_intervals(both):
    rows, sites = both
    same(rows.variance_components(), sites.variance_components(), 1e3 * EXACT)


def test_what_is_printed(both):
    """The summary, but for what is said of columns that are in no sum."""
    rows, sites = both
    of_rows = ("Not used", "          levels=", "The intercept is that of age 0")
    lines = [line for line in str(rows).splitlines() if not line.strip().startswith(tuple(t.strip() for t in of_rows))]
    assert str(sites).splitlines() == lines


def test_profiles_bootstrap_and_kenward_roger(line):
    rows, sites = line
    same(rows.conf_int(method="profile"), sites.conf_int(method="profile"), EXACT)
    asked = {"method": "bootstrap", "n": 99, "rng": 1}
    same(rows.conf_int(**asked), sites.conf_int(**asked), EXACT)
    same(rows.fixed_effects(ddf="kenward-roger"), sites.fixed_effects(ddf="kenward-roger"), EXACT)
    same(rows.r2().table, sites.r2().table, EXACT)
    same(rows.reliability(), sites.reliability(), EXACT)


def test_another_method_another_origin_and_programs(line):
    rows, sites = line
    for asked in (lambda fit: fit.refit("ml"), lambda fit: fit.recentre(4), lambda fit: fit.refit("ml").refit("reml")):
        same(asked(rows).fixed_effects(), asked(sites).fixed_effects(), EXACT)
        with pytest.raises(NotAvailableError, match="nothing of single persons"):
            asked(sites).people()
    for program in ("r", "sas", "stata"):
        assert sites.code(program) == rows.code(program)
    assert sites.refit("ml").code("mplus") == rows.refit("ml").code("mplus")


def test_predictions(line, data):
    rows, sites = line
    for asked in ({"people": "average", "interval": "confidence"}, {"people": "new", "interval": "prediction"}):
        same(rows.predict(data.head(9), **asked), sites.predict(data.head(9), **asked), EXACT)


@pytest.mark.parametrize("by", [None, "arm"])
def test_the_change_report_but_for_persons_who_are_counted(line, by):
    rows, sites = (fit.change(by=by).table for fit in line)
    counted = rows["quantity"].isin(["share above threshold, EB", "share above threshold, OLS"])
    same(rows[~counted].reset_index(drop=True), sites, 1e3 * EXACT)


def test_numbers_have_no_spread_over_persons(data):
    rows, sites = fits(data, *MODELS["numbers"][:1])
    quantities = sites.change().table["quantity"].tolist()
    assert "share above threshold, model" not in quantities
    assert sites.change().value("mean rate") == pytest.approx(rows.change().value("mean rate"), rel=EXACT)
    by = [fit.change(by="arm") for fit in (rows, sites)]
    assert by[1].value("mean rate", "drug") == pytest.approx(by[0].value("mean rate", "drug"), rel=EXACT)
    with pytest.raises(NotAvailableError, match="Sites sent sums of 'age' and no single values"):
        sites.means(at=[0], by="arm", weights="counterfactual")


@pytest.mark.parametrize(
    "asked",
    [
        lambda fit: fit.people(),
        lambda fit: fit.random_effects,
        lambda fit: fit.resid,
        lambda fit: fit.fittedvalues,
        lambda fit: fit.influence(),
        lambda fit: fit.check(),
        lambda fit: fit.simulate(2, 1),
        lambda fit: fit.refit(random=("intercept",)),
        lambda fit: fit.fixed_effects(ddf="robust"),
        lambda fit: fit.bootstrap(n=9, kind="case", rng=1),
        lambda fit: fit.panel.frame,
        lambda fit: fit.panel.persons.labels[0],
        lambda fit: fit.estimates.state,
    ],
)
@pytest.mark.parametrize("model", ["line", "ar1"])
def test_what_needs_persons_says_why_there_are_none(data, model, asked):
    formula, options = MODELS[model]
    _, sites = fits(data[data["week"] < 8], formula, **options)
    with pytest.raises(NotAvailableError, match="sites' sums, which say nothing of single persons"):
        asked(sites)


@pytest.mark.parametrize("formula", [
    "score ~ ns(week, 2) * arm + (week | patient)", "score ~ poly(week, 2) + (week | patient)",
    "score ~ center(week) * arm + C(grade, contr.sum) + (week | patient)",
])  # fmt: skip
def test_what_functions_know_is_the_recipes(data, formula, tmp_path):
    """Knots, centres and levels of other rows than those that are summed, through the recipe's file."""
    data = data.assign(grade=data["visit"].groupby(data["patient"]).transform("max"))
    made_of = data[(data["week"] != 2) & (data["age"] < 60)]
    recipe = gc.load_site_recipe(gc.site_recipe(formula, made_of).save(tmp_path / "recipe.json"))
    sums = [gc.site_sums(recipe, part, min_cell=1, name=name) for name, part in data.groupby("site")]
    known = gc.fit(formula, made_of).recipe
    same(gc.fit(known, data).fixed_effects(), gc.fit(recipe, sums).fixed_effects(), EXACT)


@pytest.mark.parametrize("formula", ["late:arm", "late:sex + arm", "late:C(grade)"])
def test_columns_by_which_occasions_differ_set_persons_apart(data, formula):
    """Sums over persons of both arms do not say what a product of the arm with an occasion's column needs."""
    data = data.assign(grade=data["visit"].groupby(data["patient"]).transform("max"))
    rows, sites = fits(data, f"score ~ week + {formula} + (1 | patient)", time="week")
    same(rows.fixed_effects(), sites.fixed_effects(), EXACT)


def test_a_number_of_hospitals_is_of_their_level(data):
    data = data.assign(beds=data["site"].map({"A": 120.0, "B": 310.0, "C": 470.0}))
    rows, sites = fits(data, "score ~ week + beds + (week | patient) + (1 | site)", site="site")
    same(*(fit.fixed_effects(ddf="between-within") for fit in (rows, sites)), EXACT)


def test_units_of_sites_are_known(data):
    rows, sites = fits(data, *MODELS["level"][:1], **MODELS["level"][1])
    same(rows.units("site"), sites.units("site"), 1e3 * EXACT)


def test_such_a_fit_is_pickled(line):
    fit = line[1]
    assert str(pickle.loads(pickle.dumps(fit))) == str(fit)


def test_such_a_fit_is_saved_without_persons(line, tmp_path):
    _, sites = line
    again = gc.load(sites.save(tmp_path / "fit.json", people=False))
    assert str(again.fixed_effects()) == str(sites.fixed_effects())
    with pytest.raises(NotAvailableError):
        sites.save(tmp_path / "fit.json")


def test_ml_and_the_order_of_sites(data):
    formula = MODELS["line"][0]
    recipe = gc.site_recipe(formula, data)
    sums = [gc.site_sums(recipe, part, min_cell=1, name=name) for name, part in data.groupby("site")]
    one, other = gc.fit(recipe, sums, method="ml"), gc.fit(recipe, sums[::-1], method="ml")
    same(gc.fit(formula, data, method="ml").fixed_effects(), one.fixed_effects(), EXACT)
    same(one.fixed_effects(), other.fixed_effects(), EXACT)
