"""The criterion and its derivatives against the textbook likelihood, written here with full n by n matrices.

The reference is the density of y ~ N(X beta, sigma^2 I + Z G Z') and its restricted form in the original
coding (Patterson and Thompson 1971; Harville 1977), so that the closed products, the centring, the standard
coordinates, the schedules and the back-transformation lie between the two sides of every comparison.
Derivatives are compared with fourth-order central differences of that density.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthcurves.engine.likelihood import own
from growthcurves.engine.likelihood.gaussian import criterion, derivatives
from growthcurves.engine.likelihood.problem import Problem, standard_problem
from growthcurves.engine.parameters.face import ZERO, face_of
from growthcurves.engine.solution import solve
from growthcurves.engine.sums.coordinates import coordinates
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import Moments, PersonMoments
from growthcurves.numerics import chunks

PARTITIONS = {
    "unstructured": lambda q: (tuple(range(q)),),
    "two blocks": lambda q: ((0,), tuple(range(1, q))) if q > 1 else ((0,),),
    "crossed blocks": lambda q: (tuple(range(0, q, 2)), tuple(range(1, q, 2))) if q > 1 else ((0,),),
    "diagonal": lambda q: tuple((a,) for a in range(q)),
}
RANKS = ("regular", "near-singular", "singular", "zero")


@pytest.fixture(scope="module", autouse=True, params=["few persons", "many persons"])
def layout(request):
    """Persons with own times as the engine keeps few of them, and as it keeps many, in several chunks."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "many persons":
            patch.setattr(own, "FEW", 0)
            patch.setattr(chunks, "CHUNK_PERSONS", 5)
        yield


@dataclass(frozen=True)
class Panel:
    """Rows of a panel: X (n, p), Z (n, q), y and codes (n,); and the same as the engine keeps them."""

    X: np.ndarray
    Z: np.ndarray
    y: np.ndarray
    codes: np.ndarray
    people: PersonMoments
    moments: Moments

    def problem(self, reml: bool) -> Problem:
        return standard_problem(self.moments, coordinates(self.moments), reml)


def make_panel(
    seed: int,
    q: int = 2,
    partition: str = "unstructured",
    own_times: bool = False,
    origin: float = 0.0,
    persons: int = 16,
    effects_sd: float = 1.0,
) -> Panel:
    """A random panel: unbalanced, some persons with one occasion, two weights, a time-varying predictor.

    Row columns are t, t^2, and a predictor that varies within persons (0/1 by wave where times are shared, so
    that schedules are shared too); columns of X are they and products of them with two weights.
    """
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, persons)
    sizes[:3] = [6, 1, 5]
    if own_times:
        t = np.concatenate([np.sort(rng.uniform(0.0, 5.0, size)) for size in sizes])
        stress = rng.normal(size=t.size)
    else:
        waves = [np.arange(6)[:size] if size % 2 else np.arange(6)[-size:] for size in sizes]
        t = np.concatenate(waves).astype(float)
        stress = (t % 3 == 1).astype(float)
    codes = np.repeat(np.arange(persons), sizes)
    weights = [rng.normal(40.0, 12.0, persons), rng.permutation(np.arange(persons) % 2).astype(float)]
    t = t + origin
    centred = t - origin - 2.0
    columns = [t, centred**2, stress]
    x = ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1), (0, 2), (1, 2))
    Z = np.stack([np.ones(t.size), *columns], axis=1)[:, :q]
    W = np.stack([np.ones(persons), *weights], axis=1)[codes]
    B = np.stack([np.ones(t.size), *columns], axis=1)
    X = np.stack([B[:, k] * W[:, w] for k, w in x], axis=1)
    effects = effects_sd * rng.normal(size=(persons, q))
    y = 250.0 + 10.0 * centred + 8.0 * effects[codes, 0] + rng.normal(0.0, 6.0, t.size)
    if q > 1:
        y = y + 2.0 * centred * effects[codes, 1]
    terms = Terms(x, tuple(range(q)), PARTITIONS[partition](q))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    people = PersonMoments.of_rows(terms, columns, y, weights, persons, starts=starts)
    moments = people.moments()
    if not own_times:  # so few persons would be kept one by one
        moments = replace(moments, shared=people._compress(np.arange(persons)).merged(), own=None)
    return Panel(X[:, coordinates(moments).x.kept], Z, y, codes, people, moments)


