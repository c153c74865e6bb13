"""The growth model as an immutable value: outcome, time, person, shape, predictors, random effects."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any

from growthcurves.contracts.independent import Independent
from growthcurves.data.frame import check_name, pairs, text_of
from growthcurves.data.joined import name_of
from growthcurves.errors import ModelError, unknown
from growthcurves.model.covariance import known_as, residual_of
from growthcurves.model.equations import Predictor, equations
from growthcurves.model.families import family_of
from growthcurves.model.formula.functions import check_functions
from growthcurves.model.formula.left import column_of_logarithm, logarithm_of
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.tokens import tokenize
from growthcurves.model.formula.tree import MEAN, NOTHING, Formula
from growthcurves.model.formula.words import formula_words
from growthcurves.model.random import RandomPart, random_part
from growthcurves.model.shapes import Constant, Shape, shape_of
from growthcurves.numerics.bounds import float_or_infinite, shown_value

#: Options that had another name, and their name.
RENAMED = {"covariates": "time_varying"}


#: Attributes of a model that fits are made of, and no user asks for.
_PLUMBING = {"covariate_tree", "evaluated_over", "follows_shape", "formula_for", "growth_shape", "tree", "trees"}


class Frozen(dict):
    """A dictionary that does not change."""

    def _refuse(self, *args: Any, **changes: Any) -> None:
        raise TypeError("a model does not change; model.replace(...) makes a new one")

    __setitem__ = __delitem__ = update = clear = pop = popitem = setdefault = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return type(self), (dict(self),)


@dataclass(frozen=True)
class GrowthModel:
    """A growth model: how persons change over time, what predicts it, and what varies between persons.

    Parameters
    ----------
    outcome, time : str
        Columns of the long table. `time=None` is a model without time (random intercepts only).
    id : str or list of str
        The column of persons; several columns say together who a person is.
    wave : str, optional
        Column of the planned occasion.
    shape : str or shape
        The growth shape: "linear", "quadratic", "cubic", "spline", "log", "occasions", or a value such as
        `Polynomial(4)`, `Piecewise(knots=[3])`, `Spline(df=4)`, `LogTime(offset=1)`.
    origin : float or "first", optional
        The time at which the intercept is read; "first" is the first observed time. By default 0 if 0 lies inside
        the observed times, else the first time where all persons begin together (and for logarithmic time), else the
        rounded median of the times.
    predictors : dict or str, optional
        A formula per growth parameter, evaluated on one row per person (level 2), for example
        ``{"intercept": "age + arm", "slope": "arm"}``. One text is for all growth parameters. A formula that
        starts with ``0 +`` leaves the growth parameter's own mean out.
    reference : dict, optional
        Reference level of categorical predictors, ``{"arm": "placebo"}``.
    time_varying : str, optional
        Formula of time-varying predictors (level 1), evaluated over the rows.
    random : tuple of str or Diagonal
        Growth parameters and covariates that vary between persons; by default the intercept and the slope (of
        piecewise growth every slope), not the higher terms. ``()`` for none.
    residual : str or residual structure
        Residual covariance: "independent" or another short name, a value such as ``gc.AR1(by="arm")``
        (docs/residuals.md), or a structure of your own (docs/extending/residual.md).
    computed : bool
        Whether `outcome` is computed from columns, as ``"log(bdi)"`` is, and no column itself; the model is then of
        that scale.
    offset : str, optional
        What the computed outcome has been taken less of, as a formula's ``offset(x)`` says: predictions and means add
        it again. With a family, what is added to the linear predictor.
    family : str or family, optional
        Of outcomes that are not normal: "binomial", "poisson", "negative-binomial", "ordinal", "gamma", "lognormal"
        (the outcome becomes ``log(bdi)``), or a value such as ``gc.Binomial(link="probit")`` (docs/families.md); by
        default "normal".
    trials : str, optional
        Column of how many trials the outcome counts the successes of (binomial).
    exposure : str, optional
        Column of how long or how many a count was taken over: its logarithm is added to the linear predictor.
    levels : dict of str to tuple of str, Diagonal or Crossed, optional
        Units above persons, the innermost first, and which growth parameters vary between them:
        ``{"class": ("intercept",), "school": ("intercept", "slope")}`` (docs/levels.md); `Crossed` where a person's
        rows lie in several of them.
    functions : dict of str to function, optional
        Functions of your own that formulas call, ``{"f": f}``: arrays in, one value per row out.

    Raises
    ------
    ModelError
        When an option is unknown or contradicts another.

    Examples
    --------
    >>> model = GrowthModel(outcome="bdi", time="week", id="subject", predictors={"slope": "arm", "intercept": "arm"})
    >>> print(model.equations())
    Level 1   bdi = intercept_i + slope_i * week + e
    Level 2   intercept_i = intercept + arm + u_intercept
              slope_i = slope + arm + u_slope
              e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured
    """

    outcome: str
    time: str | None
    id: str
    wave: str | None = None
    shape: str | Shape = "linear"
    origin: float | str | None = None
    predictors: Mapping[str, str] | str | None = None
    reference: Mapping[str, Any] | None = None
    time_varying: str | None = None
    random: Any = None
    residual: Any = "independent"
    computed: bool = False
    offset: str | None = None
    family: Any = None
    trials: str | None = None
    exposure: str | None = None
    levels: Mapping[str, Any] | None = None
    evaluated_over: str = field(default="persons", repr=False)
    functions: Mapping[str, Callable[..., Any]] | None = field(default=None, repr=False)
    trees: dict[str, Formula] = field(init=False, repr=False, compare=False)
    covariate_tree: Formula = field(init=False, repr=False, compare=False)
    follows_shape: dict[str, Any] = field(init=False, repr=False, compare=False)

    if not TYPE_CHECKING:  # the options that editors show are those of the fields

        def __new__(cls, *values: Any, **options: Any) -> GrowthModel:
            """Refuse options that a model does not have, before they are taken for the names of arguments."""
            refuse_options(options, [item.name for item in dataclasses.fields(cls) if item.init])
            return super().__new__(cls)

    def __post_init__(self) -> None:
        for_all = {"predictors": self.predictors} if isinstance(self.predictors, str) else {}
        object.__setattr__(self, "follows_shape", for_all | ({"random": None} if self.random is None else {}))
        object.__setattr__(self, "shape", shape_of(self.shape))
        if isinstance(self.residual, str):
            object.__setattr__(self, "residual", known_as(self.residual))
        object.__setattr__(self, "family", family_of(self.family))
        _take_logarithm(self)
        _check_family(self)
        if isinstance(by := getattr(residual_of(self.residual), "by", None), (list, tuple)):
            object.__setattr__(self, "residual", dataclasses.replace(self.residual, by=name_of(by, "by")))
        _check_predictors({} if self.predictors is None else self.predictors, self.parameters)
        if not isinstance(self.predictors, str):
            object.__setattr__(self, "predictors", Frozen(self.predictors or {}))
        elif self.parameters:
            object.__setattr__(self, "predictors", Frozen(dict.fromkeys(self.parameters, self.predictors)))
        object.__setattr__(self, "functions", Frozen(check_functions(self.functions)))
        object.__setattr__(self, "trees", self._read_formulas())
        object.__setattr__(self, "covariate_tree", _covariate_tree(self.time_varying))
        _check_origin(self.origin)
        default = self.growth_shape.default_random
        object.__setattr__(self, "reference", Frozen(pairs(self.reference, "reference", "{'arm': 'placebo'}")))
        object.__setattr__(self, "random", random_part(default if self.random is None else self.random))
        object.__setattr__(self, "id", name_of(self.id, "id"))
        object.__setattr__(self, "levels", _levels(self))
        for option in ("outcome", "time", "id", "wave", "trials", "exposure"):
            check_name(name := getattr(self, option), option)
            object.__setattr__(self, option, None if name is None else text_of(name))
        for role in (self.outcome, self.time, self.id):
            if role in (*self.parameters, "intercept", "slope"):
                raise ModelError(f"Column {role!r} is called like a growth parameter: rename the column.")

    @property
    def likelihood_family(self) -> Any:
        """The family whose likelihood is fitted: None of normal outcomes, and of those whose logarithms are normal."""
        return None if getattr(self.family, "of_logarithm", False) else self.family

    @property
    def above(self) -> dict[str, RandomPart]:
        """The units above persons with what varies between them, innermost first."""
        return dict(self.levels or {})

    @property
    def growth_shape(self) -> Shape:
        """The shape of growth: a constant where there is no time, whatever `shape` says."""
        return shape_of(self.shape) if self.time is not None else Constant()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The growth parameters, in the order of the shape; without time only the intercept.

        Empty where only the data can tell (one mean per occasion).
        """
        return self.growth_shape.parameters

    def replace(self, **changes: Any) -> GrowthModel:
        """A model with some options changed.

        With a new shape, predictors that were given as one formula are for all of its growth parameters, and random
        effects that were left to the default are its own.

        Parameters
        ----------
        **changes
            Options of `GrowthModel` with their new values.

        Returns
        -------
        GrowthModel
            A new one; models do not change.

        Raises
        ------
        ModelError
            For an unknown option, or one that contradicts another.

        Examples
        --------
        >>> GrowthModel("y", "t", "id").replace(random=("intercept",)).random.names
        ('intercept',)
        """
        refuse_options(changes, [item.name for item in dataclasses.fields(self) if item.init])
        followed = self.follows_shape if "shape" in changes else {}
        return dataclasses.replace(self, **(followed | changes))

    def equations(self) -> str:
        """The model as level equations in the names of the data.

        Returns
        -------
        str
            Level 1 within, level 2 between persons, a level for each unit above them, and what is distributed how.
            Predictors stand at level 2: whether they differ within units above is known of a fit alone, whose
            `equations()` print them at their level.

        Examples
        --------
        >>> from growthcurves.model.growth import GrowthModel
        >>> print(GrowthModel("bdi", "week", "id", predictors={"slope": "arm", "intercept": "1"}).equations())
        Level 1   bdi = intercept_i + slope_i * week + e
        Level 2   intercept_i = intercept + u_intercept
                  slope_i = slope + arm + u_slope
                  e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured
        """
        parameters = self.parameters or ("mean",)
        words = {name: formula_words(self.formula_for(name)) for name in parameters}
        terms = {name: [Predictor(one, -1 if one == "1" else 0) for one in found] for name, found in words.items()}
        time, shape = self.time or "", self.growth_shape
        basis = shape.unbound_words(time)
        if basis is None:
            basis = shape.bind(_origin_shown(self)).level_one(time)
        return equations(self, parameters, terms, basis)

    def __dir__(self) -> list[str]:
        """What a user asks of a model; what a fit asks of it is left out."""
        return [name for name in super().__dir__() if name not in _PLUMBING]

    def _read_formulas(self) -> dict[str, Formula]:
        """The tree of each growth parameter's formula; under "" one for all where only the data can tell them."""
        if isinstance(self.predictors, str):
            return {"": read_terms(self.predictors)}
        assert isinstance(self.predictors, Mapping)
        return {name: read_terms(text) for name, text in self.predictors.items()}

    def tree(self, parameter: str) -> Formula:
        """The predictor formula of a growth parameter as a tree."""
        return self.trees.get("" if isinstance(self.predictors, str) else parameter, MEAN)

    def formula_for(self, parameter: str) -> str:
        """The predictor formula of a growth parameter; "1", its own mean alone, by default."""
        if isinstance(self.predictors, str):
            return self.predictors
        assert isinstance(self.predictors, Mapping)
        return self.predictors.get(parameter, "1")


