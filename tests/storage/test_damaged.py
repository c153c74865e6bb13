"""A damaged file of a fit ends in one sentence, whatever is damaged; a file that loads answers everything."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.contracts.parameters import Parameter
from growthcurves.errors import DataError, GrowthCurvesError
from growthcurves.storage.sealed import VERSION

_SPEC = importlib.util.spec_from_file_location("damage", Path(__file__).with_name("damage.py"))
damage = importlib.util.module_from_spec(_SPEC)
sys.modules["damage"] = damage
_SPEC.loader.exec_module(damage)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("fits") / "whole.json"
    return gc.fit("reaction ~ day + (day | subject)", damage.SLEEP).save(path).read_bytes()


@pytest.mark.covering
@pytest.mark.parametrize("tier", damage.TIERS)
@pytest.mark.parametrize("model", damage.MODELS)
def test_a_whole_file_answers_everything(tmp_path, model, tier):
    assert damage.tried(damage.contents(model, tier, tmp_path), tmp_path / "a.json") == "answers"


@pytest.mark.parametrize("tier", damage.TIERS)
@pytest.mark.parametrize("model", damage.MODELS)
def test_damaged_fields_under_a_right_seal(tmp_path, model, tier):
    """A share of all damages of all fields; `python tests/storage/damage.py 1` tries all."""
    content, chance = damage.contents(model, tier, tmp_path), random.Random(f"{model} {tier}")
    for done, change in damage.damages(content):
        if chance.random() < 0.001:
            try:
                damage.tried(change(), tmp_path / "a.json")
            except Exception as error:
                raise AssertionError(f"{done}: {error!r}") from error


def test_every_byte(whole, tmp_path):
    path = tmp_path / "a.json"
    for place in random.Random(1).sample(range(len(whole)), 200):
        for flipped in (whole[place] ^ 1, whole[place] ^ 0x80, 0):
            path.write_bytes(whole[:place] + bytes([flipped]) + whole[place + 1 :])
            with pytest.raises(DataError) as caught:
                gc.load(path)
            assert len(str(caught.value)) < 330


def test_every_length(whole, tmp_path):
    path = tmp_path / "a.json"
    for length in [0, 1, *random.Random(1).sample(range(len(whole)), 60), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(DataError):
            gc.load(path)


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 99, "3", None, [3], 10**300, "x" * 10_000])
def test_another_version(whole, tmp_path, version):
    (tmp_path / "a.json").write_text(json.dumps(json.loads(whole) | {"version": version}))
    with pytest.raises(DataError, match="another version") as caught:
        gc.load(tmp_path / "a.json")
    assert len(str(caught.value)) < 330


@pytest.mark.parametrize("seal", [None, "", "0" * 64, 1, [], {}])
def test_a_number_that_was_changed(whole, tmp_path, seal):
    (tmp_path / "a.json").write_text(json.dumps(json.loads(whole) | {"seal": seal}))
    with pytest.raises(DataError, match="changed after it was saved"):
        gc.load(tmp_path / "a.json")


@pytest.mark.parametrize(
    "text", ["[" * 5_000 + "]" * 5_000, '{"a":' * 5_000 + "1" + "}" * 5_000, "9" * 5_000, "NaN", '"\\ud800"']
)
def test_texts_that_are_no_fits(tmp_path, text):
    for content in (text, f'{{"format": "growthcurves fit", "version": {VERSION}, "seal": "", "fit": {text}}}'):
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(GrowthCurvesError, match="not a fit|damaged"):
            gc.load(tmp_path / "a.json")


def test_a_damaged_optimum_of_a_likelihood_of_rows(tmp_path):
    """Refused, or a fit that answers, as with the likelihood of the package."""
    data = damage.SLEEP[damage.SLEEP["subject"] < 335]
    fit = gc.fit(damage.BASE.replace(residual=Growing(), random=("intercept",)), data)
    path = fit.save(tmp_path / "whole.json", rows=True)
    content = json.loads(path.read_text(encoding="utf-8"))["fit"]
    assert str(gc.load(path, parts=[Growing])) == str(fit)
    keys = [key for key, _ in content["dict"]]
    place, chance = ("dict", keys.index("optimum")), random.Random(1)
    for done, change in damage.damages(damage.at(content, place)):
        if chance.random() < 0.1:
            try:
                damage.tried(damage.replaced(content, place, change()), tmp_path / "a.json", parts=[Growing])
            except Exception as error:
                raise AssertionError(f"{done}: {error!r}") from error
    sums = dict(damage.contents("linear", "sums", tmp_path)["dict"]) | {"optimum": dict(content["dict"])["optimum"]}
    (tmp_path / "a.json").write_text(damage.sealed({"dict": [[key, value] for key, value in sums.items()]}))
    with pytest.raises(DataError, match="damaged file"):
        gc.load(tmp_path / "a.json")


#: Fits whose files hold more than those of `damage.MODELS`.
OTHERS = {
    "ar1 by group": damage.BASE.replace(residual=gc.AR1(by="arm"), random=("intercept",)),
    "exponential": damage.BASE.replace(residual="exp", random=()),
    "an offset": "reaction ~ day * arm + offset(age) + (day | subject)",
    "G by group": damage.BASE.replace(random=gc.ByGroup("arm", "intercept", "slope"), predictors="arm"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_damaged_parts_of_structures_and_rows(tmp_path, name):
    """Values of a structure, and columns of the rows, of other types, numbers and lengths."""
    data = damage.SLEEP[damage.SLEEP["subject"] < 335]
    path = gc.fit(OTHERS[name], data).save(tmp_path / "whole.json", rows=True)
    content, chance = json.loads(path.read_text(encoding="utf-8"))["fit"], random.Random(name)
    assert damage.tried(content, tmp_path / "a.json") == "answers"
    fields = {key: place for place, (key, _) in enumerate(content["dict"])}
    for place in (("dict", fields["model"]), ("dict", fields["panel"]), ("dict", fields["made"])):
        for done, change in damage.damages(damage.at(content, place)):
            if chance.random() < 0.002:
                try:
                    damage.tried(damage.replaced(content, place, change()), tmp_path / "a.json")
                except Exception as error:
                    raise AssertionError(f"{done}: {error!r}") from error


@dataclass(frozen=True)
class Growing:
    """Residual variances that grow with time."""

    rate: float = 0.0
    scale: float = 1.0
    name = "growing"
    words = "e ~ N(0, sigma^2 exp(rate t))"

    def parameters(self):
        sd = Parameter("sd:residual", "residual", "sd", 0.0, float("inf"))
        return sd, Parameter("rate", "residual", "sd", -float("inf"), float("inf"))

    def values(self):
        return self.scale**0.5, self.rate

    @property
    def working(self):
        return np.array([self.rate])

    def moved(self, scale, working):
        return Growing(float(working[0]), scale)

    def matrix(self, rows, columns=None):
        other = rows if columns is None else columns
        return np.where(rows.time[:, None] == other.time, self.scale * np.exp(self.rate * rows.time[:, None]), 0.0)

    def variance(self, at=None):
        return self.scale if at is None else self.scale * np.exp(self.rate * at.time)
