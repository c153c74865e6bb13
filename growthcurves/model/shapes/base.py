"""What a growth shape is: named growth parameters and a basis of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords

Array = NDArray[np.float64]


class Seen(NamedTuple):
    """What a shape may learn from: the observed times and waves, and what their columns are called."""

    times: Array
    time: str
    waves: Any = None
    wave: str | None = None


class EngineColumns(NamedTuple):
    """The basis in a form in which nothing cancels.

    Attributes
    ----------
    stored : sequence of (n,) arrays
        Well-behaved functions of time g_1, ..., g_m; g_0 is the constant.
    made : list of dict of stored column to coefficient
        First each growth parameter's basis column, then that of each extra random effect.
    """

    stored: Sequence[NDArray]
    made: list[dict[int, float]]


class Shape:
    """A growth shape, an immutable value; what it must learn from the data it learns once, into a new value.

    A shape is a frozen dataclass of this class. It says its `name`, its `parameters` and how it is bound; the rest has
    a default. Its fields are its options: numbers, texts, and lists of them, which a saved fit holds.

    Attributes
    ----------
    name : str
        Its short text, for summaries.
    parameters : tuple of str
        Growth parameters; empty while only the data can tell.
    default_random : tuple of str
        The growth parameters that vary between persons unless the user says otherwise; by default all.
    columns : tuple of str
        Person-level columns that the basis depends on; by default none.
    implied_by : tuple of str
        Options that mean this shape where none is named, as on the command line: "knots", "df".
    called : str
        The short name under which its options are given; by default that of its class.
    fixed_origin : str
        Why the same curves read from another origin are another model; empty where they are the same model.
    waves_are_occasions : bool
        Whether it looks at the wave column where the model has one.
    formula_curve : str
        The kind of curve in formulas that stands for it (see `model/curves.py`); empty where none does.
    formula_powers : int
        The highest power of time that may stand beside that curve, for how persons differ.
    """

    implied_by: ClassVar[tuple[str, ...]] = ()
    called: ClassVar[str] = ""
    fixed_origin: ClassVar[str] = ""
    waves_are_occasions: ClassVar[bool] = False
    formula_curve: ClassVar[str] = ""
    formula_powers: ClassVar[int] = 0

    @property
    def name(self) -> str:
        raise NotImplementedError

    @property
    def parameters(self) -> tuple[str, ...]:
        raise NotImplementedError

    @property
    def default_random(self) -> tuple[str, ...]:
        return self.parameters

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def learned(self, seen: Seen) -> Shape:
        """The shape with all that it takes from the data (knots, waves) as part of its value; by default itself."""
        return self

    def bind(self, origin: float) -> BoundShape:
        """The basis with its origin fixed; the shape must have learned."""
        raise NotImplementedError

    @classmethod
    def of_formula(cls, options: dict[str, Any]) -> tuple[Shape, float | str]:
        """The shape of its curve in a formula, and the origin at which its parameters are those of the formula."""
        raise NotImplementedError

    def of_power(self, power: int) -> str:
        """The growth parameter or random effect that a power of time in a formula stands for."""
        return "slope"

    def unbound_words(self, time: str) -> list[str] | None:
        """The basis in words before the data have been seen; None where `bind` can say it."""
        return None

    @property
    def wave_column(self) -> str | None:
        """The column from which times are read as those of planned occasions; None where times are as observed."""
        return None

    def nominal(self, waves: Any) -> Array:
        """The times at which rows of such waves are evaluated, where there is a `wave_column`."""
        raise NotImplementedError

    def options(self) -> dict[str, Any]:
        """What must be typed to have the same shape from the same data: by default what differs from the defaults."""
        if not is_dataclass(self):
            return {}
        given = {item.name: getattr(self, item.name) for item in fields(self) if item.init}
        return {item.name: given[item.name] for item in fields(self) if item.init and given[item.name] != item.default}


@dataclass(frozen=True)
class BoundShape:
    """A shape with its origin. Subclasses give the curves; times are (n,), values of `columns` (n, c).

    Attributes
    ----------
    origin : float
        The time at which the intercept is read.
    parameters : tuple of str
        Growth parameters, one for each column of the basis.
    columns : tuple of str
        Person-level columns that the basis depends on.
    extra : dict of str to (K,) tuple
        Further random effects that are no growth parameters, each as a combination of them: how much a unit of
        it moves each growth parameter.
    """

    origin: float
    parameters: tuple[str, ...]
    columns: tuple[str, ...] = ()
    extra: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def basis(self, time: Array, values: Array | None = None) -> Array:
        """phi_1(t), ..., phi_K(t): shape (n, K)."""
        raise NotImplementedError

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        """phi_1'(t), ..., phi_K'(t): the instantaneous rates, shape (n, K)."""
        raise NotImplementedError

    def engine_columns(self, time: Array, values: Array | None = None, middle: float = 0.0) -> EngineColumns:
        """The basis columns for the engine; by default themselves, the constant apart.

        `middle` is an observed time in the middle of those that were learned from, about which powers do not cancel.
        """
        basis = self.basis(time, values)
        stored: list[NDArray] = []
        made: list[dict[int, float]] = []
        for k, parameter in enumerate(self.parameters):
            if parameter == "intercept":
                made.append({0: 1.0})
                continue
            stored.append(np.ascontiguousarray(basis[:, k]))
            made.append({len(stored): 1.0})
        for name in self.extra:
            made.append({0: 1.0} if name == "intercept" else self._line(time, stored))
        return EngineColumns(stored, made)

    def _line(self, time: Array, stored: list[NDArray]) -> dict[int, float]:
        """The extra random effect "slope", t - origin, as a stored column of its own."""
        stored.append(time)
        return {0: -self.origin, len(stored): 1.0}

    def effects(self, name: str) -> Array:
        """How a unit of a random effect moves each growth parameter, (K,); zero for covariates."""
        if name in self.extra:
            return np.array(self.extra[name], dtype=np.float64)
        return np.array([float(name == parameter) for parameter in self.parameters])

    @property
    def random_names(self) -> tuple[str, ...]:
        """All that may vary between persons: growth parameters and extra random effects."""
        return (*self.parameters, *self.extra)

    @property
    def rate_names(self) -> tuple[str, ...]:
        """Those that carry change: all but the intercept."""
        return tuple(name for name in self.random_names if name != "intercept")

    @property
    def changes(self) -> bool:
        """Whether there is time, and so change; `Constant` alone has neither."""
        return True

    @property
    def curved(self) -> bool:
        """Whether the rate may change with time."""
        return True

    @property
    def smooth(self) -> bool:
        """Whether there is a rate at a single time."""
        return True

    @property
    def only_at(self) -> tuple[float, ...] | None:
        """The times at which alone the basis is known; None where it is known at every time."""
        return None

    @property
    def occasions(self) -> bool:
        """Whether the parameters are the means of occasions: every row is at one of them, and time is a factor."""
        return False

    def level_one(self, time: str) -> list[str]:
        """The basis in words, one text per growth parameter, for printed equations."""
        raise NotImplementedError

    def words(self, names: Names) -> ShapeWords:
        """What describes a person, and what each growth parameter and extra random effect is, for a reader."""
        found = {name: ParameterWords(name.capitalize(), name, "") for name in self.random_names}
        return ShapeWords("a growth curve", found | ({"intercept": names.start} if "intercept" in found else {}))


def since(time: str, origin: float) -> str:
    """Time from its origin, in words.

    Examples
    --------
    >>> since("day", 0.0), since("day", 3.0), since("day", -1.5)
    ('day', '(day - 3)', '(day + 1.5)')
    """
    if origin == 0:
        return time
    return f"({time} {'-' if origin > 0 else '+'} {abs(origin):g})"


def constant_first(columns: Sequence[Array], n: int) -> Array:
    """The constant and further columns side by side, (n, K)."""
    return np.column_stack([np.ones(n), *columns])
