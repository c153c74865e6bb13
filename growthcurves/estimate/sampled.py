"""What a careful analyst should look at in a sampling design: notes of weighted fits."""

from __future__ import annotations

from collections.abc import Iterable

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.frame import as_frame
from growthcurves.model.survey.weighing import Weighing


def sampling_notes(weighing: Weighing | None, fixed_effects: int) -> Iterable[Note]:
    """Too few degrees of freedom for the fixed effects, and names of sampling units that stand in several strata."""
    if weighing is None:
        return
    if weighing.df < fixed_effects:
        freedom = f"{weighing.df} degree{'s' * (weighing.df != 1)} of freedom"
        yield Note(
            NoteKind.FEW_SAMPLED,
            f"The design leaves {freedom} for {fixed_effects} fixed effects: their errors are rough, and only "
            f"hypotheses of up to {max(weighing.df, 1)} of them are tested together.",
        )
    yield from _names_again(weighing)


def _names_again(weighing: Weighing) -> Iterable[Note]:
    """A few names in several strata may be a slip; where most are, files number units within strata."""
    psu, strata = weighing.design.psu, weighing.design.strata
    if psu is None or strata is None:
        return
    names = as_frame(weighing.whole)[[psu, strata]].dropna().drop_duplicates()[psu].value_counts()
    again = names[names > 1]
    if 0 < len(again) <= len(names) / 2:
        yield Note(
            NoteKind.NAMES_AGAIN,
            f"{len(again):,} of {len(names):,} sampling units of {psu!r} stand in several strata of {strata!r}, the "
            f"first {again.index[0]!s}: they are taken as one unit in each.",
        )
