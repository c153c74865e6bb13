"""No Wald interval of anything that depends on a covariance matrix on its boundary, at any door, with the reason.

Singular fits of every pattern are made by panels drawn from models without a variance, with a correlation of one, or
with neither: no numbers are compared, only whether any are given where none hold (Self and Liang 1987, case 5).
"""

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

#: SDs of intercept and slope, and their correlation.
PATTERNS = {"no slope": (1.0, 0.0, 0.0), "no intercept": (0.0, 1.0, 0.0), "plus": (1.0, 0.4, 1.0),
            "minus": (1.0, 0.4, -1.0), "nothing": (0.0, 0.0, 0.0)}  # fmt: skip
FORMULAS = ("y ~ t + (t | id)", "y ~ t * x + (t || id)", "y ~ t * x + (1 | id)")
ENDS = ["std_error", "conf_low", "conf_high"]
pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")


def drawn(sds, seed, persons=14, waves=4):
    rng = np.random.default_rng(seed)
    first, second, r = sds
    own = rng.standard_normal((persons, 2))
    u = first * own[:, 0]
    b = second * (r * own[:, 0] + np.sqrt(1 - r * r) * own[:, 1])
    t = np.tile(np.arange(float(waves)), persons)
    person = np.repeat(np.arange(persons), waves)
    y = 10 + u[person] + (1 + b[person]) * t + rng.standard_normal(t.size)
    return pd.DataFrame({"id": person, "t": t, "x": person % 2, "y": y})


@cache
def singular_fits():
    return list(_singular_fits())


def _singular_fits():
    for name, sds in PATTERNS.items():
        for formula in FORMULAS:
            for seed in range(7):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    fit = gc.fit(formula, drawn(sds, seed), time="t")
                if fit.certificate.singular:
                    yield name, fit


def lacking(fit):
    """Names of the random effects in a block whose matrix lacks rank."""
    G = fit.cov_re.to_numpy()
    for block in fit.model.random.blocks:
        places = [fit.random_names.index(name) for name in block]
        part = G[np.ix_(places, places)]
        size = np.sqrt(np.maximum(np.diag(part), 1e-300))
        if np.linalg.eigvalsh(part / np.outer(size, size))[0] < 1e-8 or part.min() == part.max() == 0:
            yield from block


def test_every_pattern_occurs():
    assert {name for name, _ in singular_fits()} == set(PATTERNS) and len(singular_fits()) > 30


def test_components_and_conf_int():
    for _, fit in singular_fits():
        table = fit.variance_components(method="wald").set_index("term")
        both = fit.conf_int()
        for term, row in table.iterrows():
            names = term.split(":")[1].split(",")
            if set(names) & set(lacking(fit)):
                assert row[[*ENDS, "variance_std_error"]].isna().all(), (term, row)
                assert both.loc[term].isna().all()
                assert "boundary" in both.attrs["notes"][term] and "profile" in both.attrs["notes"][term]
            elif term == "sd:residual":
                assert row[ENDS].notna().all()
        assert both.loc[list(fit.terms)].notna().all().all()


def test_the_profile_answers_in_their_place():
    for _, fit in singular_fits()[::5]:
        found = fit.variance_components().set_index("term")
        sds = found[found.index.str.startswith("sd:")]
        assert (sds["conf_low"] <= sds["estimate"]).all() and (sds["estimate"] <= sds["conf_high"]).all()


def test_change_and_icc():
    about_rates = ("SD of rates", "share above threshold, model", "correlation of rate", "reliability", "ICC")
    for _, fit in singular_fits():
        if not {"intercept", "slope"} <= set(lacking(fit)):
            continue
        report = fit.change(method="wald")
        rows = report.table[report.table["quantity"].str.startswith(about_rates)]
        assert rows[ENDS].isna().all().all()
        given = rows[rows["quantity"].str.startswith("ICC") | (rows["quantity"] == "SD of rates")]
        assert given["note"].str.contains("no Wald interval").all()
        assert report.table.set_index("quantity").loc["mean rate", ENDS].notna().all()
        icc = fit.icc()
        assert icc.table[ENDS].isna().all().all() and "boundary" in str(icc)
        assert "e+0" not in str(fit) and "boundary" in str(fit)


def test_an_sd_that_is_smaller_than_its_standard_error_has_no_wald_interval():
    """Beside a slope that does not vary an intercept near zero had an interval from 6e-56 to 1.7e52."""
    found = []
    for seed in range(25):
        fit = gc.fit("y ~ t + (t || id)", drawn((0.15, 1.0, 0.0), seed, persons=10))
        row = fit.variance_components(method="wald").set_index("term").loc["sd:intercept"]
        if row["conf_low"] == row["conf_low"]:
            assert row["conf_high"] / row["conf_low"] < np.exp(4.0)
        elif row["estimate"] > 0 and row["std_error"] > row["estimate"]:
            found.append(fit.conf_int().attrs["notes"]["sd:intercept"])
    assert found and all("standard error is larger" in note for note in found)
