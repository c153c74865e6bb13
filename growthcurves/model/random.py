"""Which growth parameters (and covariates) vary between persons, and which of them may be correlated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from growthcurves.data.backticks import quoted
from growthcurves.data.joined import name_of
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import several, shown_value


class Diagonal(tuple):
    """Growth parameters that vary between persons without covariances.

    Parameters
    ----------
    *names : str
        Growth parameters or covariates.

    Examples
    --------
    >>> Diagonal("intercept", "slope")
    Diagonal('intercept', 'slope')
    """

    def __new__(cls, *names: str) -> Diagonal:
        if not all(isinstance(name, str) for name in names):
            raise ModelError("Diagonal takes names of what varies between persons, such as 'intercept' and 'slope'.")
        return super().__new__(cls, names)

    def __getnewargs__(self) -> tuple:
        return tuple(self)

    def __repr__(self) -> str:
        return f"Diagonal({', '.join(map(repr, self))})"


class Crossed(tuple):
    """What varies between units that cross persons: pupils who change school, raters, items.

    Parameters
    ----------
    *names : str
        Growth parameters or covariates; or one `Diagonal` of them.

    Notes
    -----
    A person's rows may lie in several units, and units of several such columns in one another in any way. In a formula
    the data tell: ``(1 | primary) + (1 | secondary)`` is crossed where pupils of one primary school go to several
    secondary schools. See Raudenbush (1993) on crossed random effects.

    Examples
    --------
    >>> from growthcurves.model.growth import GrowthModel
    >>> GrowthModel("y", "wave", "pupil", levels={"teacher": Crossed("intercept")}).levels["teacher"].crossed
    True
    """

    def __new__(cls, *names: Any) -> Crossed:
        inner = names[0] if len(names) == 1 and isinstance(names[0], Diagonal) else names
        if not inner or not all(isinstance(name, str) for name in inner):
            raise ModelError("Crossed takes names of what varies between units, such as gc.Crossed('intercept').")
        found = super().__new__(cls, inner)
        found.diagonal = isinstance(inner, Diagonal)
        return found

    diagonal: bool

    def __getnewargs__(self) -> tuple:
        return (Diagonal(*self),) if self.diagonal else tuple(self)

    def __repr__(self) -> str:
        names = repr(Diagonal(*self)) if self.diagonal else ", ".join(map(repr, self))
        return f"Crossed({names})"


@dataclass(frozen=True, init=False, repr=False)
class ByGroup:
    """Random effects whose covariance matrix is one of its own in every group of persons: SAS's GROUP=.

    Parameters
    ----------
    by : str or list of str
        A column of categories that does not change within persons, such as the arm; several make one.
    *names : str
        Growth parameters or covariates; or one `Diagonal` of them.

    Raises
    ------
    ModelError
        Where nothing is named.

    Notes
    -----
    A person has the random effects of the own group alone: u_i ~ N(0, G_g) for persons i of group g. It is short for
    random effects of products with the group, ``random=("intercept:arm", "slope:arm")``; in a formula
    ``(0 + arm + arm:week | id)``. Whether arms differ in how much their persons differ is `gc.compare` with the model
    of one G for all (see Verbeke and Molenberghs 2000, section 3.3, on covariance structures that depend on groups).

    Examples
    --------
    >>> import growthcurves as gc
    >>> trial = gc.load_dataset("trial")
    >>> model = gc.GrowthModel("depression", "week", "patient", predictors="arm",
    ...                        random=gc.ByGroup("arm", "intercept", "slope"))
    >>> gc.fit(model, trial).random_names
    ('intercept:arm[placebo]', 'slope:arm[placebo]', 'intercept:arm[drug]', 'slope:arm[drug]')
    """

    by: str
    inner: tuple[str, ...] | Diagonal

    def __init__(self, by: str | list[str], *names: Any) -> None:
        by = name_of(by, "by") if isinstance(by, (list, tuple)) else by
        inner = names[0] if len(names) == 1 and isinstance(names[0], Diagonal) else names
        if not inner or not all(isinstance(name, str) for name in (by, *inner)):
            raise ModelError(
                "ByGroup takes a column of groups and what varies between persons, such as "
                "gc.ByGroup('arm', 'intercept', 'slope')."
            )
        object.__setattr__(self, "by", by)
        object.__setattr__(self, "inner", inner)

    def __repr__(self) -> str:
        inner = [self.inner] if isinstance(self.inner, Diagonal) else self.inner
        return f"ByGroup({', '.join(map(repr, (self.by, *inner)))})"

    @property
    def products(self) -> tuple[str, ...] | Diagonal:
        """The same as random effects of products with the group."""
        names = [f"{name}:{quoted(self.by)}" for name in self.inner]
        return Diagonal(*names) if isinstance(self.inner, Diagonal) else tuple(names)


@dataclass(frozen=True)
class RandomPart:
    """The random effects in blocks: covariances are free within a block and zero between blocks.

    Attributes
    ----------
    blocks : tuple of tuples of str
    by : str, optional
        The column of groups of persons whose covariances are their own (`ByGroup`).
    units : tuple of (str, int)
        Whose they are where units above persons have some: unit and number, persons first. Those of units above are
        called by what varies and the unit, "slope|school".
    crossed : bool
        Whether they are of units that cross persons.
    """

    blocks: tuple[tuple[str, ...], ...]
    by: str | None = field(default=None, compare=False, repr=False)
    units: tuple[tuple[str, int], ...] = ()
    crossed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for block in self.blocks for name in block)

    @property
    def positions(self) -> tuple[tuple[int, ...], ...]:
        """The blocks as positions in `names`."""
        place = {name: i for i, name in enumerate(self.names)}
        return tuple(tuple(place[name] for name in block) for block in self.blocks)

    @property
    def unit_of(self) -> dict[str, str]:
        """Whose each random effect is, "person" or the column of the units above."""
        counts = self.units or (("person", len(self.names)),)
        owners = [unit for unit, count in counts for _ in range(count)]
        return dict(zip(self.names, owners, strict=True))

    @property
    def own_names(self) -> dict[str, str]:
        """What varies of each random effect, without the unit."""
        units = self.unit_of
        return {name: name if units[name] == "person" else name.removesuffix(f"|{units[name]}") for name in self.names}

    def stacked(self, levels: Mapping[str, RandomPart]) -> RandomPart:
        """These random effects of persons, then those of each level above them."""
        blocks, units = list(self.blocks), [("person", len(self.names))]
        for unit, part in levels.items():
            blocks += [tuple(f"{name}|{unit}" for name in block) for block in part.blocks]
            units.append((unit, len(part.names)))
        return RandomPart(tuple(blocks), self.by, tuple(units) if levels else ())

    def together(self, *names: str) -> bool:
        """Whether these random effects are in one block, so that they may be correlated."""
        return any(set(names) <= set(block) for block in self.blocks)


def crosses(levels: Mapping[str, RandomPart]) -> bool:
    """Whether units cross persons; those that do not are then taken as the others are."""
    return any(part.crossed for part in levels.values())


def random_part(value: Iterable[str] | RandomPart | str) -> RandomPart:
    """The random effects from what a user may write.

    Raises
    ------
    ModelError
        When a name stands twice.
    """
    if isinstance(value, RandomPart):
        part = value
    elif isinstance(value, ByGroup):
        part = replace(random_part(value.products), by=value.by)
    elif isinstance(value, Crossed):
        part = replace(random_part(Diagonal(*value) if value.diagonal else tuple(value)), crossed=True)
    elif isinstance(value, Diagonal):
        part = RandomPart(tuple((name,) for name in value))
    else:
        names = tuple(several(value))
        if isinstance(value, Mapping) or not all(isinstance(name, str) for name in names):
            such = "random= takes names of what varies between persons, such as ('intercept', 'slope')"
            raise ModelError(f"{such}, not {shown_value(value)}.")
        part = RandomPart((names,) if names else ())
    twice = {name for name in part.names if part.names.count(name) > 1}
    if twice:
        raise ModelError(f"{sorted(twice)[0]!r} stands twice among the random effects.")
    return part