def original(problem: Problem, D: np.ndarray) -> np.ndarray:
    """G / sigma^2 in the original coding, in long doubles: at times near 2000 its products with Z cancel."""
    back, J = problem.back_z.astype(np.longdouble), np.zeros(D.shape, dtype=np.longdouble)
    for _ in range(3):  # refined, each time with the digits that the one before left
        J = J + np.linalg.solve(problem.back_z, (np.eye(len(D)) - back @ J).astype(float))
    return J @ D @ J.T


def dense(panel: Panel, relative: np.ndarray, sigma2: float | None, reml: bool) -> tuple:
    """-2 log (restricted) likelihood, sigma^2 (profiled where None) and cov(beta), from n by n matrices.

    `relative` is G / sigma^2; the weighted least squares are solved by QR of L^-1 X with L L' = V / sigma^2.
    """
    X, y = panel.X, panel.y
    n, p = X.shape
    same = panel.codes[:, None] == panel.codes
    V = np.eye(n) + np.where(same, (panel.Z @ relative @ panel.Z.T).astype(float), 0.0)
    L = np.linalg.cholesky(V)
    size = np.abs(X).max(axis=0)
    Xw, yw = np.linalg.solve(L, X / size), np.linalg.solve(L, y)
    Q, R = np.linalg.qr(Xw)
    yw = yw - Q @ (Q.T @ yw)
    residual = yw - Q @ (Q.T @ yw)
    rss = float(residual @ residual)
    nu = n - p if reml else n
    sigma2 = rss / nu if sigma2 is None else sigma2
    deviance = nu * np.log(2.0 * np.pi * sigma2) + 2.0 * np.log(np.diag(L)).sum() + rss / sigma2
    if reml:
        deviance += 2.0 * np.log(np.abs(np.diag(R))).sum() + 2.0 * np.log(size).sum()
    root = np.linalg.solve(R, np.eye(p)) / size[:, None]
    return float(deviance), sigma2, sigma2 * root @ root.T


def random_D(seed: int, panel: Panel, rank: str) -> np.ndarray:
    """A relative covariance matrix in standard coordinates that obeys the partition."""
    rng = np.random.default_rng(seed)
    D = np.zeros((panel.Z.shape[1],) * 2)
    for block in panel.moments.terms.blocks:
        F = rng.normal(size=(len(block), len(block))) * rng.uniform(0.3, 2.0)
        if rank == "near-singular":
            F[:, -1] *= 1e-5
        if rank == "singular":
            F[:, -1] = 0.0
        if rank == "zero":
            F[:] = 0.0
        D[np.ix_(block, block)] = F @ F.T
    return D


def symmetric(seed: int, panel: Panel) -> np.ndarray:
    """A random direction within the structure of D."""
    rng = np.random.default_rng(seed)
    E = np.zeros((panel.Z.shape[1],) * 2)
    for block in panel.moments.terms.blocks:
        part = rng.normal(size=(len(block), len(block)))
        E[np.ix_(block, block)] = part + part.T
    return E / np.linalg.norm(E)


def along(function, h: float) -> tuple[float, float]:
    """First and second derivative at 0, fourth-order central differences."""
    f = {k: function(k * h) for k in (-2, -1, 0, 1, 2)}
    first = (f[-2] - 8 * f[-1] + 8 * f[1] - f[2]) / (12 * h)
    second = (-f[-2] + 16 * f[-1] - 30 * f[0] + 16 * f[1] - f[2]) / (12 * h * h)
    return first, second


