"""What is left out moves a site's own estimates by as much as fits of its rows say."""

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import NotEstimableError
from tests.sites.test_disclosure import dropping_out

FORMULA = "score ~ week * arm + (week | id)"


@pytest.fixture(scope="module")
def dropped():
    data = dropping_out()
    return data, gc.site_sums(gc.site_recipe(FORMULA, data), data, name="A", short="drop")


def test_the_shift_is_that_of_fits_of_rows(dropped):
    data, sums = dropped
    whole, stay = gc.fit(FORMULA, data), gc.fit(FORMULA, data[~data["id"].isin([0, 1, 2, *range(30, 34)])])
    table = sums.shift(data).table.set_index("term")
    np.testing.assert_allclose(table["shift"], (stay.params - whole.params) / whole.bse, rtol=1e-6, atol=1e-8)
    more = stay.bse**2 - whole.bse**2
    np.testing.assert_allclose(table["by_chance"], np.sqrt(more.where(more >= 0.0)) / whole.bse, rtol=1e-6)


def test_it_is_told_to_the_site_and_stands_in_no_file(dropped, tmp_path):
    data, sums = dropped
    assert "moves estimates of A, fitted alone, by" in str(sums.shift(data))
    assert "shift" not in sums.save(tmp_path / "A.json").read_text()


def test_nothing_left_out_moves_nothing(dropped):
    data = dropped[0]
    recipe = gc.site_recipe(FORMULA, data)
    assert (gc.site_sums(recipe, data, name="A", min_cell=1).shift(data).table["shift"] == 0.0).all()


def test_a_level_of_sites_is_not_seen_in_one(dropped):
    data = dropped[0]
    recipe = gc.site_recipe(f"{FORMULA} + (1 | hospital)", data, site="hospital")
    with pytest.raises(NotEstimableError, match="A alone does not say what was lost"):
        gc.site_sums(recipe, data, name="A", short="drop").shift(data)
