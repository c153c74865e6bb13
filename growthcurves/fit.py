"""fit() and GrowthFit: thin methods, each one line into the rooms above."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame, check_name, require_columns
from growthcurves.data.joined import with_joined
from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError, unknown
from growthcurves.estimate import chosen, estimate, panel_for
from growthcurves.estimate.recentre import as_origin, recentred
from growthcurves.fitted import FittedModel
from growthcurves.later import Later
from growthcurves.model.formula.lme4 import ParsedFormula, parse_formula
from growthcurves.model.from_formula import growth_model, with_time
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.words_of_r import answer_called, translated
from growthcurves.numerics.seeds import DRAWS

if TYPE_CHECKING:
    from pathlib import Path

    from growthcurves.plots import FitPlots
    from growthcurves.report import Report
    from growthcurves.results.change.report import ChangeReport
    from growthcurves.results.compare.counting import CriteriaTable
    from growthcurves.results.compare.ratio import LikelihoodRatio
    from growthcurves.results.compare.residuals import ResidualComparison
    from growthcurves.results.effects.fixed_tests import Contrast, FixedTest
    from growthcurves.results.effects.joint_tests import JointTests
    from growthcurves.results.effects.margins import MarginTest
    from growthcurves.results.effects.means import Marginal
    from growthcurves.results.effects.robust import RobustEffects
    from growthcurves.results.intervals.bootstrap import Replicates
    from growthcurves.results.ladder.report import Ladder
    from growthcurves.results.summary import Summary
    from growthcurves.results.variation.effect_sizes import EffectSizes
    from growthcurves.results.variation.icc import Icc
    from growthcurves.results.variation.marginal_covariance import MarginalCovariance
    from growthcurves.results.variation.r2 import R2

change_report = Later("growthcurves.results.change.report")
variance = Later("growthcurves.results.compare.variance")
counting = Later("growthcurves.results.compare.counting")
criteria = Later("growthcurves.results.compare.criteria")
structures = Later("growthcurves.results.compare.residuals")
coefficients = Later("growthcurves.results.effects.coefficients")
fixed_tests = Later("growthcurves.results.effects.fixed_tests")
joint_tests = Later("growthcurves.results.effects.joint_tests")
margins = Later("growthcurves.results.effects.margins")
means = Later("growthcurves.results.effects.means")
sentences = Later("growthcurves.results.effects.sentence")
robust = Later("growthcurves.results.effects.robust")
slopes = Later("growthcurves.results.effects.slopes")
bootstrap = Later("growthcurves.results.intervals.bootstrap")
wald = Later("growthcurves.results.intervals.wald")
ladders = Later("growthcurves.results.ladder.report")
people = Later("growthcurves.results.persons.people")
reliability = Later("growthcurves.results.persons.reliability")
predict = Later("growthcurves.results.persons.predict")
simulated = Later("growthcurves.results.persons.simulate")
summary = Later("growthcurves.results.summary")
effect_sizes = Later("growthcurves.results.variation.effect_sizes")
icc = Later("growthcurves.results.variation.icc")
marginals = Later("growthcurves.results.variation.marginal_covariance")
r2 = Later("growthcurves.results.variation.r2")
variances = Later("growthcurves.results.variation.variances")
files = Later("growthcurves.storage.fits")
programs = Later("growthcurves.programs.code")


def fit(
    model: GrowthModel | str,
    data: Any,
    method: str = "reml",
    time: str | None = None,
    where: str | None = None,
    **options: Any,
) -> GrowthFit:
    """Fit a growth model.

    Parameters
    ----------
    model : GrowthModel or str
        A model, or an lme4 formula such as ``"bdi ~ week * arm + (week | subject)"``.
    data : DataFrame or Panel
        Long table: one row per person and occasion.
    method : {"reml", "ml"}
        Restricted or full maximum likelihood; R's ``REML=True`` and ``REML=False`` are understood too.
    time : str, optional
        The time column of a formula whose random part does not name exactly one column.
    where : str, optional
        The rows to use, as a condition: ``"PARAMCD == 'ACTOT' & age >= 18"`` (see `Panel`); the others are counted.
    **options
        Options of `GrowthModel` for a formula: ``reference=``, ``wave=``, ``residual=``, and ``functions=``, functions
        of your own that the formula calls.

    Returns
    -------
    GrowthFit

    Raises
    ------
    ColumnError, DataError
        For an unknown column, text in a number column, infinite values.
    FormulaError, ModelError
        For a formula that cannot be read, a predictor of level 2 that varies within a person.
    NotEstimableError
        When the data cannot answer: one person, one occasion each, constant time, a perfect fit.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.params.round(3).to_dict()
    {'intercept': 251.405, 'slope': 10.467}
    """
    method, options = translated(method, options, FORMULA_OPTIONS)
    model, panel, people = _read(model, data, time, where, options)
    fitted = estimate(model, panel, method, GrowthFit, people)
    assert isinstance(fitted, GrowthFit)
    return fitted


def ladder(
    model: GrowthModel | str,
    data: Any,
    method: str = "ml",
    steps: Sequence[Any] = (),
    ddf: Any = "satterthwaite",
    time: str | None = None,
    where: str | None = None,
    **options: Any,
) -> Ladder:
    """The models on the way to a growth model: unconditional means, unconditional growth, conditional growth.

    All are fitted to the same rows: those that every model can use. The table is that of Singer and Willett (2003,
    Tables 4.1 and 4.2): models as columns; fixed effects by growth parameter; variances within and between persons;
    pseudo-R2 of the outcome (squared correlation with X beta), of the residual variance (against unconditional means)
    and of each growth parameter's variance (against unconditional growth); deviance, AIC and BIC. See docs/compare.md.

    Parameters
    ----------
    model : GrowthModel or str
        The model at the top; a formula as for `fit`.
    data : DataFrame or Panel
    method : {"ml", "reml"}
        ML by default, because deviances by REML do not compare models with different fixed effects.
    steps : sequence of dict, str or GrowthModel
        Models between unconditional growth and the top, in their order: predictors by growth parameter (key
        "time_varying" for time-varying ones), one formula for all growth parameters, or a model.
    ddf : str or method
        Degrees of freedom behind the stars of the fixed effects.
    time, where, **options
        As in `fit`.

    Returns
    -------
    Ladder
        ``.table``, ``.fits`` by letter, ``.titles``.

    Raises
    ------
    ModelError
        For a model without time, or a step of another outcome, time or id.

    Examples
    --------
    >>> import growthcurves as gc
    >>> answer = gc.ladder("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"))
    >>> {name: f"{fit.deviance:.2f}" for name, fit in answer.fits.items()}
    {'A': '515.49', 'B': '439.21', 'C': '427.81'}
    """
    method, options = translated(method, options, FORMULA_OPTIONS)
    model, panel, _ = _read(model, data, time, where, options)
    return ladders.ladder(model, panel, method, steps, ddf, GrowthFit)


def compare_residuals(
    model: GrowthModel | str,
    data: Any,
    residuals: Sequence[Any],
    method: str = "reml",
    terms: str | Sequence[str] | None = None,
    time: str | None = None,
    where: str | None = None,
    **options: Any,
) -> ResidualComparison:
    """A model with one residual structure after the other, on the rows that all of them can use.

    Each has its log likelihood, criteria and parameters, the likelihood ratio test against the largest of the others
    that holds it as a special case inside its range, and what it does to the slope and its standard error. A structure
    that is refused, or whose fit fails, is a row with the reason.

    Parameters
    ----------
    model : GrowthModel or str
        A model, or a formula as for `fit`; its own residual structure counts only if it is among `residuals`.
    data : DataFrame or Panel
    residuals : sequence of str or structure
        Such as ``["un", "toeph", "ar1", gc.Exponential(nugget=True)]``.
    method : {"reml", "ml"}
        Criteria by REML compare fits of the same fixed effects, as these are.
    terms : str or sequence of str, optional
        The fixed effects that are shown with their standard errors; by default those of the slope.
    time, where, **options
        As in `fit`.

    Returns
    -------
    ResidualComparison
        ``.table``, ``.fits`` by name, ``.plot()``: SD, correlation and semivariogram, implied and observed.

    Raises
    ------
    ModelError
        For an unknown fixed effect, or no structures.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("orthodont")
    >>> found = gc.compare_residuals("distance ~ age + ar1(age | subject)", data, ["un", "cs", "ar1"])
    >>> found.table[["structure", "aic", "against", "estimate:slope", "std_error:slope"]].round(3)
      structure      aic against  estimate:slope  std_error:slope
    0        un  459.249                   0.675            0.070
    1        cs  455.003      un           0.660            0.062
    2       ar1  465.127      un           0.652            0.095
    """
    method, options = translated(method, options, FORMULA_OPTIONS)
    model, panel, _ = _read(model, data, time, where, options)
    return structures.compare_residuals(model, panel, residuals, method, terms, GrowthFit)


def _read(
    model: GrowthModel | str, data: Any, time: str | None, where: str | None, options: dict[str, Any]
) -> tuple[GrowthModel, Panel, PersonLevel | None]:
    """The model and its panel from what a user may give, and the panel at the level of persons if looked at already."""
    if not isinstance(model, (str, GrowthModel)):
        raise ModelError(f"fit() takes a formula or a GrowthModel first, then the data; not {type(model).__name__}.")
    if isinstance(model, GrowthModel):
        if time is not None or options:
            raise ModelError("time= and model options belong to formulas; a GrowthModel holds its own.")
        return model, panel_for(model, data, where), None
    parsed, panel = _panel_of_formula(model, data, time, where)
    panel = panel.drop_missing(column for column in parsed.columns if column not in parsed.roles)
    people = PersonLevel(panel)
    read = growth_model(parsed, people.varies, **options)
    return read, panel_for(read, panel), people


def _panel_of_formula(
    formula: str, data: Any, time: str | None, where: str | None
) -> tuple[ParsedFormula, Panel]:
    """A formula read in the light of its data, and the panel that it asks for."""
    check_name(time, "time")
    parsed = parse_formula(formula, time)
    if isinstance(data, Panel):
        data.require(column for column in parsed.columns if column not in parsed.group)
        return with_time(parsed, time, data.time, data.data), chosen(data, where)
    frame = as_frame(data)
    require_columns(frame, parsed.columns)
    parsed = with_time(parsed, time, None, frame)
    frame, person = with_joined(frame, list(parsed.group), "id")
    outcome = parsed.left.read_from(person, parsed.time)
    return parsed, Panel(frame, id=person, time=parsed.time, outcome=outcome, where=where)


def load(path: Any, functions: Mapping[str, Callable[..., Any]] | None = None, parts: Sequence[type] = ()) -> GrowthFit:
    """Read a fit that `GrowthFit.save` wrote.

    Nothing in the file is run: formulas may only call known functions on columns and numbers.

    Parameters
    ----------
    path : str or Path
    functions : dict of str to function, optional
        Your own functions that the formulas of the fit call; a file does not hold them.
    parts : sequence of classes, optional
        Your own shape or residual structure that the fit has, ``parts=[LevellingOff]``; a file names it only.

    Raises
    ------
    NotAvailableError
        For a fit with a part of one's own that is not given.
    DataError
        When there is no such file, or it is no saved fit.
    FormulaError
        When its formulas hold anything else, or call functions that are not given.

    Examples
    --------
    >>> import growthcurves as gc, tempfile, pathlib
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> path = fit.save(pathlib.Path(tempfile.mkdtemp()) / "fit.json")
    >>> str(gc.load(path)) == str(fit)
    True
    """
    fitted = files.load(path, GrowthFit, functions, parts)
    assert isinstance(fitted, GrowthFit)
    return fitted


#: Options of a growth model that a formula does not say itself.
FORMULA_OPTIONS = ("reference", "residual", "wave", "functions")
#: Attributes of a fit that answers are made of, and no user asks for.
_PLUMBING = {
    "G", "bound", "effects", "estimates", "family", "growth_design", "identified", "independent", "kinds",
    "left_out_design", "notes", "own_growth", "parameter_count", "point", "random_names", "recipe",
    "residual_variance", "standard_effect", "standard_rows", "sums", "term_parts", "time_facts", "times",
}  # fmt: skip


class GrowthFit(FittedModel):
    """A fitted growth model and the answers it gives; see `fit`."""

    @property
    def params(self) -> pd.Series:
        """Fixed effects."""
        return pd.Series(self.estimates.beta, index=self.terms, name="estimate")

    @property
    def converged(self) -> bool:
        """Whether the optimum is certified; see `certificate`."""
        return self.certificate.converged

    @property
    def bse(self) -> pd.Series:
        """Standard errors of the fixed effects."""
        return pd.Series(np.sqrt(np.diag(self.estimates.cov_beta)), index=self.terms, name="std_error")

    @property
    def tvalues(self) -> pd.Series:
        """Fixed effects divided by their standard errors."""
        return (self.params / self.bse).rename("statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values with Satterthwaite degrees of freedom."""
        return self.fixed_effects().set_index("term")["p_value"]

    def cov_params(self) -> pd.DataFrame:
        """Covariance matrix of the fixed effects."""
        return pd.DataFrame(self.estimates.cov_beta, index=self.terms, columns=self.terms)

    @property
    def llf(self) -> float:
        """Log (restricted) likelihood."""
        return -self.estimates.deviance / 2.0

    @property
    def deviance(self) -> float:
        """-2 log (restricted) likelihood."""
        return self.estimates.deviance

    @property
    def nobs(self) -> int:
        """Rows used."""
        return self.sums.rows

    @property
    def aic(self) -> float:
        """deviance + 2 k, with k all fixed effects, variances and covariances, and the residual variance."""
        return criteria.criteria(self).aic

    @property
    def bic(self) -> float:
        """deviance + k log(n), with n the rows used (as lme4)."""
        return criteria.criteria(self).bic

    @property
    def aicc(self) -> float:
        """AIC + 2 k (k + 1) / (n - k - 1), with n the rows used (Hurvich and Tsai 1989); NaN where n <= k + 1."""
        return criteria.criteria(self).aicc

    @property
    def bic_persons(self) -> float:
        """deviance + k log(N), with all k parameters and N the persons."""
        return criteria.criteria(self).bic_persons

    def criteria(self) -> CriteriaTable:
        """AIC, AICc and BIC as lme4, nlme and SAS count rows, persons and parameters."""
        return counting.criteria_table(self)

    @property
    def cov_re(self) -> pd.DataFrame:
        """G: covariance matrix of the growth parameters between persons; NaN where not identified."""
        return pd.DataFrame(self.G, index=self.random_names, columns=self.random_names)

    @property
    def scale(self) -> float:
        """Residual variance; NaN where not identified."""
        return self.residual_variance

    @property
    def fittedvalues(self) -> pd.Series:
        """The persons' own curves (empirical Bayes) at the rows used."""
        return predict.fitted_values(self)

    @property
    def resid(self) -> pd.Series:
        """Outcome minus fitted value."""
        return predict.residuals(self)

    def summary(self, ddf: Any = "satterthwaite", level: float = 0.95, intervals: Any = "profile") -> Summary:
        """Equations, counts, fixed effects, variance components, reliability, fit indices, certificate."""
        return summary.summary(self, ddf, level, bootstrap.asked(self, intervals))

    def equations(self) -> str:
        """The model's level equations with its own terms."""
        return summary.level_equations(self)

    def fixed_effects(self, ddf: Any = "satterthwaite", level: float = 0.95) -> pd.DataFrame:
        """Fixed effects as a tidy table."""
        return coefficients.fixed_effects(self, ddf, level)

    def robust(self, kind: str = "CR2", level: float = 0.95) -> RobustEffects:
        """Fixed effects with robust standard errors by person, beside the model-based ones."""
        return robust.robust(self, kind, level)

    def conf_int(
        self, method: Any = "wald", level: float = 0.95, n: int = DRAWS, rng: Any = None, ddf: Any = None
    ) -> pd.DataFrame:
        """Confidence intervals of fixed effects and variance components: columns conf_low and conf_high.

        `n` and `rng` belong to the bootstrap, `ddf` to the Wald method.
        """
        return variances.conf_int(self, wald.with_ddf(bootstrap.asked(self, method, n, rng), ddf), level)

    def variance_components(
        self,
        method: Any = "profile",
        level: float = 0.95,
        n: int = DRAWS,
        rng: Any = None,
        scale: str = "sd",
        information: str | None = None,
    ) -> pd.DataFrame:
        """SDs and correlations between persons and the residual SD, or variances and covariances, as a tidy table."""
        return variances.variance_components(self, bootstrap.asked(self, method, n, rng), level, scale, information)

    def reliability(self) -> pd.DataFrame:
        """How reliably each random effect tells persons apart, as HLM prints it; the intercept's at the origin."""
        return reliability.reliabilities(self)

    def bootstrap(
        self, n: int = 1000, kind: str = "parametric", interval: str = "percentile", rng: Any = None
    ) -> Replicates:
        """Bootstrap replicates with their estimates, and intervals of anything from them; see `Bootstrap`."""
        return bootstrap.bootstrap(self, bootstrap.Bootstrap(n, kind, interval, rng))

    def simulate(self, n: int = 1, rng: Any = None) -> pd.DataFrame:
        """Outcomes drawn from the fitted model at the rows that were used, one column per data set."""
        return simulated.simulate(self, n, rng)

    @property
    def random_effects(self) -> pd.DataFrame:
        """Deviations from the person's expected growth parameters, one row per person."""
        return people.random_effects(self)

    def people(self) -> pd.DataFrame:
        """Own least-squares and empirical Bayes growth parameters, one row per person."""
        return people.people(self)

    def change(
        self,
        by: str | list[str] | None = None,
        threshold: float = 0.0,
        between: tuple[float, float] | None = None,
        at: Any = None,
        level: float = 0.95,
        method: Any = None,
    ) -> ChangeReport:
        """The change report: how fast on average, how much persons differ, and what explains it."""
        return change_report.change(self, by, threshold, between, at, level, method)

    def rates(
        self,
        by: str | list[str] | None = None,
        threshold: float = 0.0,
        between: tuple[float, float] | None = None,
        at: Any = None,
        level: float = 0.95,
        method: Any = None,
    ) -> ChangeReport:
        """The rates of change: another name of `change`."""
        return self.change(by, threshold, between, at, level, method)

    def predict(
        self,
        newdata: Any = None,
        people: str = "known",
        seen: Any = None,
        interval: str | None = None,
        level: float = 0.95,
        scale: str | None = None,
    ) -> pd.Series | pd.DataFrame:
        """Predicted outcomes for known, average or new persons (given what was seen of them), with intervals."""
        return predict.predict(self, newdata, people, seen, interval, level, scale)

    def test_variance(
        self, *names: str, method: str = "auto", n: int | None = None, rng: Any = None
    ) -> LikelihoodRatio:
        """Likelihood ratio test that these random effects do not vary between persons; methods as in `compare`."""
        return variance.test_variance(self, names, method, n, rng)

    def icc(self, at: Any = None) -> Icc:
        """Share of the variance that lies between persons, at given times."""
        return icc.icc(self, at)

    def marginal_covariance(self, at: Any = None, by: Any = None) -> MarginalCovariance:
        """Covariance and correlation of a person's outcomes at several times, also where G and R are not told apart."""
        return marginals.marginal_covariance(self, at, by)

    def test(self, hypotheses: Any, ddf: Any = "satterthwaite", level: float = 0.95) -> FixedTest:
        """t or F test of hypotheses about fixed effects, written in term names: ``"slope:arm[drug] = 0"``."""
        return fixed_tests.test(self, hypotheses, ddf, level)

    def joint_tests(self, type: int = 3, ddf: Any = "satterthwaite") -> JointTests:
        """F test of every effect, the same under any coding of factors."""
        return joint_tests.joint_tests(self, type, ddf)

    def contrast(self, weights: Any, of: Any = None, ddf: Any = "satterthwaite", level: float = 0.95) -> Contrast:
        """Linear combinations of fixed effects, or of the means or slopes given as `of`."""
        return fixed_tests.contrast(self, weights, of, ddf, level)

    def means(
        self,
        at: Any = None,
        by: Any = None,
        differences: str | None = None,
        adjust: str = "none",
        ddf: Any = "satterthwaite",
        level: float = 0.95,
        average: str = "persons",
        weights: str = "equal",
        scale: str | None = None,
    ) -> Marginal:
        """Estimated means at times, by groups, and their differences."""
        return means.means(self, at, by, differences, adjust, ddf, level, average, weights, scale)

    def slopes(
        self,
        by: Any = None,
        between: tuple[float, float] | None = None,
        at: Any = None,
        differences: str | None = None,
        adjust: str = "none",
        ddf: Any = "satterthwaite",
        level: float = 0.95,
        average: str = "persons",
        weights: str = "equal",
    ) -> Marginal:
        """Estimated rates of change over an interval or at points, by groups, and their differences."""
        return slopes.slopes(self, by, between, at, differences, adjust, ddf, level, average, weights)

    def effect_sizes(
        self, effect: Any = None, by: Any = None, between: tuple[float, float] | None = None, level: float = 0.95
    ) -> EffectSizes:
        """Differences in the rate of change in standard deviations, each named by what it divides by."""
        return effect_sizes.effect_sizes(self, effect, by, between, level)

    def equivalence(
        self,
        effect: Any,
        margin: float | tuple[float, float],
        alpha: float = 0.05,
        of: Any = None,
        ddf: Any = "satterthwaite",
    ) -> MarginTest:
        """Whether an effect lies within margins, by two one-sided tests."""
        return margins.equivalence(self, effect, margin, alpha, of, ddf)

    def noninferiority(
        self,
        effect: Any,
        margin: float,
        better: str = "higher",
        alpha: float = 0.025,
        of: Any = None,
        ddf: Any = "satterthwaite",
    ) -> MarginTest:
        """Whether an effect is not worse than a margin, by a one-sided test."""
        return margins.noninferiority(self, effect, margin, better, alpha, of, ddf)

    def r2(self) -> R2:
        """Explained variance: every R2 under its author's name."""
        return r2.r2(self)

    def refit(self, method: str | None = None, **changes: Any) -> GrowthFit:
        """Fit again by another method or with model options changed, on the same panel."""
        model = self.model.replace(**changes) if changes else self.model
        fitted = estimate(model, self.panel, method or self.method, GrowthFit, likelihood=self.estimates.maker)
        assert isinstance(fitted, GrowthFit)
        return fitted

    def recentre(self, origin: float) -> GrowthFit:
        """The same fit with the intercept read at another time: algebra, no re-estimation.

        Raises
        ------
        ModelError
            Where the model is not closed under a change of origin: random effects without a common covariance,
            a predictor of the slope that does not predict the intercept, logarithmic time.
        NotEstimableError
            With a residual structure or a likelihood of your own.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.recentre(9).params.round(1).to_dict()
        {'intercept': 345.6, 'slope': 10.5}
        """
        fitted = recentred(self, as_origin(origin), GrowthFit)
        assert isinstance(fitted, GrowthFit)
        return fitted

    def save(self, path: str | Path, rows: bool = False, people: bool = True) -> Path:
        """Write the fit to a JSON file, without pickle; `growthcurves.load` reads it.

        Parameters
        ----------
        path : str or Path
        rows : bool
            Keep the rows: needed for residuals, fitted values, pictures, `recentre` and `refit`.
        people : bool
            Keep persons: their ids, predictors and cross-products, needed for `people`, `random_effects`, `change`
            and predictions of known persons. Without them a file says nothing of single persons.

        Returns
        -------
        Path
        """
        return files.save(self, path, rows, people)

    def sentence(self, term: str, ddf: Any = "satterthwaite", level: float = 0.95) -> str:
        """A fixed effect as a sentence of a paper, in the style of the APA."""
        return sentences.sentence(self, term, ddf, level)

    def code(self, program: str) -> str:
        """The same model as a program: "sas", "r", "stata" or "mplus"."""
        return programs.code(self, program)

    @property
    def plot(self) -> FitPlots:
        """Figures: ``fit.plot.trajectories()``."""
        from growthcurves.plots import FitPlots

        return FitPlots(self)

    def report(self, path: str | Path | None = None, title: str | None = None, by: Any = None) -> Report:
        """The HTML report, by groups if asked, written to `path` if given."""
        from growthcurves.report import report

        return report(self, path=path, title=title, by=by)

    def __dir__(self) -> list[str]:
        """What a user asks of a fit; what the rooms above ask of it is left out."""
        return [name for name in super().__dir__() if name not in _PLUMBING]

    if not TYPE_CHECKING:  # else every name would be one of a fit

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            pointer = answer_called(name)
            if pointer is not None:
                raise AttributeError(pointer)
            known = [item for item in dir(self) if not item.startswith("_")]
            raise AttributeError(unknown("answer of a fit in this version called", name, known))

    def __str__(self) -> str:
        return str(self.summary())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()
