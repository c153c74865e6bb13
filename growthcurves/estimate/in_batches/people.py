"""What is kept of persons whose rows are gone: in memory while it is little, else read again when an answer asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import raw_array
from growthcurves.data.levels import united
from growthcurves.data.person_ends import ends_of_persons
from growthcurves.data.persons import plain_ids
from growthcurves.data.sources.scratch import Scratch
from growthcurves.data.sources.spool import Pile
from growthcurves.engine.build import Nesting, PersonMoments
from growthcurves.model.person_level import person_level
from growthcurves.model.recipe import BoundRows

#: Bytes of persons that stay in memory; of more, rows are read again, and they are written to a temporary file.
IN_MEMORY = 256 << 20


@dataclass(frozen=True, eq=False)
class Piece:
    """The persons of one batch.

    Attributes
    ----------
    moments : PersonMoments
        Without labels.
    columns : dict
        By name what there is of each person: "labels", "sizes", "last" (time), "first" (time as the table has it),
        "weight" and its number, "shape", "random", and person-level columns of the table, (N, ...) each.
    """

    moments: PersonMoments
    columns: dict[Any, Any]

    @classmethod
    def of(cls, bound: BoundRows, moments: PersonMoments, table: Sequence[str]) -> Piece:
        """Those of the rows of one batch, with person-level columns of the table."""
        panel, level = bound.panel, person_level(bound.panel)
        columns: dict[Any, Any] = {"labels": panel.persons.labels, "sizes": panel.persons.sizes}
        columns |= {("weight", number): weight for number, weight in enumerate(bound.weights)}
        columns |= {"shape": bound.shape_values, "random": bound.random_weights}
        columns |= {("table", name): level.value(name) for name in table}
        if panel.time is not None:
            columns["last"] = ends_of_persons(panel)[1]
        if panel.derived and panel.clock.firsts is not None:
            columns["first"] = panel.clock.firsts
        return cls(replace(moments, labels=None), columns)

    @property
    def bytes(self) -> int:
        """How much it is, about."""
        small = sum(getattr(one, "nbytes", 0) for one in self.columns.values())
        return int(self.moments.gram.nbytes + self.moments.weights.nbytes + small)


@dataclass
class People:
    """The persons of all batches: kept as rows are summed, or read again where an answer asks for them.

    Attributes
    ----------
    pieces : list of Piece
        Those in memory.
    bytes : int
        How much they all are, about.
    rows : int or None
        Of how many rows they will be, where that is known.
    read : callable or None
        Gives the persons of all batches again, as `People`.
    """

    pieces: list[Piece] = field(default_factory=list)
    bytes: int = 0
    rows: int | None = None
    read: Callable[[], People] | None = None
    _foreseen: int = 0
    _piles: dict[str, Pile] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)
    _names: list[Any] = field(default_factory=list)

    @property
    def many(self) -> bool:
        """Whether they are too many to be kept in memory."""
        return max(self.bytes, self._foreseen) > IN_MEMORY

    def see(self, piece: Piece) -> None:
        """Keep the persons of one more batch as long as they are few; none of many, so far as that can be foreseen."""
        self.bytes += piece.bytes
        if self.rows is not None:
            self._foreseen = self.rows * piece.bytes // int(piece.columns["sizes"].sum())
        self.pieces = [] if self.many else [*self.pieces, piece]

    def ask(self) -> None:
        """Read the persons again, where they were not kept."""
        if self.read is not None and not self.pieces and not self._piles:
            found = self.read()
            self.pieces, self._piles, self._names = found.pieces, found._piles, found._names

    def add(self, piece: Piece) -> None:
        """Hold the persons of one more batch, in memory, or in temporary files where they are many."""
        self.bytes += piece.bytes
        if not self._piles and not self.many:
            self.pieces.append(piece)
            return
        if not self._piles:
            self._piles = {"moments": Pile(Scratch(), "moments")}
        for waiting in [*self.pieces, piece]:
            self._write(waiting)
        self.pieces = []

    def __reduce__(self) -> Any:
        """Persons who travel, to another process, are all in memory: temporary files do not."""
        self.ask()
        return People, (list(self._whole_pieces()) if self._piles else self.pieces, self.bytes)

    def _whole_pieces(self) -> Iterator[Piece]:
        for moments, *values in zip(*(self._pile(str(name)) for name in ("moments", *self._names)), strict=True):
            yield Piece(moments[0], dict(zip(self._names, values, strict=True)))

    def _write(self, piece: Piece) -> None:
        found, self._names = piece.moments, list(piece.columns)
        self._pile("moments").add((found, found.nesting))
        for name, values in piece.columns.items():
            self._pile(str(name)).add(values)

    def _pile(self, name: str) -> Pile:
        if name not in self._piles:
            scratch = self._piles["moments"].scratch
            self._piles[name] = Pile(scratch, f"column-{len(self._piles)}")
        return self._piles[name]

    def moments(self) -> PersonMoments:
        """Cross-products of all persons, with their labels."""
        self.ask()
        pieces = [one for one, _ in self._pile("moments")] if self._piles else [one.moments for one in self.pieces]
        return replace(PersonMoments.joined(pieces), labels=np.asarray(self.labels()))

    def nesting(self) -> Nesting | None:
        """The units above all persons."""
        return self.moments().nesting

    def labels(self) -> Any:
        return self.column("labels")

    def column(self, name: Any) -> Any:
        """What there is of each person by name, (N, ...)."""
        self.ask()
        if name not in self._known:
            parts = self._pile(str(name)) if self._piles else (piece.columns[name] for piece in self.pieces)
            self._known[name] = together(list(parts))
        return self._known[name]

    def has(self, name: Any) -> bool:
        """Whether there is such a thing."""
        self.ask()
        return str(name) in self._piles if self._piles else bool(self.pieces) and name in self.pieces[0].columns

    def table(self, names: Sequence[str]) -> pd.DataFrame:
        """Person-level columns of the table, one row per person."""
        return pd.DataFrame({name: self.column(("table", name)) for name in names})


class Weights(Sequence[np.ndarray]):
    """Weights of all persons, each read where it is asked for."""

    def __init__(self, people: People, count: int) -> None:
        self._people, self._count = people, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(self._count))]
        number = range(self._count)[place]
        return self._people.column(("weight", number))


def together(parts: list[Any]) -> Any:
    """What there is of the persons or rows of each batch, as one."""
    if isinstance(parts[0], pd.DataFrame):
        return pd.concat(parts, ignore_index=True)
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate(parts)
    found = united(parts)
    return found if isinstance(found, pd.Categorical) else plain_ids(raw_array(pd.DataFrame({"x": found}), "x"))
