"""The covariance of visits that are named, in a model without time: the parameters of the unstructured matrix."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import IdentificationWarning, ModelError


def test_the_covariance_of_named_visits_is_that_of_the_same_model_with_times():
    data = gc.load_dataset("orthodont")
    named = data.assign(visit="age " + data["age"].astype(str))
    fit = gc.fit("distance ~ visit + us(visit | subject)", named)
    other = gc.fit(gc.GrowthModel("distance", "age", "subject", shape="occasions", random=(), residual="un"), data)
    V, W = fit.marginal_covariance(), other.marginal_covariance()
    assert list(V.covariance().index) == ["age 8", "age 10", "age 12", "age 14"]
    assert np.allclose(V.covariance(), W.covariance(), rtol=1e-5)
    some = fit.marginal_covariance(at=["age 8", "age 14"])
    assert some.correlation().loc["age 8", "age 14"] == pytest.approx(W.correlation().loc[8, 14], rel=1e-5)
    assert "age 8" in str(some)
    with pytest.raises(ModelError, match="no planned occasion 'age 9'"):
        fit.marginal_covariance(at="age 9")
    with pytest.warns(IdentificationWarning):
        both = gc.fit("distance ~ visit + (1 | subject) + us(visit | subject)", named)
    assert np.allclose(both.marginal_covariance().covariance(), V.covariance(), rtol=1e-4)