def _options() -> inspect.Signature:
    """The options of a model: what help() shows in the place of a `__new__` that takes anything to refuse it."""
    given = inspect.signature(GrowthModel.__init__)
    known = [item for name, item in given.parameters.items() if name not in {"self"} | _PLUMBING]
    return given.replace(parameters=known, return_annotation=inspect.Signature.empty)


GrowthModel.__signature__ = _options()  # type: ignore[attr-defined]


def refuse_options(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that a model does not have; one that had another name is told its name.

    Raises
    ------
    ModelError
    """
    for name in given:
        if name in RENAMED:
            raise ModelError(f"{name}= is called {RENAMED[name]}=: give the formula under that name.")
        if name not in known:
            raise ModelError(unknown("option of GrowthModel", name, sorted(known)))


def _covariate_tree(formula: Any) -> Formula:
    """The tree of the time-varying predictors."""
    if formula is None:
        return NOTHING
    tokens = tokenize(formula) if isinstance(formula, str) else []
    tree = NOTHING if any(token[:2] == ("sign", "~") for token in tokens) or not tokens else read_terms(formula)
    if not tree.terms:
        raise ModelError(f"time_varying= is a formula such as 'stress', or left out, not {shown_value(formula)}.")
    return tree


def _take_logarithm(model: GrowthModel) -> None:
    """The logarithm of the column as the outcome of a family whose logarithms are normal.

    Raises
    ------
    ModelError
        For an outcome that is computed otherwise, and for an offset.
    """
    if model.family is None or model.likelihood_family is not None:
        return
    if model.offset is not None:
        raise ModelError(
            f"offset() is not of family={model.family.name!r}: divide the outcome by exp(offset) in the table."
        )
    if not model.computed:
        check_name(model.outcome, "outcome")
        object.__setattr__(model, "outcome", logarithm_of(text_of(model.outcome)))
        object.__setattr__(model, "computed", True)
    elif column_of_logarithm(model.outcome) is None:
        raise ModelError(
            f"family={model.family.name!r} takes the logarithm of a column of the table, not of "
            f"{shown_value(model.outcome)}: make a column of it first."
        )


def _check_family(model: GrowthModel) -> None:
    """What only outcomes of a family have, and what they do not have."""
    family = model.likelihood_family
    if family is None:
        for option in ("trials", "exposure"):
            if getattr(model, option) is not None and model.family is not None:
                raise ModelError(f"{option}= is not of family={model.family.name!r}.")
            if getattr(model, option) is not None:
                raise ModelError(f"{option}= belongs to outcomes of a family: give family= too, as family='binomial'.")
        return
    if type(residual_of(model.residual)) is not Independent:
        raise ModelError(f"residual= is of normal outcomes: those of family={family.name!r} have no residuals.")
    if model.trials is not None and not family.takes_trials:
        raise ModelError(f"trials= belongs to family='binomial', not to family={family.name!r}.")
    if model.exposure is not None and not family.takes_exposure:
        raise ModelError(f"exposure= belongs to counts, not to family={family.name!r}.")


def _levels(model: GrowthModel) -> Frozen:
    """The units above persons with their random parts.

    Raises
    ------
    ModelError
        For a unit without random effects, and one that has another role already.
    """
    given = pairs(model.levels, "levels", "{'school': ('intercept', 'slope')}")
    for unit, names in given.items():
        check_name(unit, "levels")
        if unit in (model.outcome, model.time, model.id):
            raise ModelError(f"levels= names units above persons: {unit!r} has another role in the model.")
        if not random_part(names).names:
            raise ModelError(f"Nothing varies between the units of {unit!r}: name growth parameters, or leave it out.")
    if given and model.likelihood_family is not None:
        raise ModelError(
            f"levels= are of normal outcomes: those of family={model.likelihood_family.name!r} have persons alone in "
            f"this version."
        )
    parts = {text_of(unit): random_part(names) for unit, names in given.items()}
    if any(part.crossed for part in parts.values()) and type(residual_of(model.residual)) is not Independent:
        raise ModelError("residual= structures with crossed units are not in this version: leave one of them out.")
    return Frozen(parts)


def _check_origin(origin: Any) -> None:
    number = isinstance(origin, Real) and not isinstance(origin, bool) and abs(float_or_infinite(origin)) <= 1e300
    if not (number or origin is None or (isinstance(origin, str) and origin == "first")):
        raise ModelError(f"origin= is a time as a finite number, or 'first', not {shown_value(origin)}.")


def _origin_shown(model: GrowthModel) -> float:
    return float(model.origin) if isinstance(model.origin, Real) else 0.0


def _check_predictors(predictors: Any, parameters: tuple[str, ...]) -> None:
    """Known growth parameters (where they are known), and formulas without a left side."""
    given = {"growth parameters": predictors} if isinstance(predictors, str) else predictors
    if not isinstance(given, Mapping):
        wanted = "a formula or a dict of growth parameter to formula"
        raise ModelError(f"predictors= takes {wanted}, not {shown_value(predictors)}.")
    for name, formula in given.items():
        if name not in parameters and parameters and not isinstance(predictors, str):
            raise ModelError(unknown("growth parameter", name, parameters))
        tokens = tokenize(formula) if isinstance(formula, str) else []
        if not tokens or any(token[:2] == ("sign", "~") for token in tokens):
            wanted = "are a formula such as 'age + arm' ('1' for none)"
            raise ModelError(f"The predictors of the {name} {wanted}, not {shown_value(formula)}.")


def predictor_words(model: GrowthModel, said: Callable[[str], str] = str) -> str:
    """What predicts what, in a line."""
    formulas = [(name, formula_words(model.formula_for(name))) for name in model.parameters]
    parts = [f"{name} ~ {' + '.join(words)}" for name, words in formulas if words != ["1"]]
    parts = [part.replace("~ 1 + ", "~ ") for part in parts]
    parts += [f"{said('time-varying')} {model.time_varying}"] if model.time_varying else []
    return "; ".join(parts) or "no predictors"
