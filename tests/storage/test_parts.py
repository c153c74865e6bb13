"""Shapes and residual structures of one's own: fitted, told, reported, saved by name, and loaded with their class."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table
from scipy.optimize import minimize
from scipy.special import expit, logit

import growthcurves as gc
from growthcurves.errors import DataError, ModelError, NotAvailableError
from growthcurves.extend import BoundShape, Parameter, Shape, constant_first, since

pytestmark = pytest.mark.usefixtures("undrawn")

SLEEP = gc.load_dataset("sleepstudy").assign(arm=lambda data: np.where(data["subject"] % 2, "a", "b"))
BASE = gc.GrowthModel("reaction", "day", "subject")


@dataclass(frozen=True)
class LevellingOff(Shape):
    """Growth that levels off with a known time constant."""

    tau: float

    @property
    def name(self):
        return f"levelling off, time constant {self.tau:g}"

    @property
    def parameters(self):
        return ("intercept", "slope")

    def bind(self, origin):
        return BoundLevellingOff(origin, self.parameters, tau=self.tau)


@dataclass(frozen=True)
class BoundLevellingOff(BoundShape):
    tau: float = 1.0

    def basis(self, time, values=None):
        away = (np.asarray(time, dtype=float) - self.origin) / self.tau
        return constant_first([-np.expm1(-away)], len(away))

    def derivative(self, time, values=None):
        away = (np.asarray(time, dtype=float) - self.origin) / self.tau
        return np.column_stack([np.zeros(len(away)), np.exp(-away) / self.tau])

    def level_one(self, time):
        return ["", f"(1 - exp(-{since(time, self.origin)} / {self.tau:g}))"]


@dataclass(frozen=True)
class SteadyDecay:
    """Residuals whose correlation decays with the time between them."""

    rho: float = 0.3
    scale: float = 1.0
    name = "decay"
    words = "e ~ N(0, sigma^2 rho^|t - t'|)"

    def parameters(self):
        sd = Parameter("sd:residual", "residual", "sd", 0.0, float("inf"))
        return (sd, Parameter("rho", "residual", "correlation", 0.0, 1.0))

    def values(self):
        return (self.scale**0.5, self.rho)

    @property
    def working(self):
        return np.array([logit(self.rho)])

    def moved(self, scale, working):
        return SteadyDecay(float(expit(working[0])), scale)

    def matrix(self, rows, columns=None):
        other = rows if columns is None else columns
        return self.scale * self.rho ** np.abs(rows.time[:, None] - other.time[None, :])

    def variance(self, at=None):
        return self.scale if at is None else np.full(len(at.time), self.scale)


def same(one, other):
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"rows": True}, {"people": False}], ids=str)
def test_a_shape_of_ones_own_is_saved_and_loaded(options, tmp_path):
    fit = gc.fit(BASE.replace(shape=LevellingOff(4.0), predictors="arm"), SLEEP)
    path = fit.save(tmp_path / "fit.json", **options)
    again = gc.load(path, parts=[LevellingOff])
    assert again.model == fit.model and again.model.shape == LevellingOff(4.0)
    same(again.fixed_effects(), fit.fixed_effects())
    new = SLEEP.iloc[[3, 40, 77]]
    same(again.predict(new, people="average"), fit.predict(new, people="average"))
    if "people" not in options:
        assert str(again) == str(fit) and str(again.change()) == str(fit.change())
    with pytest.raises(NotAvailableError, match=r"shape 'LevellingOff', which is no part.*parts=\[LevellingOff\]"):
        gc.load(path)


def test_a_shape_of_ones_own_has_a_report():
    panel = gc.Panel(SLEEP, id="subject", time="day", outcome="reaction")
    page = str(gc.fit(BASE.replace(shape=LevellingOff(4.0)), panel).report().html)
    assert "a growth curve" in page and "LevellingOff(tau=4.0)" in page


def test_a_file_names_a_class_and_no_code(tmp_path):
    path = gc.fit(BASE.replace(shape=LevellingOff(4.0)), SLEEP).save(tmp_path / "fit.json")
    text = path.read_text(encoding="utf-8")
    assert '"LevellingOff"' in text and __name__ not in text and "import" not in text
    path.write_text(text.replace("LevellingOff", "os.system"), encoding="utf-8")
    with pytest.raises(gc.errors.GrowthCurvesError):
        gc.load(path, parts=[LevellingOff])


def decay_deviance(parameters, data):
    """-2 log restricted likelihood of a random line with decaying residuals, person by person."""
    tau0, tau1, rho01, sigma, rho = parameters
    if min(tau0, tau1, sigma, rho, 1.0 - abs(rho01), 1.0 - rho) < 0.0:
        return np.inf
    G = np.array([[tau0**2, rho01 * tau0 * tau1], [rho01 * tau0 * tau1, tau1**2]])
    total, squares, cross, gram, n = 0.0, 0.0, np.zeros(2), np.zeros((2, 2)), len(data)
    for _, rows in data.groupby("subject"):
        t, y = rows["day"].to_numpy(float), rows["reaction"].to_numpy(float)
        X = np.column_stack([np.ones(len(t)), t])
        V = X @ G @ X.T + sigma**2 * rho ** np.abs(t[:, None] - t)
        total += np.linalg.slogdet(V)[1]
        gram += X.T @ np.linalg.solve(V, X)
        cross += X.T @ np.linalg.solve(V, y)
        squares += y @ np.linalg.solve(V, y)
    return (
        total + np.linalg.slogdet(gram)[1] + squares - cross @ np.linalg.solve(gram, cross)
        + (n - 2) * np.log(2 * np.pi)
    )  # fmt: skip


@pytest.mark.parametrize("case", cases("car1").values(), ids=lambda case: case["case"])
def test_decaying_residuals_are_those_of_nlme(case):
    """corCAR1 of R's nlme, whose optimiser stops where the deviance is 1e-6 higher and the SDs have three digits."""
    model = BASE.replace(random=("intercept",), residual=SteadyDecay())
    fit = gc.fit(model, table(case["file"]), method=case["method"].lower())
    assert fit.deviance == pytest.approx(case["deviance"], abs=1e-5)
    np.testing.assert_allclose(fit.params, case["fixed"], rtol=1e-5)
    found = fit.variance_components(method="wald").set_index("term")["estimate"]
    told = [case[name] for name in ("sd_intercept", "sd_residual", "rho")]
    np.testing.assert_allclose(found[["sd:intercept", "sd:residual", "rho"]], told, rtol=5e-4)


