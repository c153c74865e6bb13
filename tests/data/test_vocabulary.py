"""The package's own texts in the words of the data: schools for persons, no time where there is none."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.unit_words import unit_words
from growthcurves.data.vocabulary import Vocabulary, vocabulary

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def schools():
    """Pupils of 25 schools, whose achievement rises with status: no time anywhere."""
    rng = np.random.default_rng(8)
    school = np.repeat(np.arange(25), 12)
    ses = rng.normal(0, 1, school.size).round(1)
    math = 50 + rng.normal(0, 4, 25)[school] + (3 + rng.normal(0, 1.5, 25)[school]) * ses + rng.normal(0, 4, 300)
    return pd.DataFrame({"idschool": school, "ses": ses, "sector": np.where(school < 12, "a", "b"), "math": math})


@pytest.mark.parametrize(
    ("id", "time", "one", "over_time"),
    [
        ("school", "ses", "school", False),
        ("schoolid", "year", "school", True),
        ("school", "time_since_start", "school", True),
        ("subject", "dose", "person", True),
        ("patient_no", "x", "patient", True),
        ("site", "centred_income", "site", False),
    ],
)
def test_a_column_is_no_time_where_groups_of_persons_are_compared_over_another(id, time, one, over_time):
    frame = pd.DataFrame({id: [1, 1, 2], time: [0.0, 1.0, 0.0], "y": [1.0, 2.0, 3.0]})
    found = vocabulary(gc.Panel(frame, id=id, time=time, outcome="y"))
    assert (found.who.one, found.over_time) == (one, over_time)


def test_what_the_user_says_of_time_stands():
    frame = pd.DataFrame({"school": [1, 1, 2], "x": [0.0, 1.0, 0.0], "y": [1.0, 2.0, 3.0]})
    assert vocabulary(gc.Panel(frame, id="school", time="x", outcome="y", time_unit="years")).over_time


def test_texts_in_the_words_of_the_data():
    athletes = Vocabulary(unit_words("athlete"))
    assert athletes.said("A person's rate; a person, Persons") == "An athlete's rate; an athlete, Athletes"
    assert Vocabulary(unit_words("subject")).said("Rate of a person") == "Rate of a person"


def test_the_cross_sectional_door_speaks_of_schools_and_slopes_everywhere(schools):
    fit = gc.fit("math ~ ses * sector + (ses | idschool)", schools)
    texts = [str(fit.summary()), *fit.change(by="sector").sentences()]
    for text in texts:
        assert not {"person", "persons", "time", "occasions", "rates"} & set(text.lower().split())
    assert "\nSchools   25 (idschool)" in texts[0] and "\nPredictor ses, " in texts[0]
    assert not any("share" in note for note in fit.warnings)
    page = fit.report(by="sector")
    core = page.html[page.html.index("<h1") : page.html.index('<div class="appendix">')]
    words = pd.Series(pd.Series([core]).str.replace("<[^>]*>", " ", regex=True)[0].lower().split())
    assert not words.isin(["person", "persons", "persons\u2019", "occasions", "visits", "time", "rates"]).any()
    assert "who-was-seen" not in page.html and "Who was seen when" not in page.html

