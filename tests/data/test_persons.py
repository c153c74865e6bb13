"""Persons from any kind of id column, against the plain definition: a dict from id to code."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from growthcurves.data.persons import Persons

KINDS = {
    "int": lambda ids: np.array(ids),
    "float with gaps": lambda ids: np.array(ids) * 1.5,
    "text": lambda ids: pd.Series([f"p{i}" for i in ids], dtype="str"),
    "objects": lambda ids: np.array([f"p{i}" for i in ids], dtype=object),
    "categorical with unused levels": lambda ids: pd.Series(pd.Categorical(ids, categories=range(-9, 99))),
    "nullable": lambda ids: pd.Series(ids, dtype="Int64"),
    "dates": lambda ids: np.array(ids, dtype="datetime64[D]"),
}


def by_hand(values):
    codes: dict = {}
    return [codes.setdefault(value, len(codes)) for value in values], list(codes)


@pytest.mark.parametrize("kind", KINDS)
@given(ids=st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_codes_and_labels_are_those_of_first_appearance(kind, ids):
    values = KINDS[kind](ids)
    persons = Persons.of(values)
    codes, labels = by_hand(list(values))
    assert persons.codes.tolist() == codes
    assert list(persons.labels) == labels
    assert persons.count == len(persons) == len(labels)
    assert persons.sizes.tolist() == np.bincount(codes).tolist()


@given(ids=st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_starts_exist_exactly_when_rows_lie_together(ids):
    for kind in KINDS:
        persons = Persons.of(KINDS[kind](ids))
        runs = 1 + sum(a != b for a, b in zip(ids[1:], ids[:-1], strict=True))
        if runs > len(set(ids)):
            assert persons.starts is None
            assert sorted(persons.order.tolist()) == list(range(len(ids)))
        else:
            assert persons.starts.tolist() == [k for k in range(len(ids)) if k == 0 or ids[k] != ids[k - 1]]
            assert persons.order is None


def test_bool_ids():
    persons = Persons.of(np.array([True, False, True]))
    assert persons.labels.tolist() == [True, False]
    assert persons.codes.tolist() == [0, 1, 0]