@pytest.fixture(scope="module")
def decaying():
    data = SLEEP[SLEEP["day"] != 5]
    return data, gc.fit(BASE.replace(residual=SteadyDecay()), data)


def test_a_residual_structure_of_ones_own_is_the_optimum_of_its_likelihood(decaying):
    """The textbook formula has the same value, and no lower one nearby."""
    data, fit = decaying
    found = fit.variance_components(method="wald").set_index("term")["estimate"]
    at = found[["sd:intercept", "sd:slope", "cor:intercept,slope", "sd:residual", "rho"]].to_numpy()
    assert decay_deviance(at, data) == pytest.approx(fit.deviance, rel=1e-9)
    lower = minimize(decay_deviance, at, args=(data,), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-8})
    assert fit.deviance - lower.fun < 1e-5


def test_a_residual_structure_of_ones_own_is_saved_with_its_rows(decaying, tmp_path):
    _, fit = decaying
    with pytest.raises(NotAvailableError, match="answers need the rows.*rows=True"):
        fit.save(tmp_path / "fit.json")
    path = fit.save(tmp_path / "fit.json", rows=True)
    again = gc.load(path, parts=[SteadyDecay])
    assert str(again) == str(fit) and again.model.residual == SteadyDecay() and again.deviance == fit.deviance
    same(again.people(), fit.people())
    new = SLEEP.iloc[[3, 40, 77]]
    same(again.predict(new, interval="prediction"), fit.predict(new, interval="prediction"))
    with pytest.raises(NotAvailableError, match=r"structure 'SteadyDecay'.*parts=\[SteadyDecay\]"):
        gc.load(path)
    otherwise = {"moved": lambda self, scale, working: SteadyDecay(float(expit(2.0 * working[0] + 1.0)), scale)}
    changed = dataclass(frozen=True)(type("SteadyDecay", (SteadyDecay,), otherwise))
    with pytest.raises(NotAvailableError, match="parts= that were given.*likelihood has another value"):
        gc.load(path, parts=[changed])
    second = gc.load(again.save(tmp_path / "again.json", rows=True), parts=[SteadyDecay])
    assert str(second) == str(fit)


def test_a_residual_structure_of_ones_own_has_a_report(decaying):
    page = str(decaying[1].report().html)
    assert "rho" in page


def test_parts_that_a_file_cannot_hold_are_one_sentence(tmp_path):
    @dataclass(frozen=True)
    class Polynomial(gc.Polynomial):
        """Called like the package's."""

    @dataclass(frozen=True)
    class Mine(gc.Polynomial):
        other: object = field(default_factory=object)

    class Bare(Shape):
        name, parameters = "bare", ("intercept", "slope")

        def bind(self, origin):
            return gc.Polynomial(1).bind(origin)

    for shape, told in ((Polynomial(1), "rename the class"), (Mine(1), "option 'other'"), (Bare(), "a dataclass")):
        with pytest.raises(NotAvailableError, match=told):
            gc.fit(BASE.replace(shape=shape), SLEEP).save(tmp_path / "fit.json")
    path = gc.fit(BASE, SLEEP).save(tmp_path / "fit.json")
    with pytest.raises(ModelError, match="the classes themselves"):
        gc.load(path, parts=[LevellingOff(3.0)])
    for wrong in (LevellingOff, LevellingOff(3.0), "LevellingOff", 3, None):
        with pytest.raises(ModelError, match="takes a list of classes, such as"):
            gc.load(path, parts=wrong)
    with pytest.raises(ModelError, match="two classes called 'Polynomial'"):
        gc.load(path, parts=[Polynomial, gc.Polynomial])
    assert json.loads(path.read_text())  # the file itself is whole


def test_a_class_that_does_not_take_the_options_of_the_fit_is_one_sentence(tmp_path):
    path = gc.fit(BASE.replace(shape=LevellingOff(4.0)), SLEEP).save(tmp_path / "fit.json")
    other = dataclass(frozen=True)(type("LevellingOff", (Shape,), {"__annotations__": {"half": "float"}}))
    for wrong in (other, type("LevellingOff", (), {}), type("LevellingOff", (dict,), {})):
        with pytest.raises(NotAvailableError, match="cannot be read with the functions= and parts= that were given"):
            gc.load(path, parts=[wrong])
    path.write_text(path.read_text().replace('"LevellingOff"', '"LevellingOf"'))
    with pytest.raises(DataError, match="damaged file.*'LevellingOf', which is no part"):
        gc.load(path, parts=[LevellingOff])


def test_options_of_ones_own_may_be_infinite(tmp_path):
    @dataclass(frozen=True)
    class Bounded(LevellingOff):
        most: float = np.inf

    fit = gc.fit(BASE.replace(shape=Bounded(4.0)), SLEEP)
    assert gc.load(fit.save(tmp_path / "fit.json"), parts=[Bounded]).model == fit.model
