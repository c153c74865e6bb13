"""Everything that the package writes, each as (name of the file, what writes it)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.cli.model_file import model_file_text
from growthcurves.output.files import write_text
from growthcurves.output.tables import WRITERS, write_table
from growthcurves.report import figures


def _picture(fit, path):
    from growthcurves.output.files import whole_file
    from growthcurves.plots import FIGURES
    from growthcurves.plots.sheet import on_sheet, write_picture

    sheet = on_sheet(FIGURES["slopes"](), fit)
    with whole_file(path) as file:
        write_picture(sheet, file, path.suffix, 50)


@pytest.fixture(scope="session")
def outputs():
    """Writers of every kind of output, by the name of a file."""
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    with pytest.MonkeyPatch.context() as patched:  # what a page shows is no matter here, and its drawings take long
        patched.setattr(figures, "inline_svg", lambda *drawn: "")
        page = fit.report()
    table = pd.DataFrame({"id": ["a", "=1+1"], "score": np.arange(2.0)})
    writers = {
        "report.html": page.save,
        "fit.json": lambda path: fit.save(path, rows=True),
        "model.toml": lambda path: write_text(path, model_file_text({"id": "subject"})),
        "figure.png": lambda path: _picture(fit, path),
        "figure.svg": lambda path: _picture(fit, path),
        "figure.pdf": lambda path: _picture(fit, path),
        **{f"table{ending}": lambda path: write_table(table, path) for ending in WRITERS},
    }
    for ending in ("csv", "tex", "md"):
        writers[f"effects.{ending}"] = lambda path, ending=ending: _one_table(page, path, ending)
    return writers


def _one_table(page, path, ending):
    from growthcurves.report.tables import save_tables

    save_tables({path.stem: page.tables["fixed_effects"]}, path.parent, [ending])
