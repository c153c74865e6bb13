"""One report computes each table once for each fit."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

import growthcurves as gc
from growthcurves.data import attendance
from growthcurves.engine import solution
from growthcurves.engine.likelihood import kept
from growthcurves.engine.persons import state
from growthcurves.errors import NotAvailableError
from growthcurves.model import bind
from growthcurves.report import assumptions
from growthcurves.results.effects import coefficients
from growthcurves.results.persons import people
from growthcurves.results.questions import design_rows
from growthcurves.results.variation import variances

pytestmark = pytest.mark.usefixtures("undrawn")

#: What is costly, each with how its arguments say what it is of.
COSTLY = (
    (state, "person_state", lambda solution, persons: id(solution)),
    (design_rows, "own_rows", id),
    (bind, "bind", lambda model, panel, *rest: repr(model)),
    (solution, "solve_problem", lambda problem, moments: (problem.p, problem.q, problem.reml)),
    (coefficients, "fixed_effects", lambda fit, *rest: id(fit)),
    (variances, "components", lambda fit, *rest: id(fit)),
    (people, "people", id),
    (attendance, "known_ids", id),
    (kept, "for_many_evaluations", id),
)


@pytest.fixture(scope="module")
def loaded():
    """Every module that a report needs: one that is loaded later would keep a function that was replaced here."""
    gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")).report()


@pytest.fixture
def counted(loaded, monkeypatch):
    """How often each of these is computed, by what it is computed of."""
    times: Counter = Counter()
    for module, name, of in COSTLY:
        monkeypatch_everywhere(monkeypatch, getattr(module, name), counting(times, getattr(module, name), of))
    return times


def counting(times, function, of):
    def once_more(*args, **options):
        times[function.__name__, of(*args)] += 1
        return function(*args, **options)

    return once_more


def monkeypatch_everywhere(monkeypatch, function, other):
    """Replace a function in every module of the package that has imported it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("growthcurves") and vars(module).get(function.__name__) is function:
            monkeypatch.setattr(module, function.__name__, other)


@pytest.fixture
def unchecked(monkeypatch):
    """Without checks, which fit the next shapes and what they advise besides."""

    def refuse(*asked):
        raise NotAvailableError("Not here.")

    monkeypatch.setattr(assumptions, "check", refuse)


def test_one_report_looks_at_the_assumptions_once(make_trial, monkeypatch):
    times: Counter = Counter()
    monkeypatch.setattr(assumptions, "check", counting(times, assumptions.check, lambda fit, *asked: id(fit)))
    fit = gc.fit("bdi ~ week * arm + (week | id)", make_trial())
    assert "The picture and all that was looked at" in fit.report().html and list(times.values()) == [1]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("by", [None, "arm"])
def test_one_report_computes_each_table_once(make_trial, counted, by):
    fit = gc.fit("bdi ~ week * arm + (week | id)", make_trial())
    fit.report(by=by)
    often = {what: count for what, count in counted.items() if count > 1}
    assert not often
    computed = {name for name, _ in counted}
    assert computed >= {"person_state", "own_rows", "bind", "fixed_effects", "components", "people"}
    assert sum(count for (name, _), count in counted.items() if name == "bind") == 3  # the fit, and two below it
