"""fit() and its kin, and GrowthFit: the answers, and what a fit does with itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from growthcurves.answers.change import ChangeAnswers
from growthcurves.answers.checks import CheckAnswers
from growthcurves.answers.effects import EffectAnswers
from growthcurves.answers.estimates import EstimateAnswers
from growthcurves.answers.persons import PersonAnswers
from growthcurves.answers.sizes import SizeAnswers
from growthcurves.answers.weighted import WeightedAnswers
from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError, unknown
from growthcurves.estimate import Sampled, again, by_method, estimate, method_of, panel_for, read_model
from growthcurves.estimate.given import Given
from growthcurves.estimate.recentre import as_origin, recentred
from growthcurves.later import Later
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import Recipe
from growthcurves.model.survey.design import SurveyDesign
from growthcurves.model.words_of_r import answer_called, translated
from growthcurves.sites.doors import of_rows, of_sites

if TYPE_CHECKING:
    from pathlib import Path

    from growthcurves.plots import FitPlots
    from growthcurves.report import Report
    from growthcurves.results.compare.residuals import ResidualComparison
    from growthcurves.results.ladder.report import Ladder
    from growthcurves.sites.recipe import SiteRecipe

batches = Later("growthcurves.estimate.in_batches.door")
sites = Later("growthcurves.sites.pooling")
structures = Later("growthcurves.results.compare.residuals")
ladders = Later("growthcurves.results.ladder.report")
files = Later("growthcurves.storage.fits")
programs = Later("growthcurves.programs.code")


def fit(
    model: GrowthModel | Recipe | SiteRecipe | str,
    data: Any,
    method: str | None = None,
    time: str | None = None,
    where: str | None = None,
    quadrature: str | int = "auto",
    design: SurveyDesign | None = None,
    batch: int | None = None,
    **options: Any,
) -> GrowthFit:
    """Fit a growth model.

    Parameters
    ----------
    model : GrowthModel, Recipe, SiteRecipe or str
        A model, an lme4 formula such as ``"bdi ~ week * arm + (week | subject)"``, or the recipe of a model that has
        learned from other rows (`recipe`), of sites too (`site_recipe`, or its file).
    data : DataFrame, Panel, source or list of sites' sums
        Long table: one row per person and occasion. Or rows that are read in batches and need not fit into memory: a
        Parquet or text file, a folder or pattern of such files (``"panel/*.parquet"``), a list or iterator of tables,
        a function that gives one, a Dask DataFrame (docs/how-to/more-rows-than-memory.md). Or sums of sites that share
        no rows, or their files, ``["site_a.json", "site_b.json"]`` (docs/how-to/hospitals-that-share-no-rows.md).
    method : {"reml", "ml"}, optional
        Restricted or full maximum likelihood; by default restricted for normal outcomes, full for those of a family.
        R's ``REML=True`` and ``REML=False`` are understood too.
    time : str, optional
        The time column of a formula whose random part does not name exactly one column.
    where : str, optional
        The rows to use, as a condition: ``"PARAMCD == 'ACTOT' & age >= 18"`` (see `Panel`); the others are counted.
    quadrature : "auto", "laplace" or int
        How the integral over random effects is taken where outcomes are of a family: adaptive Gauss-Hermite quadrature
        with as many points as the answer needs to stand, Laplace's approximation, or so many points for each random
        effect (docs/families.md).
    design : SurveyDesign, optional
        How persons were sampled: weights, strata, sampling units (docs/survey.md). Estimation is then by weighted
        maximum likelihood and errors are by the design; sampling units are those of the whole table, those included
        of whom `where` chooses nobody.
    batch : int, optional
        How many rows of a source are read at once, about; by default a million. Of a Dask DataFrame its partitions are.
    **options
        Options of `GrowthModel` for a formula: ``family=``, ``trials=``, ``exposure=``, ``reference=``, ``wave=``,
        ``residual=``, and ``functions=``, functions of your own that the formula calls.

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
    if of_sites(data):
        _refuse_beside_sites(time=time, where=where, design=design, batch=batch, **options)
        found = sites.fit_of_sites(model, data, method, GrowthFit, quadrature)
        assert isinstance(found, GrowthFit)
        return found
    rows_model: Any = of_rows(model)
    given = Given.of(data, batch)
    if given.source is not None or isinstance(rows_model, Recipe):
        asked = (method, time, where, options)
        found = _in_batches(given, rows_model, design, quadrature, *asked)
        if found is not None:
            return found
        data = batches.table_of(given, rows_model, time, where, options, () if design is None else design.columns)
    else:
        data = given.data
    assert not isinstance(rows_model, Recipe)
    model, panel, people = read_model(rows_model, data, time, where, options)
    sampled = None if design is None else _sampled(design, data)
    kind = GrowthFit if design is None else WeightedFit
    fitted = estimate(model, panel, method, kind, people, quadrature=quadrature, sampled=sampled)
    assert isinstance(fitted, GrowthFit)
    return fitted


