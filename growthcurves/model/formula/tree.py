"""The tree of a formula: terms of factors, factors that are columns or expressions. Immutable; nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from growthcurves.data.backticks import quoted

# ------------------------------------------------------------------ expressions


@dataclass(frozen=True)
class Number:
    """A number, and how it is written."""

    value: float
    text: str


@dataclass(frozen=True)
class Literal:
    """A text, True, False or None."""

    value: Any


@dataclass(frozen=True)
class Name:
    """A column of the table."""

    column: str


@dataclass(frozen=True)
class Reference:
    """A function or constant that is named, not called: contr.sum, np.pi."""

    name: str


@dataclass(frozen=True)
class Items:
    """A list or a tuple."""

    items: tuple[Node, ...]
    square: bool = True


@dataclass(frozen=True)
class Unary:
    sign: str
    inside: Node


@dataclass(frozen=True)
class Chain:
    """Operations from left to right: the first operand, then (sign, operand)."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Call:
    """A function's call; `position` numbers the calls of an expression, so that each keeps its own state."""

    function: str
    arguments: tuple[Node, ...]
    options: tuple[tuple[str, Node], ...] = ()
    position: int = 0


Node = Number | Literal | Name | Reference | Items | Unary | Chain | Call


def walk(node: Node) -> Iterator[Node]:
    """A node and all nodes below it."""
    yield node
    for inner in _below(node):
        yield from walk(inner)


def _below(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Call):
        return (*node.arguments, *(value for _, value in node.options))
    if isinstance(node, Chain):
        return (node.first, *(value for _, value in node.rest))
    if isinstance(node, Items):
        return node.items
    return (node.inside,) if isinstance(node, Unary) else ()


# ------------------------------------------------------------------ factors and terms


@dataclass(frozen=True)
class Column:
    """A factor that is a column of the table."""

    name: str

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((self.name,))

    @property
    def written(self) -> tuple[str, ...]:
        """The columns in the order in which they are written."""
        return (self.name,)

    @property
    def calls(self) -> frozenset[str]:
        return frozenset()

    @property
    def label(self) -> str:
        """What names of terms say."""
        return self.name

    def __str__(self) -> str:
        return quoted(self.name)


@dataclass(frozen=True)
class Expression:
    """A factor that is computed.

    Attributes
    ----------
    label : str
        The expression in uniform spelling.
    node : Node
    columns, calls : frozenset of str
        Columns and functions that it uses.
    """

    label: str
    node: Node
    columns: frozenset[str]
    calls: frozenset[str]

    @property
    def written(self) -> tuple[str, ...]:
        """The columns in the order in which they are written."""
        return tuple(dict.fromkeys(node.column for node in walk(self.node) if isinstance(node, Name)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.node == other.node

    def __hash__(self) -> int:
        return hash(("expression", self.label))

    def __str__(self) -> str:
        called = isinstance(self.node, Call)
        return self.label if called else f"{{{self.label}}}"


Factor = Column | Expression


@dataclass(frozen=True, eq=False)
class Term:
    """A product of factors; the empty product is the constant. Equal whatever the order of its factors.

    Attributes
    ----------
    factors : tuple of Factor
    scale : Number or None
        A number that the product is multiplied with.
    """

    factors: tuple[Factor, ...]
    scale: Number | None = None

    @cached_property
    def key(self) -> tuple[frozenset[Factor], float]:
        return frozenset(self.factors), 1.0 if self.scale is None else self.scale.value

    @property
    def columns(self) -> frozenset[str]:
        """All columns that the term uses."""
        return frozenset().union(*(factor.columns for factor in self.factors))

    @property
    def label(self) -> str:
        """The term as names of columns say it."""
        return ":".join(factor.label for factor in self.factors)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Term) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        scale = [] if self.scale is None else [self.scale.text]
        return ":".join([*scale, *map(str, self.factors)]) or "1"


CONSTANT = Term(())


@dataclass(frozen=True)
class Formula:
    """The right side of a formula: terms in the order in which they are written, and whether there is an intercept.

    Two are equal when they have the same terms.
    """

    terms: tuple[Term, ...]
    intercept: bool

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that it uses, as they are written."""
        return tuple(dict.fromkeys(column for factor in self.factors for column in factor.written))

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Each factor once."""
        return tuple(dict.fromkeys(factor for term in self.terms for factor in term.factors))

    @property
    def calls(self) -> frozenset[str]:
        """The functions that it calls."""
        return frozenset().union(*(factor.calls for factor in self.factors))

    def __str__(self) -> str:
        return " + ".join(["1" if self.intercept else "0", *map(str, self.terms)])


MEAN = Formula((), True)
NOTHING = Formula((), False)
