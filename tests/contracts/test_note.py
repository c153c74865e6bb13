"""What was warned of keeps its kind."""

import warnings

import pytest

import growthcurves as gc
from growthcurves.contracts.note import Note, NoteKind
from growthcurves.errors import GrowthCurvesWarning


@pytest.mark.parametrize("kind", NoteKind)
def test_every_kind_has_a_class_of_warning_and_a_meaning(kind):
    note = Note(kind, "what was seen")
    assert isinstance(note.warning, GrowthCurvesWarning) and str(note.warning) == str(note) == note.text
    assert note.meaning.endswith(".")


def test_a_saved_fit_keeps_the_kinds(tmp_path):
    data = gc.load_dataset("sleepstudy").query("subject < 332")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = gc.fit("reaction ~ day + (day | subject)", data)
    assert [note.kind for note in fit.notes] == [NoteKind.FEW_PERSONS]
    assert [str(one.message) for one in caught] == list(fit.warnings) == [note.text for note in fit.notes]
    assert gc.load(fit.save(tmp_path / "fit.json")).notes == fit.notes == fit.recentre(2).notes