def _in_batches(
    given: Given, model: Any, design: Any, quadrature: Any, method: Any, time: Any, where: Any, options: dict[str, Any]
) -> GrowthFit | None:
    """The fit of a source or a recipe; None where the model is estimated from all rows at once."""
    if design is not None or quadrature != "auto":
        if isinstance(model, Recipe):
            raise ModelError("design= and quadrature= are of a model: give recipe.model in the place of the recipe.")
        return None
    found = batches.fitted_in_batches(given, model, GrowthFit, method, time, where, options)
    assert found is None or isinstance(found, GrowthFit)
    return found


def recipe(
    model: GrowthModel | str,
    data: Any,
    time: str | None = None,
    where: str | None = None,
    batch: int | None = None,
    **options: Any,
) -> Recipe:
    """What a model takes from rows, without fitting it: origin, knots, levels, codings.

    A recipe holds no rows. ``gc.fit(recipe, source)`` reads other rows exactly as these, in one pass; sites that send
    sums alone make them by one recipe. That of a fit is ``fit.recipe``.

    Parameters
    ----------
    model : GrowthModel or str
        As for `fit`.
    data : DataFrame, Panel or source
        As for `fit`; a sample of the rows suffices where it has all levels, knots and extremes.
    time, where, batch, **options
        As for `fit`.

    Returns
    -------
    Recipe
        ``.model`` with the shape's knots and the origin as numbers, ``.terms``.

    Raises
    ------
    ColumnError, DataError, FormulaError, ModelError
        As `fit`.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("sleepstudy")
    >>> made = gc.recipe("reaction ~ day + (day | subject)", data)
    >>> made.terms, made.model.origin
    (('intercept', 'slope'), 0.0)
    >>> gc.fit(made, data).params.round(3).to_dict()
    {'intercept': 251.405, 'slope': 10.467}
    """
    _, options = translated(None, options, FORMULA_OPTIONS)
    return batches.recipe_in_batches(Given.of(data, batch), model, time, where, options)


def _refuse_beside_sites(**given: Any) -> None:
    """Refuse what the recipe of sites says, or what their sums cannot answer."""
    for name, value in given.items():
        if value is not None:
            raise ModelError(f"{name}= does not go with sites' sums: the recipe says how they were made; leave it out.")


def _sampled(design: Any, data: Any) -> Sampled:
    """A design with the table whose sampling units it counts."""
    if not isinstance(design, SurveyDesign):
        raise ModelError(f"design= is a gc.SurveyDesign(weights=, strata=, psu=), not {type(design).__name__}.")
    if isinstance(data, Panel) and data.where is not None:
        raise ModelError(
            "design= counts the sampling units of the whole table, and the panel holds rows that where= chose: give "
            "where= to fit() in its place."
        )
    return Sampled(design, data.data if isinstance(data, Panel) else data)


