"""Findings are asked by what they are."""

from growthcurves.contracts.finding import Finding, Findings, Kind, Level


def test_findings_are_asked_by_kind():
    found = Findings([Finding(Kind.ICC, 0.5, at=0.0), Finding(Kind.MEAN_RATE, 1.0, group=(Level("arm", ""),))])
    assert found.one(Kind.ICC) is None and found.all(Kind.ICC)[0].value == 0.5
    assert found.about((Level("arm", ""),)).one(Kind.MEAN_RATE).value == 1.0
    assert found.about(None).one(Kind.MEAN_RATE) is None


def test_the_same_number_of_two_fits_has_one_identity():
    one, other = (Finding(Kind.SD, value, "person", of=("slope",)) for value in (1.0, 2.0))
    assert one.identity == other.identity != Finding(Kind.SD, 1.0, "residual").identity
    assert one.known and not one.has_interval and not Finding(Kind.SD, float("nan")).known