def panels(*origins: float):
    """Panels; far origins only where no differences of the reference are taken, which lose its digits."""
    return st.builds(
        make_panel,
        seed=st.integers(0, 2**31),
        q=st.integers(1, 4),
        partition=st.sampled_from(sorted(PARTITIONS)),
        own_times=st.booleans(),
        origin=st.sampled_from(origins),
        persons=st.sampled_from([8, 12, 16]),
    )


seeds = st.integers(0, 2**31)
quick = settings(max_examples=80, deadline=None, derandomize=True)


@quick
@given(panel=panels(0.0, 3.0, 2000.0), seed=seeds, rank=st.sampled_from(RANKS), reml=st.booleans())
def test_criterion_is_the_textbook_likelihood(panel, seed, rank, reml):
    problem = panel.problem(reml)
    D = random_D(seed, panel, rank)
    at = criterion(problem, D)
    deviance, sigma2, cov = dense(panel, original(problem, D), None, reml)
    assert at.deviance + problem.deviance_shift == pytest.approx(deviance, rel=1e-9)
    assert at.sigma2 * problem.scale**2 == pytest.approx(sigma2, rel=1e-9)
    half = np.linalg.solve(at.factor, problem.original_x().T)
    size = np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    np.testing.assert_allclose(at.sigma2 * (half.T @ half) / size, cov / size, atol=1e-8)


@quick
@given(panel=panels(0.0, 3.0), seed=seeds, reml=st.booleans())
def test_gradient_and_profiled_hessian(panel, seed, reml):
    problem = panel.problem(reml)
    D = random_D(seed, panel, "regular")
    D += 0.1 * np.diag(np.diag(D)) + 0.05 * np.eye(len(D))
    slopes = derivatives(problem, criterion(problem, D))
    E, F = symmetric(seed + 1, panel), symmetric(seed + 2, panel)
    h = 1e-2 * float(np.linalg.eigvalsh(D)[0])

    def curve(direction, evaluate):
        return along(lambda step: evaluate(D + step * direction), h)

    for evaluate in (
        lambda at: dense(panel, original(problem, at), None, reml)[0],
        lambda at: criterion(problem, at).deviance,
    ):
        first, second = curve(E, evaluate)
        crossed = (curve(E + F, evaluate)[1] - curve(E - F, evaluate)[1]) / 4.0
        scale = abs(np.sum(E * slopes.gradient)) + np.sqrt(slopes.information(E))
        assert abs(first - np.sum(E * slopes.gradient)) < 1e-6 * scale
        assert_close_curvature(second, slopes.profiled, E, E, slopes, h)
        assert_close_curvature(crossed, slopes.profiled, E, F, slopes, h)


@quick
@given(panel=panels(0.0, 3.0), seed=seeds, reml=st.booleans())
def test_hessian_with_the_residual_variance_held(panel, seed, reml):
    problem = panel.problem(reml)
    D = random_D(seed, panel, "regular")
    D += 0.1 * np.diag(np.diag(D)) + 0.05 * np.eye(len(D))
    at = criterion(problem, D)
    slopes = derivatives(problem, at)
    sigma2 = at.sigma2 * problem.scale**2
    E, F = symmetric(seed + 1, panel), symmetric(seed + 2, panel)
    h = 1e-2 * float(np.linalg.eigvalsh(D)[0])

    def deviance(there):
        return dense(panel, original(problem, there), sigma2, reml)[0]

    def second(direction):
        return along(lambda step: deviance(D + step * direction), h)[1]

    assert_close_curvature(second(E), slopes.fixed_scale, E, E, slopes, h)
    assert_close_curvature((second(E + F) - second(E - F)) / 4.0, slopes.fixed_scale, E, F, slopes, h)


