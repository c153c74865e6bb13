"""The recipe that all sites share: the model with knots, origin, levels, codings and round centres, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.clock import Clock
from growthcurves.engine.build import Terms
from growthcurves.errors import DataError, GrowthCurvesError
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import Recipe
from growthcurves.output.endings import FIT, checked_ending
from growthcurves.output.files import write_text
from growthcurves.results.tables.answer import Answer
from growthcurves.sites.plain import frozen, opened, plain, seal_of, sealed
from growthcurves.storage.models import model_from, model_values
from growthcurves.storage.recipes import recipe_from, recipe_values
from growthcurves.storage.replayed import refuse_formulas
from growthcurves.storage.sealed import DAMAGE

FORMAT, VERSION = "growthcurves recipe", 1
AGAIN = "make the recipe anew and send it to all sites"


@dataclass(frozen=True)
class Roles:
    """What the columns of a model are to a site's sums.

    Attributes
    ----------
    types : dict of column to tuple of values
        Columns of persons that have few values, which are counted.
    numbers : tuple of str
        Columns of persons that hold numbers, which are summed.
    keyed : tuple of str
        Other columns of persons: those with different values are never summed together.
    of_rows : tuple of str
        Columns of occasions besides the outcome and the time.
    site : str or None
        The column that says which site it is.
    """

    types: dict[str, tuple[Any, ...]]
    numbers: tuple[str, ...]
    keyed: tuple[str, ...]
    of_rows: tuple[str, ...]
    site: str | None

    @classmethod
    def of_values(cls, values: dict[str, Any]) -> Roles:
        return cls(**{**values, "types": dict(values["types"])})


@dataclass(frozen=True, eq=False, repr=False)
class SiteRecipe(Answer):
    """How every site reads its rows and sums them; see `site_recipe`. It holds nothing of a person.

    Attributes
    ----------
    table : DataFrame
        What it fixes: kind, name, value.
    values : dict
        The same as plain values, as the file has them.
    """

    values: dict[str, Any]

    @cached_property
    def _frozen(self) -> dict[str, Any]:
        return dict(frozen(self.values))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that it fixes: sites whose recipes have the same read their rows alike."""
        return seal_of(self.values)

    @cached_property
    def model(self) -> GrowthModel:
        """The model, with what its shape took from the data that the recipe was made from."""
        return model_from(self._frozen["model"])

    @cached_property
    def given(self) -> GrowthModel:
        """The model as it was given."""
        return model_from(self._frozen["given"])

    @property
    def formula(self) -> str | None:
        """The formula that it was made of, as it was written; None for a `GrowthModel`."""
        text: str | None = self.values["formula"]
        return text

    @cached_property
    def roles(self) -> Roles:
        """What its columns are to sums: counted, summed, or kept apart."""
        return Roles.of_values(self._frozen["roles"])

    @cached_property
    def terms(self) -> Terms:
        """Which products make the columns of the model."""
        return Terms(*self._frozen["terms"])

    @cached_property
    def clock(self) -> Clock | None:
        """Times are numbers, which are read as they are."""
        unit = self.values["time_unit"]
        return None if self.model.time is None else Clock(self.model.id, self.model.time, unit, None, False, None)

    @cached_property
    def recipe(self) -> Recipe:
        """How rows are read."""
        panel = SimpleNamespace(clock=self.clock)
        return recipe_from(_with_lists(self._frozen["columns"]), self.model, panel, self.terms)

    @property
    def outcome_centre(self) -> float:
        """What is subtracted from outcomes before they are summed."""
        return float(self.values["centres"]["outcome"])

    @cached_property
    def person_names(self) -> tuple[str, ...]:
        """What is summed of each person: the constant, the weights of fixed effects, and numbers that are no weight."""
        weights = [self._weight_name(parameter, j) for parameter, j in self.recipe.weights]
        return ("1", *weights, *(name for name in self.roles.numbers if name not in weights))

    @cached_property
    def person_centres(self) -> np.ndarray:
        """What is subtracted from these, zero for what numbers have no part in."""
        numbers = self.values["centres"]["numbers"]
        return np.array([numbers.get(name, 0.0) for name in self.person_names])

    @cached_property
    def counted(self) -> np.ndarray:
        """Which of these follow from the columns that are counted."""
        places = [self.recipe.predictors[name].terms[j].columns for name, j in self.recipe.weights]
        of_weights = [columns <= {*self.roles.types, *self.roles.keyed, self.roles.site} for columns in places]
        return np.array([True, *of_weights, *(False for _ in self.person_names[1 + len(places) :])])

    @cached_property
    def raw(self) -> np.ndarray:
        """Which of these are columns of the table, and no function of them."""
        return np.array([name in self.roles.numbers for name in self.person_names])

    def _weight_name(self, parameter: str, place: int) -> str:
        return self.recipe.predictors[parameter].names[place]

    def save(self, path: str | Path) -> Path:  # type: ignore[override]
        """Write the recipe to a JSON file that a person can read; `load_site_recipe` reads it.

        Parameters
        ----------
        path : str or Path
            Ending in ``.json``.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        DataError, NotAvailableError
            Where it cannot be written, or has another ending.

        Examples
        --------
        >>> import growthcurves as gc, tempfile, pathlib
        >>> recipe = gc.site_recipe("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> path = recipe.save(pathlib.Path(tempfile.mkdtemp()) / "recipe.json")
        >>> gc.load_site_recipe(path).hash == recipe.hash
        True
        """
        path = checked_ending(path, "a recipe", FIT)
        return write_text(path, sealed(FORMAT, VERSION, {"hash": self.hash, **self.values}))

    def __str__(self) -> str:
        names = self.table.groupby("kind", sort=False)
        lines = [f"  {kind}: " + "; ".join(_line(row) for row in rows.itertuples()) for kind, rows in names]
        return "\n".join([f"Recipe {self.hash[:12]} for sites that share no rows", *lines])

    def to_dict(self) -> dict[str, Any]:
        return {"hash": self.hash, **super().to_dict()}


