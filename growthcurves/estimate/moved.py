"""Persons of whom few have rows in several units: moved, or an error of the table, that decides how units lie."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.frame import raw_array
from growthcurves.data.source import show_id
from growthcurves.data.vocabulary import vocabulary
from growthcurves.model.recipe import BoundRows

#: Few enough of all persons to be exceptions.
FEW = 0.05


def moved_notes(bound: BoundRows) -> Iterable[Note]:
    """Who makes units cross persons where nearly nobody does, and whose id was taken for several persons."""
    panel, words = bound.panel, vocabulary(bound.panel)
    persons = panel.persons
    for unit, (codes, _) in zip(bound.model.above, bound.crossed, strict=False):
        several = _in_several(persons.codes, codes)
        if 0 < len(several) <= FEW * persons.count:
            text = (
                "{some} of {count} persons (such as {who}) have rows in several units of {unit!r}, which therefore "
                "cross persons in this model; if that is an error of the table, correct it: persons then lie in {unit}."
            )
            yield Note(NoteKind.MOVED, words.told(
                text, some=len(several), count=persons.count, who=show_id(persons.labels[several[0]]), unit=unit
            ))  # fmt: skip
    parts = str(panel.id).split(", ")
    if not bound.units or len(parts) == 1 or not set(parts) <= set(map(str, panel.frame.columns)):
        return
    codes, labels = pd.factorize(raw_array(panel.frame, parts[-1]))
    several = _in_several(codes, persons.codes)
    if 0 < len(several) <= FEW * len(labels):
        text = (
            "{some} of {count} values of {id!r} (such as {who}) occur in several units of {above}, and are taken for "
            "another person in each, as the model says; if these moved, units cross persons: (1 | {last}) + (1 | {id})."
        )
        yield Note(NoteKind.MOVED, words.told(
            text, some=len(several), count=len(labels), who=show_id(labels[several[0]]), id=parts[-1],
            above=" or ".join(map(repr, parts[:-1])), last=parts[0],
        ))  # fmt: skip


def _in_several(codes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of those whom codes number have rows of several of the others."""
    pairs = np.unique(codes.astype(np.int64) * (int(others.max(initial=0)) + 1) + others)
    return np.flatnonzero(np.bincount(pairs // (int(others.max(initial=0)) + 1)) > 1)
