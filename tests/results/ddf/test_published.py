"""SAS's Kenward-Roger, which takes observed information.

openpharma/mmrm, design/ddfm_covtype/kr_cs.csv: FEV1 ~ ARMCD with compound symmetry over the visits, REML, printed with
all digits. A positive correlation makes it the random-intercept model. The data are not shipped: they are read from the
folder that GROWTHCURVES_PUBLISHED_DATA names. SAS stops where its criterion is flat, with G off by 1e-3 relative.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import growthcurves as gc


def test_compound_symmetry_of_the_fev_data():
    path = Path(os.environ.get("GROWTHCURVES_PUBLISHED_DATA", "")) / "mmrm_fev.csv"
    if not path.is_file():
        pytest.skip("GROWTHCURVES_PUBLISHED_DATA names no folder with mmrm_fev.csv")
    fit = gc.fit("FEV1 ~ ARMCD + (1 | USUBJID)", pd.read_csv(path).dropna(subset=["FEV1"]))
    row = fit.fixed_effects(ddf=gc.KenwardRoger(information="observed")).iloc[1]
    assert row["estimate"] == pytest.approx(4.19663618, rel=1e-5)
    assert row["std_error"] == pytest.approx(0.79646961, rel=1e-6)
    assert row["df"] == pytest.approx(177.038485931, rel=1e-4)
