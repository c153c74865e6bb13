"""Whether the sums of several sites belong together: of one recipe and version, each site once."""

from __future__ import annotations

from typing import Any

from growthcurves.errors import DataError, ModelError, brief
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import Recipe
from growthcurves.sites.doors import is_file
from growthcurves.sites.making import of_recipe
from growthcurves.sites.plain import plain, seal_of
from growthcurves.sites.recipe import SiteRecipe, load_site_recipe
from growthcurves.sites.sums import SiteSums, content_of


def refuse_others(model: Any, sums: list[SiteSums]) -> SiteRecipe:
    """The recipe of all sites; refused where one of them read its rows otherwise."""
    first = sums[0]
    wanted = load_site_recipe(model) if is_file(model) else model
    wanted = of_recipe(wanted) if isinstance(wanted, Recipe) else wanted
    shared = wanted if isinstance(wanted, SiteRecipe) else first.shared
    for one in sums:
        if one.shared.hash != shared.hash:
            raise DataError(_other_recipe(one, shared))
        if one.made_by != first.made_by:
            raise DataError(
                f"{one.site} was summed by growthcurves {one.made_by}, and {first.site} by {first.made_by}: all sites "
                f"use the same version."
            )
    names = [one.site for one in sums]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"The site {twice!r} is among the files twice: give each site once.")
    _refuse_the_same(sums)
    if not isinstance(wanted, SiteRecipe):
        _refuse_other_model(wanted, shared)
    return shared


def _refuse_the_same(sums: list[SiteSums]) -> None:
    """Refuse sums that two names have: one site's, twice."""
    known: dict[str, str] = {}
    for one in sums:
        seal = seal_of(plain(content_of(one)["schedules"]))
        if seal in known:
            raise DataError(
                f"{one.site} and {known[seal]} hold the same sums, field 'schedules': these are of one site under two "
                f"names; give each site once."
            )
        known[seal] = one.site


def _other_recipe(one: SiteSums, shared: SiteRecipe) -> str:
    """In what a site's recipe is another."""
    mine, theirs = shared.table, one.shared.table
    for row in mine.itertuples():
        same = theirs[(theirs["kind"] == row.kind) & (theirs["name"] == row.name)]
        if not len(same) or same["value"].iloc[0] != row.value:
            has = same["value"].iloc[0] if len(same) else "none"
            told = f": its {row.kind} of {row.name} are {has}, and here {row.value or 'another'}"
            break
    else:
        told = ""
    return (
        f"{one.site} was summed by another recipe ({one.shared.hash[:12]}, not {shared.hash[:12]}){told}. Send all "
        f"sites the same recipe."
    )


def _refuse_other_model(model: Any, shared: SiteRecipe) -> None:
    if isinstance(model, str) and shared.formula is not None and _bare(model) == _bare(shared.formula):
        return
    if isinstance(model, GrowthModel) and model == shared.given:
        return
    if not isinstance(model, (str, GrowthModel)):
        raise ModelError(f"Sites' sums are fitted by their recipe, its file or its model, not {brief(model)}.")
    raise ModelError(
        f"The sites' sums were made by a recipe of another model ({shared.formula or shared.given.outcome}): give that "
        f"recipe, or make a recipe of this model and have the sites sum anew."
    )


def _bare(formula: str) -> str:
    return "".join(formula.split())
