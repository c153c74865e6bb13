"""Persons' own least squares, however near to each other a person's occasions lie, against exact rational arithmetic.

The normal equations of each person in fractions of whole numbers have no rounding; the tolerance is what doubles of the
powers themselves leave (relative 1e-6: a year at age 80, cubed, seen from age 20).
"""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")


def exact(times, values, origin, degree):
    """Coefficients in powers of t - origin, and the diagonal of their inverse cross-products, by Gauss in fractions."""
    X = [[(Fraction(float(t)) - Fraction(float(origin))) ** k for k in range(degree + 1)] for t in times]
    y, K = [Fraction(float(v)) for v in values], degree + 1
    A = [[sum(row[a] * row[b] for row in X) for b in range(K)] for a in range(K)]
    A = [line + [sum(r[a] * v for r, v in zip(X, y, strict=True))] for a, line in enumerate(A)]
    A = [line + [Fraction(int(a == b)) for b in range(K)] for a, line in enumerate(A)]
    for a in range(K):
        A[a] = [value / A[a][a] for value in A[a]]
        for b in range(K):
            if b != a:
                A[b] = [left - A[b][a] * right for left, right in zip(A[b], A[a], strict=True)]
    return [float(line[K]) for line in A], [float(A[a][K + 1 + a]) for a in range(K)]


def cohort(seed, persons, visits, span=1.0):
    """Persons from 20 to 80 years old, all visits within a year."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), visits)
    age = rng.uniform(20, 80, persons)[person] + span * rng.uniform(0, 1, person.size)
    y = 5 + rng.standard_normal(persons)[person] + 0.1 * age + 0.1 * rng.standard_normal(person.size)
    return pd.DataFrame({"id": person, "age": age, "y": y}).sample(frac=1.0, random_state=seed)


@pytest.mark.parametrize(("shape", "degree"), [("linear", 1), ("quadratic", 2), ("cubic", 3)])
@pytest.mark.parametrize("origin", [None, 50.0])
def test_against_exact_arithmetic(shape, degree, origin):
    data = cohort(degree, 80, 6)
    model = gc.GrowthModel("y", "age", "id", shape=shape, random=("intercept",), origin=origin)
    fit = gc.fit(model, data)
    own = fit.own_growth
    for place, (_, rows) in enumerate(data.groupby("id", sort=False)):
        wanted, spread = exact(rows["age"], rows["y"], fit.recipe.shape.origin, degree)
        np.testing.assert_allclose(own.estimates[:, place], wanted, rtol=1e-6)
        np.testing.assert_allclose(np.diag(own.inverse[:, :, place]), spread, rtol=1e-6)
    people = fit.people()
    assert people.filter(like="ols_").notna().all().all()


def test_who_has_no_own_curve():
    """As many different ages as coefficients are needed, and no more: a repeated age counts once."""
    data = cohort(4, 30, 6)
    ages = data.groupby("id")["age"].transform(lambda one: one.sort_values().iloc[np.arange(6) % 3].to_numpy())
    some = data["id"] < 10
    data.loc[some, "age"] = ages[some]
    fit = gc.fit(gc.GrowthModel("y", "age", "id", shape="cubic", random=("intercept",)), data)
    lacking = fit.people()["ols_cubic"].isna()
    assert lacking[lacking].index.tolist() == list(range(10))


def test_the_reliability_counts_all_who_have_an_own_curve():
    report = gc.fit(gc.GrowthModel("y", "age", "id", shape="cubic", random=("intercept", "slope")), cohort(5, 80, 6))
    table = report.change().table.set_index("quantity")
    if "reliability of the rate" in table.index:
        assert "all 80 persons" in table.loc["reliability of the rate", "note"]
