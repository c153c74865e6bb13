"""Draws the pictures of the documents from shipped data and writes docs/figures.md: `python docs/figures/make.py`.

A picture `../figures/shown-*.png` in a page is what the last block of code before it has drawn.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib

import growthcurves as gc
from growthcurves.plots import (
    COMPARISON_FIGURES,
    FAMILY_FIGURES,
    FIGURES,
    LADDER_FIGURES,
    LEVEL_FIGURES,
    PANEL_FIGURES,
    PLAN_FIGURES,
    SENSITIVITY_FIGURES,
    SUBGROUP_FIGURES,
    TRIAL_FIGURES,
)

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "figures.md"

SETUP = """import growthcurves as gc

panel = gc.Panel(
    gc.load_dataset("trial"),
    id="patient", time="week", outcome="depression", wave="visit",
    time_unit="weeks", outcome_unit="points",
)
fit = gc.fit("depression ~ week * arm + age + severity + (week | patient)", panel)
data = gc.load_dataset("trial")
data["well"], data["points"] = data["depression"] < 25, data["depression"].round()
well = gc.fit("well ~ week * arm + (1 | patient)", data, time="week", family="binomial")
points = gc.fit(
    "points ~ week * arm + (1 | patient)", data, time="week", family="negative-binomial"
)
data["site"] = data["patient"].str[1:].astype(int) % 20  # which the file does not have
sites = gc.fit("depression ~ week * arm + (week | site/patient)", data, time="week")
ladder = gc.ladder("depression ~ week * arm + (week | patient)", panel)
compared = gc.compare_residuals(
    "depression ~ week * arm + cs(week | patient)", panel, ["un", "toeph", "ar1", "cs"]
)
trial = gc.mmrm(
    panel, outcome="depression", visit="week", id="patient", arm="arm",
    reference="placebo", baseline=0,
)
study = gc.Study(duration=4, dropout=0.2, time_unit="years")
sds = {"sd_intercept": 2, "sd_slope": 1, "correlation": 0.2, "sd_residual": 3}
persons, waves = [60, 80, 100, 150, 200, 250, 300, 400], [2, 3, 4, 5, 7, 9, 13]
curve = gc.power_curve(study, 0.5, over={"persons": persons, "waves": waves}, **sds)
designs = gc.power_curve(
    gc.Study(persons=100, waves=3, duration=4, time_unit="years"), 0.5,
    over={"waves": list(range(2, 14)), "duration": [2, 4, 6]}, **sds,
)"""

# The registries, each with what its figures are called in a title, and the line of code of every figure.
FAMILIES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "fit",
        FIGURES,
        {
            "trajectories": 'fit.plot.trajectories(by="arm")',
            "people": "fit.plot.people()",
            "shrinkage": "fit.plot.shrinkage()",
            "slopes": "fit.plot.slopes(threshold=-0.5)",
            "start_and_rate": 'fit.plot.start_and_rate(by="arm")',
            "variance_over_time": "fit.plot.variance_over_time()",
            "residuals": "fit.plot.residuals()",
            "qq": "fit.plot.qq()",
            "correlation": "fit.plot.correlation()",
            "influence": 'fit.plot.influence(term="slope:arm[drug]")',
            "check": "fit.plot.check()",
        },
    ),
    (
        "family",
        FAMILY_FIGURES,
        {"calibration": "well.plot.calibration()", "rootogram": "points.plot.rootogram()"},
    ),
    ("level", LEVEL_FIGURES, {"units": "sites.plot.units()"}),
    (
        "panel",
        PANEL_FIGURES,
        {
            "trajectories": 'panel.plot(color="age", highlight=["P001", "P002"])',
            "missing": 'panel.plot("missing")',
            "dropout": 'panel.plot("dropout", by="arm")',
        },
    ),
    (
        "sensitivity",
        SENSITIVITY_FIGURES,
        {"tipping": 'fit.dropout_sensitivity(by="arm", arms="drug").plot()'},
    ),
    ("ladder", LADDER_FIGURES, {"ladder": "ladder.plot()"}),
    ("comparison", COMPARISON_FIGURES, {"residuals": "compared.plot()"}),
    ("trial", TRIAL_FIGURES, {"means": "trial.plot()"}),
    ("subgroups", SUBGROUP_FIGURES, {"forest": 'trial.subgroups("sex").plot()'}),
    (
        "plan",
        PLAN_FIGURES,
        {
            "power": 'gc.power_curve(study, 0.5, over={"waves": [3, 5, 9]}, **sds).plot()',
            "map": "curve.plot(\"map\")",
            "reliability": "designs.plot(\"reliability\")",
        },
    ),
]
TITLES = {
    "fit": "Of a fit",
    "family": "Of a fit of outcomes that are not normal",
    "level": "Of a fit with units above persons",
    "panel": "Of a panel, before any model",
    "sensitivity": "Of a sensitivity to dropout",
    "ladder": "Of a ladder",
    "comparison": "Of residual structures that are compared",
    "trial": "Of a trial",
    "subgroups": "Of a trial's subgroups",
    "plan": "Of a planned study",
}

HEAD = """# Figures