@dataclass(frozen=True)
class Centres:
    """Round numbers about which a site sums.

    Attributes
    ----------
    outcome : float
    numbers : dict of str to float
        By what is summed of persons; zero where there is none.
    """

    outcome: float = 0.0
    numbers: dict[str, float] | Any = None


def shared_recipe(
    recipe: Recipe, given: GrowthModel, formula: str | None, roles: Roles, centres: Centres
) -> SiteRecipe:
    """From a model's recipe, of which nothing that could tell of a person is taken along."""
    shared = replace(recipe, covariate_means=(0.0,) * len(recipe.covariate_means), held=(0,) * len(recipe.held))
    model = replace(recipe.model, residual=given.residual)
    terms = (
        recipe.x, recipe.z, recipe.random.positions, recipe.made, recipe.units, _constant(model),
        recipe.random.units,
    )  # fmt: skip
    return recipe_of_values(
        plain(
            {
                "formula": formula,
                "given": model_values(given),
                "model": model_values(model),
                "time_unit": None if recipe.clock is None else recipe.clock.unit,
                "roles": {"types": roles.types, "numbers": roles.numbers, "keyed": roles.keyed,
                          "of_rows": roles.of_rows, "site": roles.site},
                "centres": {"outcome": centres.outcome, "numbers": centres.numbers},
                "columns": recipe_values(shared),
                "terms": terms,
            }
        )
    )  # fmt: skip


def recipe_of_values(values: dict[str, Any]) -> SiteRecipe:
    """From what a file holds."""
    found = SiteRecipe(pd.DataFrame(), values)
    object.__setattr__(found, "table", pd.DataFrame(list(_told(found)), columns=["kind", "name", "value"]))
    return found


def _with_lists(columns: dict[str, Any]) -> dict[str, Any]:
    """A recipe's values, with lists and numbers where a recipe has them, and JSON tuples and text."""

    def listed(record: dict[str, Any]) -> dict[str, Any]:
        levels = {name: list(values) for name, values in record["levels"].items()}
        return {**record, "levels": levels, "states": tuple(map(_numbered, record["states"]))}

    return {
        **columns,
        "predictors": {name: listed(record) for name, record in columns["predictors"].items()},
        "covariates": listed(columns["covariates"]),
        "varying": tuple(listed(record) for record in columns["varying"]),
        "growth_terms": {name: list(terms) for name, terms in columns["growth_terms"].items()},
    }


def _numbered(state: Any) -> Any:
    """What functions know: JSON has their places, which are numbers, as text."""
    if isinstance(state, dict):
        return {int(key) if key.isdecimal() else key: _numbered(value) for key, value in state.items()}
    return state


def _constant(model: GrowthModel) -> bool:
    family = model.likelihood_family
    return family is None or bool(family.constant_in_x)


def _line(row: Any) -> str:
    return f"{row.name} {row.value}".strip() if row.value != row.name else str(row.name)


def _told(found: SiteRecipe) -> Iterator[tuple[str, str, str]]:
    """What a recipe fixes: kind, name, value."""
    model, roles, recipe = found.model, found.roles, found.recipe
    yield "model", found.formula or f"{model.outcome}: {', '.join(model.parameters)}", ""
    if model.time is not None:
        yield "origin", str(model.time), f"{recipe.shape.origin:g}"
    knots = getattr(model.growth_shape, "knots", None)
    if isinstance(knots, tuple) and knots:
        yield "knots", str(model.time), ", ".join(str(knot) for knot in knots)
    for name, values in roles.types.items():
        yield "levels", name, ", ".join(map(str, values))
    yield "centres", model.outcome, f"{found.outcome_centre:g}"
    for name, value in found.values["centres"]["numbers"].items():
        yield "centres", name, f"{value:g}"
    if roles.site is not None:
        yield "site", roles.site, ""


def load_site_recipe(path: str | Path) -> SiteRecipe:
    """Read a recipe that `SiteRecipe.save` wrote; nothing in the file is run.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    SiteRecipe

    Raises
    ------
    DataError
        When there is no such file, it is another, or it was cut short or changed.

    Examples
    --------
    >>> import growthcurves as gc, tempfile, pathlib
    >>> recipe = gc.site_recipe("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> path = recipe.save(pathlib.Path(tempfile.mkdtemp()) / "recipe.json")
    >>> print(gc.load_site_recipe(path).table.iloc[1].tolist())
    ['origin', 'day', '0']
    """
    content, _ = opened(path, FORMAT, VERSION, "a recipe of growthcurves", AGAIN)
    given = content.pop("hash", None)
    found = recipe_of(content, f"{path}")
    if given != found.hash:
        raise DataError(f"{path} says another hash than its content has: {AGAIN}.")
    return found


def recipe_of(values: dict[str, Any], where: str) -> SiteRecipe:
    """The recipe of what a file holds.

    Raises
    ------
    DataError
        For values of which no recipe can be made: the file is named.
    """
    try:
        found = recipe_of_values(values)
        refuse_formulas(found.recipe, found._frozen["columns"]["names"])
        made = (len(found.person_names), found.counted.shape, found.hash)
        assert made
    except DAMAGE as error:
        said = str(error).rstrip(".") if isinstance(error, GrowthCurvesError) else type(error).__name__
        raise DataError(f"{where} holds a recipe that cannot be read ({said}): {AGAIN}.") from error
    return found