def assert_close_curvature(numeric, hessian, E, F, slopes, h):
    """Equal up to the truncation (h^4) and rounding (eps / h^2) of the differences."""
    exact = np.einsum("ab,abcd,cd->", E, hessian, F)
    size = np.sqrt(slopes.information(E) * slopes.information(F)) + abs(exact)
    assert abs(numeric - exact) < 1e-5 * size + 5e-11 / h**2


@quick
@given(panel=panels(0.0, 2000.0), seed=seeds, rank=st.sampled_from(RANKS))
def test_shared_and_own_layouts_agree(panel, seed, rank):
    rng = np.random.default_rng(seed)
    people = panel.people
    schedules = people._compress(np.arange(people.count))
    layouts = [
        replace(panel.moments, shared=schedules, own=None),
        replace(panel.moments, shared=schedules.merged(), own=None),
        replace(panel.moments, shared=None, own=people),
        people.take(slice(0, 5)).moments() + people.take(slice(5, None)).moments(),
    ]
    D = random_D(seed, panel, rank)
    coords = coordinates(panel.moments)
    problems = [standard_problem(moments, coords, True) for moments in layouts]
    K = rng.normal(size=(problems[0].p + 1,) * 2)
    results = [contractions(problem, D, K + K.T) for problem in problems]
    for other in results[1:]:
        for left, right in zip(results[0], other, strict=True):
            np.testing.assert_allclose(left, right, rtol=0, atol=1e-10 * max(1.0, np.abs(left).max()))


def contractions(problem: Problem, D: np.ndarray, K: np.ndarray) -> list[np.ndarray]:
    parts = [(*block.reduce(D), *block.curvature(D, K)) for block in problem.blocks]
    return [np.asarray(sum(field)) for field in zip(*parts, strict=True)]


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("partition", sorted(PARTITIONS))
def test_chain_rule_on_a_face(partition, rank):
    panel = make_panel(7, q=3, partition=partition, own_times=True)
    problem = panel.problem(True)
    D = random_D(3, panel, "regular" if rank == "near-singular" else rank)
    face, theta = face_of(D, problem.partition, 1e-12)
    np.testing.assert_allclose(face.matrix(theta), D, atol=1e-12)
    ranks = [np.linalg.matrix_rank(D[np.ix_(block, block)], tol=1e-10) for block in problem.partition]
    assert face.size == sum(
        r * len(block) - r * (r - 1) // 2 for r, block in zip(ranks, problem.partition, strict=True)
    )
    slopes = derivatives(problem, criterion(problem, D))
    if not face.size:
        return
    gradient = face.gradient(theta, slopes.gradient)
    hessian = face.hessian(theta, slopes.gradient, slopes.profiled)

    def deviance(there):
        return dense(panel, original(problem, face.matrix(there)), None, True)[0]

    rng = np.random.default_rng(1)
    for _ in range(3):
        step = rng.normal(size=theta.size)
        step /= np.linalg.norm(step)
        first, second = along(lambda h, step=step: deviance(theta + h * step), 5e-3)
        assert first == pytest.approx(gradient @ step, rel=1e-6, abs=1e-6 * np.linalg.norm(gradient))
        assert second == pytest.approx(step @ hessian @ step, rel=1e-5, abs=1e-5 * np.abs(hessian).max())


