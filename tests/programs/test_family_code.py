"""Programs of outcomes that are not normal: the text is what R ran, and what R found is what we find."""

import warnings

import numpy as np
import pytest

from growthcurves.errors import NotAvailableError
from tests.programs.family_cases import CASES, FOLDER, fitted
from tests.reference_values import cases

FOUND = cases("family_programs")
NAMES = {
    "intercept": "(Intercept)", "intercept:arm[drug]": "armdrug", "slope": "time", "slope:arm[drug]": "armdrug:time",
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def case(request):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Laplace's approximation that does not stand
        return request.param, fitted(request.param)


def test_r_runs_this_program_and_finds_the_same(case):
    """-2 log likelihood to 2e-4, where R's optimisers stop; fixed effects to 1 % of their standard errors."""
    name, fit = case
    assert (FOLDER / f"{name}.R").read_text() == fit.code("r") + "\n", "run family_cases.py and make_family_programs.R"
    found = FOUND[name]
    assert fit.deviance == pytest.approx(found["deviance"], abs=2e-4)
    theirs = dict(zip(found["names"], found["beta"], strict=True))
    away = [(theirs[NAMES[term]] - value) / fit.bse[term] for term, value in fit.params.items()]
    assert np.abs(away).max() < 0.01


def test_other_programs_are_written_or_refused_in_a_sentence(case):
    name, fit = case
    assert ("|| id:" in fit.code("stata")) and fit.code("stata").startswith("import delimited")
    words = {"yes": ("dist=binary link=logit", "CATEGORICAL"), "cloglog": ("link=cloglog", None),
             "successes": ("successes/trials", None), "counts": ("offset=logexposure", None), "nb1": (None, None),
             "amounts": ("dist=gamma", None), "ordered": ("trials(descending)", "CATEGORICAL")}[name]  # fmt: skip
    for program, word in zip(("sas", "mplus"), words, strict=True):
        if word is None:
            with pytest.raises(NotAvailableError):
                fit.code(program)
        else:
            assert word in fit.code(program)