Every figure is drawn without options from a fit or a panel; `help(fit.plot.people)` explains the options.
One panel takes `ax=` and returns the Axes; several panels take `fig=` and return the Figure. What a figure shows is
a table first: `growthcurves.plots.FIGURES["slopes"]().data(fit)`. A figure that a fit cannot support says why.

Names and units are those of the panel. Colours are told apart by every colour vision and in grey; of many persons a
sample is drawn, the same one each time (`rng=`), and the key says how many.
"""


def main() -> None:
    """Write every picture beside this file, and the page that shows them."""
    matplotlib.use("Agg")
    names = namespace()
    for family, _, codes in FAMILIES:
        for name, code in codes.items():
            save(eval(code, names), FOLDER / picture(family, name))
    save(sleepstudy(), FOLDER / "sleepstudy.png", dpi=150)
    for page_ in sorted(FOLDER.parent.rglob("*.md")):
        for name, drawn in shown(page_):
            save(drawn, FOLDER / name)
    PAGE.write_text(page(), encoding="utf-8")


def namespace() -> dict[str, Any]:
    """What the lines of code work on."""
    names: dict[str, Any] = {}
    exec(SETUP, names)
    return names


def picture(family: str, name: str) -> str:
    """The file of a picture."""
    return f"{family}-{name.replace('_', '-')}.png"


#: A picture of a page that the code before it has drawn.
SHOWN = re.compile(r"!\[[^\]]*\]\((?:\.\./)?figures/(shown-[\w-]+\.png)\)")


def shown(page_: Path) -> Iterator[tuple[str, Any]]:
    """The pictures of a page by file: those after a block of code are the figures that it drew, in their order."""
    import matplotlib.pyplot as plt

    text = page_.read_text(encoding="utf-8")
    if not SHOWN.search(text):
        return
    spec = importlib.util.spec_from_file_location("outputs", FOLDER.parent / "outputs.py")
    assert spec is not None and spec.loader is not None
    outputs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(outputs)
    ends = [block.start() for block in outputs.CODE.finditer(text)][1:] + [len(text)]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for (block, _), end in zip(outputs.run(text, str(page_)), ends, strict=True):
            names = SHOWN.findall(text, block.end(), end)
            figures = [plt.figure(number) for number in plt.get_fignums()]
            if len(names) > len(figures):
                raise ValueError(f"{page_.name}: the code before {names} drew {len(figures)} figures.")
            yield from zip(names, figures, strict=False)
            plt.close("all")


def page() -> str:
    """The page: one picture, one line of code and the options for each registered figure."""
    parts = [HEAD, f"```python\n{SETUP}\n```\n"]
    for family, registry, codes in FAMILIES:
        parts.append(f"## {TITLES[family]}\n")
        for name, kind in registry.items():
            parts.append(section(family, name, kind, codes[name]))
    return "\n".join(parts)


def section(family: str, name: str, kind: Any, code: str) -> str:
    """One figure of the page."""
    words = (inspect.getdoc(kind) or "").split("\n\nParameters", 1)[0]
    options = ", ".join(f"`{item}`" for item in kind.__dataclass_fields__)
    said = f"Options: {options}.\n\n" if options else ""
    title = name.replace("_", " ")
    shown = f"![{title}](figures/{picture(family, name)})"
    return f"### {title}\n\n{words}\n\n{said}```python\n{code}\n```\n\n{shown}\n"


def save(drawn: Any, path: Path, dpi: int = 110) -> None:
    """A small PNG: 64 colours are enough for lines and bands."""
    from PIL import Image

    figure = drawn if hasattr(drawn, "savefig") else drawn.figure
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    few = Image.open(buffer).convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def sleepstudy() -> Any:
    """The picture of the README."""
    data = gc.load_dataset("sleepstudy")
    panel = gc.Panel(data, id="subject", time="day", outcome="reaction", time_unit="days", outcome_unit="ms")
    return gc.fit("reaction ~ day + (day | subject)", panel).plot.trajectories()


if __name__ == "__main__":
    main()
