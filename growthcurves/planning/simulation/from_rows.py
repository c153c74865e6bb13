"""Outcomes that are drawn person by person: random effects and residuals that are not normal, dropout by outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.estimates import Counts, Drawn, Kinds
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import triangular_root
from growthcurves.planning.dropout import Dropout, last_visits
from growthcurves.planning.simulation.distributions import distribution
from growthcurves.planning.simulation.groups import groups_of
from growthcurves.planning.simulation.leaving import Leaving
from growthcurves.planning.simulation.setting import Setting
from growthcurves.planning.study import Study

#: Outcomes that are drawn at once.
AT_ONCE = 1 << 21


@dataclass(frozen=True, eq=False)
class Type:
    """Persons of a group who have the same covariates.

    Attributes
    ----------
    share : float
        Of the persons of the group.
    kinds : tuple of int
        Their kind, by how many visits they are seen.
    visits : tuple of int
    leaving : Leaving
    """

    share: float
    kinds: tuple[int, ...]
    visits: tuple[int, ...]
    leaving: Leaving


class RowOutcomes:
    """Sums of outcomes that are drawn person by person; see `NormalOutcomes`.

    Parameters
    ----------
    kinds : Kinds
    setting : Setting
    truths : Truths
    seed : SeedSequence
    """

    def __init__(self, kinds: Kinds, setting: Setting, truths: Any, seed: np.random.SeedSequence) -> None:
        self.kinds, self.setting, self.truths, self.done = kinds, setting, truths, 0
        self.effects = distribution(setting.method.effects, "effects")
        self.residuals = distribution(setting.method.residuals, "residuals")
        self.rng = np.random.default_rng(seed)
        self.groups = groups_of(setting.design)

    @cached_property
    def most(self) -> int:
        """Studies that may be drawn at once."""
        return max(int(AT_ONCE // (self.setting.study.persons * self.kinds.lengths.max())), 1)

    @cached_property
    def types(self) -> list[list[Type]]:
        """Types of the persons of each group."""
        return [types_of(self.setting, group) for group in self.groups]

    def next(self, count: int) -> Drawn:
        """The next replicates."""
        K, r = len(self.kinds.lengths), self.kinds.r
        out = Drawn(np.zeros((count, K)), np.zeros((count, K, r)), np.zeros((count, K, r, r)), np.zeros(count))
        settings = self.truths.settings
        own = settings if self.truths.one else settings[self.done : self.done + count]
        self.done += count
        roots = np.stack([triangular_root(one.design.levels[0].G) for one in own])
        sds = np.sqrt([one.design.residual.scale for one in own])
        for group, types in zip(self.groups, self.types, strict=True):
            shares = np.array([one.share for one in types])
            which = self.rng.choice(len(types), (count, group.persons), p=shares / shares.sum())
            for place, one in enumerate(types):
                self._add(out, one, which == place, roots, sds)
        return out

    def _add(self, out: Drawn, one: Type, mine: Array, roots: Array, sds: Array) -> None:
        """Add the persons of a type, who are where `mine` (B, n) is true."""
        Z = self.setting.design.arrays_of_kinds[1][one.kinds[-1]]
        owner, _ = np.nonzero(mine)
        root, sd = (roots[0], sds[0]) if len(roots) == 1 else (roots[owner], sds[owner, None])
        z = self.effects(self.rng, (len(owner), Z.shape[1]))
        u = z @ root.T if root.ndim == 2 else (root @ z[..., None])[..., 0]
        e = u @ Z.T + sd * self.residuals(self.rng, (len(owner), len(Z)))
        seen = one.leaving.seen(e, self.rng)
        for kind, visits in zip(one.kinds, one.visits, strict=True):
            self._add_kind(out, kind, owner[seen == visits], e[seen == visits, :visits])

    def _add_kind(self, out: Drawn, kind: int, owner: Array, e: Array) -> None:
        """Add persons of a kind, in the order of their studies."""
        if not len(owner):
            return
        Q, B = self.kinds.bases[kind], len(out.counts)
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        studies, inside, size = owner[first], e @ Q, Q.shape[1]
        out.counts[:, kind] += np.bincount(owner, minlength=B)
        out.sums[studies, kind, :size] += np.add.reduceat(inside, first)
        out.squares[studies, kind, :size, :size] += np.add.reduceat(inside[:, :, None] * inside[:, None, :], first)
        beyond = (e * e).sum(axis=1) - (inside * inside).sum(axis=1)
        out.beyond[studies] += np.add.reduceat(np.maximum(beyond, 0.0), first)


def types_of(setting: Setting, group: Counts) -> list[Type]:
    """Types of the persons of a group, with how they leave."""
    design, kinds = setting.design, setting.design.persons.kinds
    by_values: dict[Any, list[int]] = {}
    for k in group.kinds:
        by_values.setdefault(tuple(sorted(kinds[k].values.items(), key=str)), []).append(k)
    found = []
    for own in by_values.values():
        visits = tuple(len(kinds[k].times) for k in own)
        share = sum(group.shares[group.kinds.index(k)] for k in own)
        arm, schedule = kinds[own[0]].arm, kinds[own[0]].schedule
        times = np.array(design.study.times[arm][schedule].times)
        last = last_visits(design.study.dropout, arm, times)
        found.append(Type(share, tuple(own), visits, leaving_of(design.study, arm, last, design.covariances[own[-1]])))
    total = sum(one.share for one in found)
    return [Type(one.share / total, one.kinds, one.visits, one.leaving) for one in found]


def leaving_of(study: Study, arm: Any, last: Array, V: Array) -> Leaving:
    """How persons leave whose outcomes have this covariance matrix."""
    asked = study.dropout[arm] if isinstance(study.dropout, dict) else study.dropout
    previous, current = (asked.previous, asked.current) if isinstance(asked, Dropout) else (0.0, 0.0)
    return Leaving(tuple(last), previous, current, V)
