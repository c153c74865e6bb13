"""What residual structures of the package have in common: options, what they learn from the data, values.

A structure is sigma^2 times a relative covariance matrix, which its working parameters say. They are written so that
they can be complex numbers and have leading axes: derivatives are exact by one complex step (Squire and Trapp 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import numpy as np

from growthcurves.contracts.parameters import INFINITY, Array, Occasions, Parameter
from growthcurves.errors import ModelError, brief, is_name

#: Step of a complex derivative: its square is lost in rounding.
COMPLEX_STEP = 1e-40
#: Step of differences of first derivatives.
DIFFERENCE = 1e-4
#: The most waves of a structure that counts them.
MOST_WAVES = 100


class Facts(Protocol):
    """What a structure asks of the data that it is fitted to."""

    @property
    def most(self) -> int:
        """The most occasions of any person."""
        ...

    @property
    def typical(self) -> float:
        """The median distance of a person's neighbouring occasions."""
        ...

    def waves(self) -> tuple[str, Sequence[Any], Sequence[float]]:
        """The column of the planned occasions, what it says in order, and their typical times."""
        ...

    def levels(self, column: str) -> Sequence[Any]:
        """The levels of a column, the reference first."""
        ...

    def shares(self, column: str, levels: Sequence[Any]) -> Sequence[float]:
        """The share of persons in each level of a column of persons."""
        ...

    def refuse_varying(self, column: str) -> None:
        """Refuse a column that varies within a person."""
        ...

    def positive(self, column: str | None) -> None:
        """Refuse a column (the time without) of which a value is not above zero."""
        ...


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A residual covariance structure; see `contracts.parameters.Residual`.

    Attributes
    ----------
    by : str or None
        A column of persons: every level of it has parameters of its own.
    wave : str or None
        The column of the planned occasions; learned from the data.
    waves : tuple or None
        What it says, in order; learned.
    times : tuple or None
        The typical time of each planned occasion; learned.
    groups : tuple or None
        Levels of `by`; learned.
    shares : tuple or None
        Share of the persons in each of them; learned.
    most : int or None
        The most occasions of any person; learned.
    typical : float or None
        The median distance of a person's neighbouring occasions; learned.
    scale : float or array
        sigma^2.
    start : tuple or array of (..., k) or None
        The working parameters: where a search starts, or where one has come to.
    """

    by: Any = None
    wave: str | None = field(default=None, repr=False)
    waves: Any = field(default=None, repr=False)
    times: Any = field(default=None, repr=False)
    groups: Any = field(default=None, repr=False)
    shares: Any = field(default=None, repr=False)
    most: int | None = field(default=None, repr=False)
    typical: float | None = field(default=None, repr=False)
    scale: Any = field(default=1.0, repr=False)
    start: Any = field(default=None, repr=False)

    name = ""
    #: The structure in an equation.
    text = ""
    #: Names of structures that are special cases inside its range.
    contains: ClassVar[frozenset[str]] = frozenset({"independent"})
    #: Whether it counts planned occasions.
    counts_waves = False
    #: Whether it counts time.
    counts_time = False
    #: Whether every covariance of waves is free, so that few persons could be fitted perfectly.
    saturated = False
    #: Whether it is linear in variances and covariances: which of its parameters are natural is then no question.
    linear = False
    #: Whether two rows of one person at one time have a meaning.
    repeats = False

    def __post_init__(self) -> None:
        for option in ("by", "wave", "of"):
            given = getattr(self, option, None)
            several = option == "by" and isinstance(given, (list, tuple)) and len(given) > 0
            names: list[Any] = list(given or ()) if several else [given]  # the model makes one column of several
            if not all(map(is_name, names)):
                raise ModelError(f"{option}= needs the name of a column, not {brief(getattr(self, option))}.")
        for option in ("waves", "times", "groups", "shares", "levels"):
            if not hasattr(self, option):
                continue
            value = getattr(self, option)
            if value is not None and not isinstance(value, (tuple, list)):
                raise ModelError(f"{option}= of a residual structure is learned from the data: leave it out.")
            object.__setattr__(self, option, None if value is None else tuple(value))
        if not (self.start is None or isinstance(self.start, np.ndarray) or _are_numbers(self.start)):
            raise ModelError(f"start= of a residual structure is a tuple of numbers, not {brief(self.start)}.")
        self._refuse_other_lengths()

    def _refuse_other_lengths(self) -> None:
        """Refuse values to begin from that are not as many as its working parameters, once it has learned these."""
        if self.most is None or not isinstance(self.start, (tuple, list)):
            return
        if len(self.start) != (needed := len(self._started())):
            raise ModelError(f"start= of residual={self.name!r} is {needed} numbers here, not {len(self.start)}.")

    @property
    def words(self) -> str:
        """The residual's line in the level equations."""
        return self.text + (f", for each {self.by} its own" if self.by is not None else "")

    # ------------------------------------------------ what it learns

    def learned(self, facts: Facts) -> Structure:
        """The structure with what it takes from the data as part of its value.

        Raises
        ------
        ModelError
            For a column that it cannot use.
        """
        found = self
        if self.counts_waves and self.waves is None:
            wave, waves, times = facts.waves()
            if len(waves) > MOST_WAVES:
                raise ModelError(
                    f"residual={self.name!r} counts planned occasions, and {wave!r} has {len(waves)} different "
                    f"values: name the column of the planned occasion with wave=, or take 'car1', which counts time."
                )
            found = replace(found, wave=wave, waves=tuple(waves), times=tuple(times))
        if self.by is not None and self.groups is None:
            facts.refuse_varying(self.by)
            groups = tuple(facts.levels(self.by))
            found = replace(found, groups=groups, shares=tuple(facts.shares(self.by, groups)))
        found = replace(found, most=facts.most, typical=facts.typical)
        return found if found.start is not None else replace(found, start=found._started())

    @property
    def only_at(self) -> tuple[float, ...] | None:
        """Times at which residuals are known where these are not all: those of the planned occasions."""
        return self.times if self.counts_waves else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that it reads, besides time and waves."""
        return () if self.by is None else (self.by,)

    def _started(self) -> tuple[float, ...]:
        own = self._begin()
        return own + (0.0, *own) * (len(self.groups or (0,)) - 1)

    # ------------------------------------------------ values

    @property
    def working(self) -> Array:
        return np.asarray(self._started() if self.start is None else self.start)

    def starts(self) -> list[Array]:
        """Working parameters at which searches may begin."""
        return [self.working]

    def moved(self, scale: Any, working: Array) -> Structure:
        return replace(self, scale=scale, start=working)

    def parameters(self) -> tuple[Parameter, ...]:
        if self.groups is None:
            return tuple(self._named(""))
        return tuple(one for group in self.groups for one in self._named(str(group)))

    def values(self) -> tuple[Any, ...]:
        return tuple(
            value for ratio, own in self._by_group() for value in self._natural(np.sqrt(self.scale * ratio), own)
        )

    def _by_group(self) -> list[tuple[Any, Array]]:
        """Variance relative to that of the first group, and working parameters, of every group."""
        k, working = len(self._begin()), self.working
        found = [(1.0, working[..., :k])]
        for group in range(1, len(self.groups or (0,))):
            first = k + (group - 1) * (k + 1)
            found.append((np.exp(working[..., first]), working[..., first + 1 : first + 1 + k]))
        return found

    # ------------------------------------------------ matrices

    def matrix(self, rows: Occasions, columns: Occasions | None = None) -> Array:
        """Covariance of the residuals of one person's occasions, or of two sets of them.

        Occasions may have leading axes, of persons with as many occasions, (..., n). Where they say no group it is the
        mean over groups, as many persons as each has.
        """
        if self.groups is None:
            return self.scale * self._relative(self.working, rows, columns)
        return self._of_groups(rows, columns)

    def _of_groups(self, rows: Occasions, columns: Occasions | None) -> Array:
        parts = [
            self.scale * np.asarray(ratio)[..., None, None] * self._relative(own, rows, columns)
            for ratio, own in self._by_group()
        ]
        if rows.group is None:
            return sum(share * part for share, part in zip(self.shares or (), parts, strict=True))
        out = np.full_like(parts[0], np.nan)
        for group, part in enumerate(parts):
            out = np.where((rows.group[..., :, None] == group), part, out)
        return out

    def variance(self, at: Occasions | None = None) -> Any:
        """Variances at occasions; without, the mean over waves (and groups) where it depends on them."""
        if at is not None:
            return np.diagonal(self.matrix(at), axis1=-2, axis2=-1)
        return np.mean([self.scale * ratio * self._mean_variance(own) for ratio, own in self._by_group()], axis=0)

    def derivatives(self, rows: Occasions) -> Array:
        """Derivatives of the matrix in the working parameters, (k, ..., n, n)."""
        working, n = self.working, rows.time.shape[-1]
        if not len(working):
            return np.zeros((0, *rows.time.shape, n))
        stepped = working + 1j * COMPLEX_STEP * np.eye(len(working))
        if rows.time.ndim == 1:  # all at once
            return np.broadcast_to(self._with(stepped).matrix(rows).imag / COMPLEX_STEP, (len(working), n, n))
        return np.stack([self._with(one).matrix(rows).imag / COMPLEX_STEP for one in stepped])

    def curvature(self, M: Array, rows: Occasions) -> Array:
        """Second derivatives of tr(M R) in the working parameters, (k, k), for symmetric M (..., n, n).

        They are central differences of the exact first ones.
        """
        working, found = self.working, []
        for step in DIFFERENCE * np.eye(len(working)):
            change = self._with(working + step).derivatives(rows) - self._with(working - step).derivatives(rows)
            found.append(change.reshape(len(working), -1) @ M.reshape(-1) / (2.0 * DIFFERENCE))
        both = np.array(found).reshape(len(working), len(working))
        return (both + both.T) / 2.0

    def _with(self, working: Array) -> Structure:
        return replace(self, start=working)

    # ------------------------------------------------ what each structure says

    def _begin(self) -> tuple[float, ...]:
        """Working parameters of one group where a search begins."""
        raise NotImplementedError

    def _named(self, group: str) -> list[Parameter]:
        """Natural parameters of one group; its name is empty where there are no groups."""
        raise NotImplementedError

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        """Their values, from the SD that multiplies the structure and its working parameters."""
        raise NotImplementedError

    def _relative(self, own: Array, rows: Occasions, columns: Occasions | None) -> Array:
        """The matrix of scale one from the working parameters (..., k) of one group."""
        raise NotImplementedError

    def _mean_variance(self, own: Array) -> Any:
        return 1.0


def _are_numbers(values: Any) -> bool:
    """Whether these are finite numbers one after the other."""
    plain = isinstance(values, (tuple, list)) and all(isinstance(value, (int, float)) for value in values)
    return plain and bool(np.isfinite(np.array(values, dtype=float)).all())


def residual_sd(*where: str) -> Parameter:
    """The SD of residuals, of an occasion or a group where these are named."""
    return Parameter(_named("sd:residual", where), "residual", "sd", 0.0, INFINITY)


def correlation(name: str, *where: str, low: float = -1.0) -> Parameter:
    """A correlation of residuals."""
    return Parameter(_named(name, where), "residual", "correlation", low, 1.0)


def _named(name: str, where: tuple[str, ...]) -> str:
    inside = ",".join(part for part in where if part)
    return f"{name}[{inside}]" if inside else name


def level_name(value: Any) -> str:
    """A wave or level as names of parameters have it."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def logistic(value: Array) -> Array:
    """1 / (1 + exp(-x)), of complex numbers too."""
    return 1.0 / (1.0 + exponential(-value))


def exponential(value: Array) -> Array:
    """exp(x), of complex numbers too; above exp(300) it is that, so that what it multiplies stays a number."""
    return np.exp(value - np.maximum(np.real(value) - 300.0, 0.0))


def as_matrices(value: Array) -> Array:
    """A parameter (...) as it stands beside matrices (..., n, n)."""
    return np.asarray(value)[..., None, None]


def distances(rows: Occasions, columns: Occasions | None) -> Array:
    """Distances in time, (..., n, m)."""
    other = rows if columns is None else columns
    return np.abs(rows.time[..., :, None] - other.time[..., None, :])


def same_rows(rows: Occasions, columns: Occasions | None) -> Array:
    """One where a row meets itself: an error of measurement belongs to a row, (n, m)."""
    n = rows.time.shape[-1]
    return np.eye(n) if columns is None else np.zeros((n, columns.time.shape[-1]))
