"""What the certificate says of a quadrature that could not be checked."""

from growthcurves.engine.families.grids import Quadrature


def test_no_estimate_moves_by_infinite_standard_errors():
    found = Quadrature("auto", 2, 11, 17, 0.5, float("inf"))
    assert not found.settled and "could NOT be checked" in str(found) and "inf" not in str(found).replace("finite", "")