FITTED = {
    "shared schedules": {"seed": 1, "persons": 20},
    "own times": {"seed": 2, "own_times": True, "persons": 20},
    "far origin": {"seed": 1, "persons": 20, "origin": 2000.0},
    "diagonal": {"seed": 3, "partition": "diagonal", "persons": 20},
    "no variance at all": {"seed": 9, "effects_sd": 0.0},
    "singular": {"seed": 5, "effects_sd": 0.2},
    "three effects": {"seed": 3, "q": 3, "persons": 20},
}


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("case", FITTED)
def test_observed_information_and_what_it_moves(case, reml):
    panel = make_panel(**FITTED[case])
    solution = solve(panel.moments, coordinates(panel.moments), reml)
    problem, optimum, info = solution.problem, solution.optimum, solution.information
    assert solution.verdict.converged and solution.verdict.identified and info is not None
    if case in ("singular", "no variance at all"):
        assert solution.verdict.singular
    face, m = optimum.face, optimum.face.size
    here = np.append(optimum.theta, optimum.at.sigma2)
    steps = 2e-2 * np.sqrt(np.diag(info.cov))

    def at(parameters):
        relative = original(problem, face.matrix(parameters[:m]))
        sigma2 = float(parameters[m]) * problem.scale**2
        return *dense(panel, relative, sigma2, reml), sigma2 * relative

    units = np.diag(steps)
    hessian = np.empty((m + 1, m + 1))

    def second(direction):
        return along(lambda k: at(here + k * direction)[0], 1.0)[1]

    for j in range(m + 1):
        for k in range(j + 1):
            both = second(units[j] + units[k]) - second(units[j] - units[k])
            hessian[j, k] = hessian[k, j] = both / 4.0
    observed = hessian / np.outer(steps, steps) / 2.0
    errors = np.sqrt(np.diag(info.cov))
    np.testing.assert_allclose(
        np.linalg.inv(observed) / np.outer(errors, errors), info.cov / np.outer(errors, errors), atol=2e-5
    )
    for j in range(m + 1):
        (high, low), (higher, lower) = ((at(here + k * units[j]), at(here - k * units[j])) for k in (1, 2))
        for place, analytic in ((2, info.dcov_beta[j]), (3, original(problem, info.dG[j]))):
            numeric = (8 * (high[place] - low[place]) - (higher[place] - lower[place])) / (12 * steps[j])
            base = np.abs(at(here)[place]) if place == 2 else np.abs(np.diag(np.diag(analytic)))
            size = np.sqrt(np.outer(np.diag(base), np.diag(base))) + 1e-12
            np.testing.assert_allclose(numeric * steps[j] / size, analytic * steps[j] / size, atol=1e-6)
        assert (at(here + units[j])[1] - at(here)[1]) / steps[j] == pytest.approx(info.dsigma2[j], rel=1e-9)


def test_singular_face_is_where_the_null_direction_says():
    panel = make_panel(**FITTED["singular"])
    solution = solve(panel.moments, coordinates(panel.moments), True)
    size = np.sqrt(np.abs(np.diag(solution.G))).max()
    for direction in solution.null.T:
        assert np.abs(solution.G @ direction).max() < 1e-9 * size**2
    D = solution.optimum.at.D
    assert face_of(D, solution.problem.partition, ZERO)[0].size == solution.optimum.face.size


X_ORDERS = {
    "both": ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)),
    "slope only": ((0, 0), (1, 0), (1, 1), (1, 2)),
}




@pytest.mark.parametrize(
    ("terms", "noise"),
    [
        ("both", 0),
        pytest.param("both", 1),
        pytest.param("slope only", 0),
        pytest.param("slope only", 1),
    ],
)
def test_a_constant_weight_is_dependent(terms, noise):
    """Columns b w with w constant (to the last bits) are multiples of b: none is kept for its rounding."""
    x = X_ORDERS[terms]
    wrong = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sizes = rng.integers(2, 7, 12)
        t = rng.uniform(0.0, 5.0, sizes.sum())
        constant = rng.choice([0.1, 1.0, 3.0, 7.3]) * np.ones(12)
        constant += noise * np.spacing(constant) * rng.integers(0, 2, 12)
        weights = [rng.normal(40.0, 12.0, 12), constant]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        people = PersonMoments.of_rows(
            Terms(x, (0, 1), ((0, 1),)), [t], rng.normal(size=t.size), weights, 12, starts=starts
        )
        if coordinates(people.moments()).dependent_x != tuple(j for j, (_, w) in enumerate(x) if w == 2):
            wrong.append(seed)
    assert not wrong
