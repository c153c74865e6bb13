"""The persons of a picture of trajectories: a sample, coloured by a variable if asked, and single ones in full ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.data.persons_asked import positions_of
from growthcurves.errors import ModelError
from growthcurves.plots.colouring import Colouring, colour_handle, colouring
from growthcurves.plots.figure import Scene
from growthcurves.plots.labels import MOST_DIRECT_LABELS
from growthcurves.plots.people import Groups, Sample, asks_for_ids, groups_of, sample_persons
from growthcurves.plots.style import colour_of, faint, ink, muted

#: Most persons who are named where they are asked for by their ids.
MOST_NAMED = 12

Curves = Callable[[Groups, np.ndarray], pd.DataFrame]


@dataclass(frozen=True)
class Persons:
    """Which persons are asked for: the options that figures of trajectories share.

    Attributes
    ----------
    by, people, rng, color, highlight
        As the options of `Trajectories`.
    """

    by: str | None
    people: Any
    rng: Any
    color: str | None
    highlight: Any

    def groups(self, panel: Panel) -> Groups:
        """The groups, after a look at whether the options go together."""
        if self.by is not None and self.color is not None:
            raise ModelError("by= colours the groups already: give by= or color=, not both.")
        return groups_of(panel, self.by)

    def rows(self, panel: Panel, groups: Groups, part: str, curves: Curves) -> Scene:
        """The lines as parts (`part` and "highlighted"): columns part, group, id, time, value, colour.

        `curves` gives the lines of persons. The texts are those of the key.
        """
        sample, named = self._drawn(panel, groups)
        marked = np.concatenate([named, np.setdiff1d(positions_of(panel, self.highlight), named)])
        if len(marked) - len(named) > MOST_DIRECT_LABELS:
            raise ModelError(f"highlight= names {len(marked)} persons; a picture names at most {MOST_DIRECT_LABELS}.")
        shown = None if self.color is None else colouring(panel, self.color)
        lines = curves(groups, np.setdiff1d(sample.persons, marked)).assign(part=part)
        named = pd.concat([curves(groups, marked[[place]]) for place in range(len(marked))] or [lines.iloc[:0]])
        frame = pd.concat([lines, named.assign(part="highlighted")], ignore_index=True)
        frame["colour"] = None if shown is None else _colours(panel, shown, frame["id"])
        texts = {"note": _note(sample, part), "colours": () if shown is None else shown.entries}
        return Scene(frame, texts | {"chosen": len(named) > 0 and self.color is None and len(groups.labels) == 1})

    def _drawn(self, panel: Panel, groups: Groups) -> tuple[Sample, np.ndarray]:
        """The persons who are drawn, and those of them who are named: a few who were asked for by their ids."""
        if not asks_for_ids(self.people):
            return sample_persons(groups, self.people, self.rng), np.zeros(0, dtype=int)
        positions = list(dict.fromkeys(positions_of(panel, self.people).tolist()))
        chosen = np.array(positions, dtype=int)
        note = f"one {groups.who.one}" if len(chosen) == 1 else f"{len(chosen):,} {groups.who.several}"
        return Sample(chosen, note), chosen if len(chosen) <= MOST_NAMED else chosen[:0]


def of_points(texts: dict[str, Any]) -> dict[str, Any]:
    """The texts, with whose points are drawn where the values of persons are points and no lines of persons."""
    return texts | {"note": f"{texts['occasions']} of {texts['note']}"} if texts["dots"] else texts


def sample_keys(scene: Scene) -> list[Any]:
    """Handles of the key for the lines of persons and their colours."""
    from matplotlib.lines import Line2D

    frame, texts = scene
    if not frame["part"].isin(["observed", "eb"]).any():
        return []
    look: dict[str, Any] = {"linestyle": "", "marker": "."} if texts["dots"] else {"linewidth": 0.8}
    key: list[Any] = [Line2D([], [], color=faint(), label=texts["note"], **look)]
    return [*key, *(colour_handle(label, colours) for label, colours in texts["colours"])]


def mean_colour(texts: dict[str, Any]) -> str:
    """Colour that stands for means in the key: ink among coloured persons, grey for groups."""
    if texts["colours"]:
        return ink()
    return colour_of(0) if len(texts["groups"]) == 1 else muted()


def _colours(panel: Panel, shown: Colouring, ids: pd.Series) -> np.ndarray:
    place = pd.Index(np.asarray(panel.persons.labels, dtype=object)).get_indexer(pd.Index(ids, dtype=object))
    return shown.colours[place]


def _note(sample: Sample, part: str) -> str:
    return sample.note if part == "observed" else f"{sample.note}, empirical Bayes"
