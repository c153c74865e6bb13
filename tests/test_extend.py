"""What parts of one's own are written against is in one place, and the pages about them use that place alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import growthcurves as gc
from growthcurves import extend
from growthcurves.errors import ModelError

DOCS = Path(__file__).resolve().parents[1] / "docs" / "extending"


def test_every_name_is_there():
    for name in extend.__all__:
        assert getattr(extend, name) is not None
    with pytest.raises(AttributeError, match="has no 'Nothing'; it has "):
        extend.Nothing  # noqa: B018


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_pages_import_from_here_alone(path):
    imported = re.findall(r"^(?:from|import) (growthcurves[\w.]*)", path.read_text(encoding="utf-8"), re.M)
    assert set(imported) <= {"growthcurves", "growthcurves.extend"}


def test_the_table_names_what_there_is():
    table = (DOCS / "index.md").read_text(encoding="utf-8")
    rows = [row for row in table.split("\n") if row.startswith("| ") and "`__init__`" not in row]
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}
    assert named <= set(extend.__all__) and {"Shape", "Residual", "Method", "Section"} <= named


def test_a_shape_that_is_none_is_one_sentence():
    @dataclass(frozen=True)
    class Loose:
        name: str = "loose"

    with pytest.raises(ModelError, match="a class of growthcurves.extend.Shape"):
        gc.GrowthModel("y", "t", "id", shape=Loose())


def test_a_family_of_ones_own_has_the_likelihood_of_its_formula():
    """The page's exponential family beside a dense integral with 60 nodes, and what a fit is asked for."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "family.md").read_text(encoding="utf-8"), re.S)
    there: dict = {"__name__": "page"}
    exec(compile("\n".join(blocks[:2]), "family.md", "exec", dont_inherit=True), there)  # dataclasses need no module
    fit, data = there["fit"], there["data"]
    x, w = np.polynomial.hermite.hermgauss(60)
    u = np.sqrt(2.0 * fit.cov_re.iloc[0, 0]) * x
    eta = (fit.params["intercept"] + fit.params["visit"] * data["visit"]).to_numpy()[:, None] + u
    rows = -eta - data["wait"].to_numpy()[:, None] * np.exp(-eta)
    persons = np.zeros((300, 60))
    np.add.at(persons, data["person"].to_numpy(), rows)
    assert fit.deviance == pytest.approx(-2 * np.log(np.exp(persons) @ w / np.sqrt(np.pi)).sum(), abs=1e-3)
    assert "ratio of means" in str(fit.summary()).lower() or "Ratios of means" in str(fit.summary())
    assert abs(fit.residuals(rng=1)["residual"].std() - 1.0) < 0.1
