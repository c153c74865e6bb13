"""Numbers and truths that users give."""

import numpy as np
import pytest

from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import flag


@pytest.mark.parametrize("value", [True, np.True_, np.array([1.0]).all()])
def test_true_is_also_numpys(value):
    assert flag(value, "jump") is True


@pytest.mark.parametrize("value", [1, 0.0, "True", None, type("bool", (), {})()])
def test_what_is_like_a_truth_is_none(value):
    with pytest.raises(ModelError, match="jump= is True or False, not"):
        flag(value, "jump")