def ladder(
    model: GrowthModel | str,
    data: Any,
    method: str = "ml",
    steps: Sequence[Any] = (),
    ddf: Any = None,
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
    model, panel, _ = read_model(model, data, time, where, options)
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
    model, panel, _ = read_model(model, data, time, where, options)
    return structures.compare_residuals(model, panel, residuals, method, terms, GrowthFit)


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

    Returns
    -------
    GrowthFit

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
    fitted = files.load(path, lambda weighted: WeightedFit if weighted else GrowthFit, functions, parts)
    assert isinstance(fitted, GrowthFit)
    return fitted


#: Options of a growth model that a formula does not say itself.
FORMULA_OPTIONS = ("family", "trials", "exposure", "reference", "residual", "wave", "functions")
#: Attributes of a fit that answers are made of, and no user asks for.
_PLUMBING = {
    "G", "bound", "data_columns", "data_hash", "effects", "estimates", "family", "growth_design", "identified",
    "independent", "jacobian", "kinds", "knows_persons", "knows_predictors", "knows_spread_of", "left_out_design",
    "made", "notes",
    "outcome_family", "own_growth", "parameter_count", "person_shares", "point", "random_names", "residual_variance",
    "row_counts", "row_shares", "row_totals", "row_weights", "standard_effect", "standard_rows", "sums",
    "term_parts", "time_facts", "times", "vocabulary", "weighing", "when",
}  # fmt: skip


class GrowthFit(EstimateAnswers, EffectAnswers, SizeAnswers, ChangeAnswers, PersonAnswers, CheckAnswers):
    """A fitted growth model and the answers it gives; see `fit`."""

    def refit(self, method: str | None = None, **changes: Any) -> GrowthFit:
        """Fit again by another method or with model options changed, on the same panel.

        Parameters
        ----------
        method : {"reml", "ml"}, optional
            By default as this fit.
        **changes
            Options of `GrowthModel` with their new values: ``residual="ar1"``, ``shape="quadratic"``, ``random=()``.

        Returns
        -------
        GrowthFit

        Raises
        ------
        ModelError
            For an unknown option, and another person, time or outcome than the panel's.
        NotAvailableError
            For a fit without rows, of which sums by another method are all that can be asked.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.refit("ml", residual="ar1").deviance < fit.refit("ml").deviance
        True
        """
        model = self.model.replace(**changes) if changes else self.model
        if method is None and (model.likelihood_family is None) == (self.model.likelihood_family is None):
            method = self.method
        if not self.panel.has_rows and model == self.model:
            same = by_method(self, method_of(model, method))
            if same is not None:
                assert isinstance(same, GrowthFit)
                return same
        how = self.estimates.quadrature
        asked = "auto" if how is None or model.likelihood_family is None else how.asked
        panel, sampled = panel_for(model, self.panel), again(self.weighing)
        fitted = estimate(
            model, panel, method, type(self), likelihood=self.estimates.maker, quadrature=asked, sampled=sampled
        )
        assert isinstance(fitted, GrowthFit)
        return fitted

    def recentre(self, origin: float) -> GrowthFit:
        """The same fit with the intercept read at another time: algebra, no re-estimation.

        Parameters
        ----------
        origin : float
            Where the intercept is read from now on, in the unit of time.

        Returns
        -------
        GrowthFit
            With the same likelihood, and tables that are those of a new fit.

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
        fitted = recentred(self, as_origin(origin))
        assert isinstance(fitted, GrowthFit)
        return fitted

    def save(self, path: str | Path, rows: bool = False, people: bool = True) -> Path:
        """Write the fit to a JSON file, without pickle; `growthcurves.load` reads it.

        Parameters
        ----------
        path : str or Path
            The file.
        rows : bool
            Keep the rows: needed for residuals, fitted values, pictures, and to `refit` with another model.
        people : bool
            Keep persons: their ids, predictors and cross-products, needed for `people`, `random_effects`, `change`
            and predictions of known persons. Without them a file says nothing of single persons.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        DataError
            Where it cannot be written.

        Examples
        --------
        >>> import growthcurves as gc, tempfile, pathlib
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> path = fit.save(pathlib.Path(tempfile.mkdtemp()) / "fit.json")
        >>> gc.load(path).params.equals(fit.params)
        True
        """
        return files.save(self, path, rows, people)

    def code(self, program: str) -> str:
        """The same model as a program of SAS, R, Stata or Mplus.

        The program reads ``data.csv``, the rows that were used, which ``gc.write_table(fit.panel.frame, "data.csv")``
        writes: there rows are chosen already and dates are elapsed times. R's programs (lme4, and nlme for structured
        residuals; of families lme4 and ordinal, with the points of the fit, and glmmTMB where they have one point only)
        were run, and their results are those of the tests; those of SAS (MIXED, GLIMMIX), Stata (mixed, melogit and
        its kin) and Mplus are made of the same description of the model and were not run. Degrees of freedom are
        Satterthwaite's where the program has them. With a sampling design: Stata's mixed and melogit, SAS's GLIMMIX,
        Mplus (strata and replicate weights, too) and R's WeMix, none of them run.

        Parameters
        ----------
        program : {"sas", "r", "stata", "mplus"}
            Whose language.

        Returns
        -------
        str
            The program's text.

        Raises
        ------
        ModelError
            For another program.
        NotAvailableError
            For what the program has no words for, such as a spline, a predictor that the formula computes, REML in
            Mplus.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(fit.code("r"))
        library(lme4)
        data <- read.csv("data.csv", check.names = FALSE)
        fit <- lmer(reaction ~ 1 + day + (1 + day | subject), data, REML = TRUE)
        summary(fit)
        -2 * as.numeric(logLik(fit))
        """
        return programs.code(self, program)

    @property
    def plot(self) -> FitPlots:
        """Figures: ``fit.plot.trajectories()``."""
        from growthcurves.plots import FitPlots

        return FitPlots(self)

    def report(
        self,
        path: str | Path | None = None,
        title: str | None = None,
        by: Any = None,
        ddf: Any = None,
        level: float = 0.95,
        intervals: Any = None,
        limits: Any = None,
    ) -> Report:
        """Write a report: one HTML page that needs nothing else, for screen, phone and paper.

        Parameters
        ----------
        path : str or Path, optional
            File to write; without it the report is only returned.
        title : str, optional
            By default the outcome over the time.
        by : str or list of str, optional
            Columns that divide the persons into groups; by default the one column of up to six categories that predicts
            the rate of change, such as the arm of a trial.
        ddf : str or method
            Degrees of freedom of fixed effects and of differences: "satterthwaite", "kenward-roger", ...
        level : float
            Confidence level of all intervals and bands.
        intervals : str or method, optional
            Intervals of what depends on variances: "wald", "profile", "bootstrap", or a value with options; by default
            each answer's own.
        limits : (float, float), optional
            Lowest and highest value that the outcome can have: bands and axes of pictures keep to it.

        Returns
        -------
        Report
            With ``.html``, ``.save(path)``, ``.tables``, ``.save_tables(folder)``; notebooks show it.

        Raises
        ------
        ColumnError, ModelError
            For a column that does not divide the persons into groups; for limits that observed values leave.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> report = fit.report(title="Sleep and reaction")
        >>> report.html.startswith("<!doctype html>")
        True
        """
        from growthcurves.report import report

        return report(self, path=path, title=title, by=by, ddf=ddf, level=level, intervals=intervals, limits=limits)

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


class WeightedFit(WeightedAnswers, GrowthFit):  # type: ignore[misc]
    """A growth model fitted with a sampling design, and the answers that have a meaning under weights; see `fit`."""
