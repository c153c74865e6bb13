"""What a user asks of sites: a recipe, a site's sums, and sums that were saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.errors import ModelError, brief
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import Recipe
from growthcurves.model.words_of_r import translated
from growthcurves.sites.making import of_recipe, recipe_of_rows
from growthcurves.sites.reading import read_sums
from growthcurves.sites.recipe import SiteRecipe, load_site_recipe
from growthcurves.sites.summing import sums_of, warn_beside
from growthcurves.sites.sums import SiteSums

#: Options of a growth model that a formula does not say itself, but for functions, which no file holds.
OPTIONS = ("family", "trials", "exposure", "reference", "residual", "wave")


def site_recipe(
    model: Any,
    data: Any = None,
    levels: Mapping[str, Any] | None = None,
    site: str | None = None,
    time: str | None = None,
    where: str | None = None,
    **options: Any,
) -> SiteRecipe:
    """The recipe by which sites that share no rows sum alike: a model with all that it takes from data, fixed.

    It holds the knots and the origin of time, the levels and coding of every categorical column, and round numbers
    about which numbers are summed. It holds nothing of a person but that somebody has a level (of made-up rows, with
    all levels named, nobody): any site's data or made-up data do to make it, so long as times and columns are what they
    are at the sites. See docs/how-to/hospitals-that-share-no-rows.md.

    Parameters
    ----------
    model : GrowthModel, str or GrowthFit
        A model, an lme4 formula, or a fit, whose own rows are then taken.
    data : DataFrame or Panel
        Long table.
    levels : mapping of column to list, optional
        The levels that columns have at any of the sites, the reference first, where `data` lacks some. A column of
        numbers that is named here is counted by value, as columns of two values are.
    site : str, optional
        The column of the model that says which site it is, for ``(1 | site)`` or an effect of each site: each file is
        one of its levels. Where the data have no such column it is made up. For an effect of each site name them all in
        `levels`.
    time, where, **options
        As in `fit`.

    Returns
    -------
    SiteRecipe
        ``.table`` of what it fixes, ``.hash``, ``.save("recipe.json")``.

    Raises
    ------
    NotAvailableError
        For what a recipe may not hold (functions that learn from persons' values, as ``center(age)``; functions of your
        own), for dates, and for units that cross persons.
    DataError, ModelError, FormulaError
        As in `fit`.

    Examples
    --------
    >>> import growthcurves as gc
    >>> recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", gc.load_dataset("trial"))
    >>> recipe.table.loc[recipe.table["kind"] == "levels", "value"].tolist()
    ['placebo, drug']
    """
    _, options = translated(None, options, OPTIONS)
    return recipe_of_rows(model, data, levels, site, time=time, where=where, options=options)


def site_sums(
    recipe: Any,
    data: Any,
    min_cell: int = 5,
    short: str = "refuse",
    name: str = "site",
    previous: Any = None,
) -> SiteSums:
    """The sums that a site sends in the place of its rows.

    By schedule (persons seen at the same occasions): their number, and sums over them of products of predictors and
    outcomes, which is all that the likelihood of any growth model with these predictors needs; of outcomes of a family
    the different records with their counts. Held to rules that keep a person from being told (docs/sites.md, section
    3), among them: every cell of counted columns has `min_cell` persons, and so has what is left beside it.

    Parameters
    ----------
    recipe : SiteRecipe, Recipe, str or Path
        A recipe, its file, or that of `recipe` or a fit (``fit.recipe``), by which numbers are summed about zero and
        none is counted by value.
    data : DataFrame or Panel
        The site's rows, which stay where they are.
    min_cell : int
        The fewest persons of whom a sum is told.
    short : {"refuse", "drop", "merge"}
        What becomes of those of whom the sums would tell too much: nothing is summed and the cells are named; they are
        left out; or occasions of theirs are left out until enough persons share those that stay, and only who finds
        no company so is left out.
    name : str
        What the site is called; of a model with ``(1 | site)`` its level.
    previous : SiteSums, str or Path, optional
        An earlier release of this site, by this recipe or another, beside which this one should not tell a few persons
        apart.

    Returns
    -------
    SiteSums
        ``.save("site_a.json")``, ``.table`` of schedules, ``.lost``: who fell short.

    Raises
    ------
    DisclosureError
        Where something falls short and ``short="refuse"``, and where nothing may be told.
    DataError, ModelError
        For a table that does not fit the recipe: an unknown level, a missing column.

    Warns
    -----
    DataWarning
        Where a previous release differs by fewer persons in a cell than `min_cell`, or by so few that they are solved
        for; of another recipe where the cells of both together are of fewer.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapters 3 to 5; docs/sites.md.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("trial")
    >>> recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", data)
    >>> sums = gc.site_sums(recipe, data, name="site_a", short="merge")
    >>> sums.persons, sums.smallest >= 5
    (600, True)
    """
    found = sums_of(_shared(recipe), data, min_cell, short, name)
    if previous is not None:
        warn_beside(found, data, previous if isinstance(previous, SiteSums) else read_sums(previous))
    return found


def _shared(recipe: Any) -> SiteRecipe:
    if isinstance(recipe, SiteRecipe):
        return recipe
    if isinstance(recipe, Recipe):
        return of_recipe(recipe)
    if isinstance(recipe, GrowthModel) or not hasattr(recipe, "__fspath__") and not str(recipe).endswith(".json"):
        raise ModelError(
            f"site_sums() takes a recipe, its file or fit.recipe first, not {brief(recipe)}: make one with "
            f"gc.site_recipe(model, data)."
        )
    return load_site_recipe(recipe)


def load_site_sums(path: Any) -> SiteSums:
    """Read sums that `SiteSums.save` wrote; nothing in the file is run.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    SiteSums

    Raises
    ------
    DataError
        When there is no such file, it is another, was cut short or changed: the file, the site and the field are named.

    Examples
    --------
    >>> import growthcurves as gc, tempfile, pathlib
    >>> data = gc.load_dataset("trial")
    >>> recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", data)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "site_a.json"
    >>> _ = gc.site_sums(recipe, data, name="site_a", short="merge").save(path)
    >>> gc.load_site_sums(path).site
    'site_a'
    """
    return read_sums(path)
