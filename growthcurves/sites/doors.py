"""Whether what a fit is given are sites' sums; known without loading what reads them."""

from __future__ import annotations

from os import PathLike
from typing import Any

#: The classes of a recipe and of a site's sums, by their names: a fit of rows does not load them.
RECIPE, SUMS = "SiteRecipe", "SiteSums"


def of_rows(model: Any) -> Any:
    """A model as rows are fitted by it: of a recipe of sites how it reads rows."""
    return model.recipe if _is(model, RECIPE) else model


def of_sites(data: Any) -> bool:
    """Whether data are sites' sums: one of them, or a list of them or of their files."""
    if _is(data, SUMS):
        return True
    if not isinstance(data, (list, tuple)) or not data:
        return False
    return all(_is(one, SUMS) or is_file(one) for one in data)


def is_file(one: Any) -> bool:
    """Whether this names a JSON file."""
    return isinstance(one, (str, PathLike)) and str(one).lower().endswith(".json")


def _is(one: Any, name: str) -> bool:
    kind = type(one)
    return kind.__name__ == name and kind.__module__.startswith("growthcurves.sites.")
