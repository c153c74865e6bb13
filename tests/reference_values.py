"""Reads the stored reference values; names in R's words are turned into ours."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "reference"


def cases(name: str) -> dict:
    """A JSON file of reference values."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def table(name: str) -> pd.DataFrame:
    """A CSV panel of the reference folder."""
    return pd.read_csv(FOLDER / name)


def three_arms() -> pd.DataFrame:
    """The panel of three arms with the arms in R's order: placebo, then as the dose rises."""
    data = table("panel_three_arms.csv")
    return data.assign(arm=pd.Categorical(data["arm"], ["placebo", "low", "high"]))


def our_term(name: str, time: str) -> str:
    """R's name of a fixed effect in ours."""
    if name == "(Intercept)":
        return "intercept"
    if name == time:
        return "slope"
    owner = "intercept"
    if name.startswith(time + ":"):
        owner, name = "slope", name.removeprefix(time + ":")
    if name.startswith("arm"):
        name = f"arm[{name.removeprefix('arm')}]"
    return f"{owner}:{name}"


def our_effect(name: str, time: str) -> str:
    """R's name of a random effect in ours."""
    return {"(Intercept)": "intercept", time: "slope"}.get(name, name)
