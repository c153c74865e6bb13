"""Which growth parameters (and covariates) vary between persons, and which of them may be correlated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from growthcurves.errors import ModelError


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
        return super().__new__(cls, names)

    def __getnewargs__(self) -> tuple:
        return tuple(self)

    def __repr__(self) -> str:
        return f"Diagonal({', '.join(map(repr, self))})"


@dataclass(frozen=True)
class RandomPart:
    """The random effects in blocks: covariances are free within a block and zero between blocks.

    Attributes
    ----------
    blocks : tuple of tuples of str
    """

    blocks: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for block in self.blocks for name in block)

    @property
    def positions(self) -> tuple[tuple[int, ...], ...]:
        """The blocks as positions in `names`."""
        place = {name: i for i, name in enumerate(self.names)}
        return tuple(tuple(place[name] for name in block) for block in self.blocks)

    def together(self, *names: str) -> bool:
        """Whether these random effects are in one block, so that they may be correlated."""
        return any(set(names) <= set(block) for block in self.blocks)


def random_part(value: Iterable[str] | RandomPart | str) -> RandomPart:
    """The random effects from what a user may write.

    Raises
    ------
    ModelError
        When a name stands twice.
    """
    if isinstance(value, RandomPart):
        part = value
    elif isinstance(value, Diagonal):
        part = RandomPart(tuple((name,) for name in value))
    else:
        names = (value,) if isinstance(value, str) else tuple(value)
        part = RandomPart((names,) if names else ())
    twice = {name for name in part.names if part.names.count(name) > 1}
    if twice:
        raise ModelError(f"{sorted(twice)[0]!r} stands twice among the random effects.")
    return part
