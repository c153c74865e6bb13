"""Calls that checks advise: Python that can be pasted where `fit` is the fit, `gc` the package and `data` its table.

What a fit cannot be asked is not advised: a changed model must suit the panel, a condition must choose rows, and a
capability must be there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.data.backticks import quoted, quoted_inside
from growthcurves.errors import GrowthCurvesError
from growthcurves.estimate import can_be_asked
from growthcurves.model.covariance import RESIDUALS, residual_of
from growthcurves.model.outcomes import is_computed
from growthcurves.model.random import ByGroup, Crossed, Diagonal, RandomPart
from growthcurves.results.ddf.kenward_roger import KenwardRoger

if TYPE_CHECKING:
    from growthcurves.checks.look import Look

#: A structure of residuals with one variance, and the one with a variance for each occasion.
_UNEQUAL = {"independent": "het", "ar1": "arh1", "cs": "csh", "toep": "toeph", "ad": "adh"}


@dataclass(frozen=True)
class Call:
    """A call as text, and what says whether the fit can be asked it."""

    text: str
    possible: Callable[[], bool] = lambda: True


def texts(advice: Iterable[Call | str]) -> tuple[str, ...]:
    """The calls that the fit can be asked; those that are texts always."""
    return tuple(one if isinstance(one, str) else one.text for one in advice if isinstance(one, str) or one.possible())


# ---------------------------------------------------- what a fit has


def asked(look: Look, text: str) -> Call:
    """A method of the fit, where there is one of that name."""
    return Call(f"fit.{text}", partial(hasattr, type(look.fit), text.partition("(")[0]))


def of_package(text: str) -> Call:
    """A function of the package, where there is one of that name."""
    return Call(f"gc.{text}", lambda: text.partition("(")[0] in dir(sys.modules["growthcurves"]))


def robust(look: Look) -> Call:
    """Robust errors: of units that are independent of each other."""
    return Call("fit.robust()", lambda: not look.fit.bound.crossed)


def bootstrap(look: Look) -> Call:
    """Intervals by the bootstrap."""
    return Call('fit.conf_int(method="bootstrap")', lambda: look.fit.estimates.why_not("replicates") is None)


def heavy_tailed(look: Look) -> Call:
    """A sensitivity fit in which persons far from others count less."""
    call = asked(look, "heavy_tailed()")
    return replace(call, possible=lambda: look.normal and not look.fit.bound.crossed and call.possible())


def influence(look: Look) -> Call:
    """What each person does to the estimates, exactly."""
    return Call("fit.influence()", lambda: not look.fit.bound.crossed)


def small_sample(look: Look) -> Call:
    """Fixed effects with degrees of freedom for small samples."""
    if not look.normal:
        return Call("fit.robust('CR2')")
    exact = look.fit.method == "reml" and KenwardRoger().why_not(look.fit) is None
    return Call(f'fit.fixed_effects("{"kenward-roger" if exact else "satterthwaite"}")')


def profile() -> Call:
    """Variance components with intervals by the profile likelihood."""
    return Call('fit.variance_components("profile")')


def figure(look: Look, name: str, needs: bool = True) -> Call:
    """A figure of the fit."""
    return Call(f"fit.plot.{name}()", lambda: needs)


def without(look: Look, label: Any) -> Call:
    """The same fit without one person."""
    value = label.item() if isinstance(label, np.generic) and not isinstance(label, np.datetime64) else label
    value = value if isinstance(value, (int, float)) else str(value)
    where = f"{quoted_inside(look.fit.model.id)} != {value!r}"
    method = f", method={look.fit.method!r}" if look.normal and look.fit.method != "reml" else ""
    return Call(f"gc.fit(fit.model, fit.panel, where={where!r}{method})", partial(_chooses, look.fit.panel, where))


def _chooses(panel: Any, where: str) -> bool:
    try:
        return len(panel.choose(where).frame) < len(panel.frame)
    except GrowthCurvesError:
        return False


# ---------------------------------------------------- a changed model


def refit(look: Look, **changes: Any) -> Call:
    """The fit with options of the model changed."""
    return Call(_refit(changes), partial(_suits, look.fit, changes))


def compared(look: Look, **changes: Any) -> Call:
    """The fit beside the changed one, by full maximum likelihood where fixed effects change."""
    of_mean = bool({"shape", "predictors", "time_varying"} & set(changes)) and look.fit.method == "reml"
    method = '"ml"' if of_mean else ""
    first = f"fit.refit({method})" if of_mean else "fit"
    return Call(f"gc.compare({first}, {_refit(changes, method)})", partial(_suits, look.fit, changes))


def structures(look: Look, *names: str) -> Call:
    """Residual structures side by side."""
    return Call(f"gc.compare_residuals(fit.model, fit.panel, {list(names)!r})", lambda: look.normal)


def _refit(changes: dict[str, Any], *first: str) -> str:
    options = [f"{name}={_written(value)}" for name, value in changes.items()]
    return f"fit.refit({', '.join([*filter(None, first), *options])})"


def _written(value: Any) -> str:
    """A value as it is typed: what is the package's own is called by `gc`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_written(one)}" for name, one in value.items()) + "}"
    if isinstance(value, ByGroup):
        inner = (value.inner,) if isinstance(value.inner, Diagonal) else value.inner
        return f"gc.ByGroup({', '.join(map(_written, (value.by, *inner)))})"
    if is_dataclass(value):
        given = {name: one for name, one in _given(value).items() if one is not None}
        return f"gc.{type(value).__name__}({', '.join(f'{name}={one!r}' for name, one in given.items())})"
    return f"gc.{value!r}" if isinstance(value, (Diagonal, Crossed)) else repr(value)


def _given(value: Any) -> dict[str, Any]:
    """The options of a residual structure as they were given; what it learned of the data is left out."""
    return {one.name: getattr(value, one.name) for one in fields(value) if one.init and one.repr}


def _suits(fit: Any, changes: dict[str, Any]) -> bool:
    try:
        model = fit.model.replace(**changes)
    except GrowthCurvesError:
        return False
    return can_be_asked(model, fit.panel)


# ---------------------------------------------------- options of a changed model


def predictors(look: Look, added: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The model's predictors with further terms, by growth parameter."""
    model = look.fit.model
    found = {name: model.formula_for(name) for name in (*look.basis, *added)}
    for name, terms in added.items():
        found[name] = " + ".join([*([] if found[name] == "1" else [found[name]]), *terms])
    return {name: text for name, text in found.items() if text != "1"}


def time_varying(look: Look, term: str) -> str:
    """The model's formula of level 1 with a further term."""
    given = look.fit.model.time_varying
    return term if given is None else f"{given} + {term}"


def varying(look: Look, *names: str) -> Any:
    """What varies between persons in the model, and further names."""
    part = look.fit.model.random
    return _typed(part, *names) if part.blocks else names


def varying_above(look: Look, column: str, *names: str) -> dict[str, Any]:
    """What varies between units above persons, and further ones."""
    return {unit: _typed(part) for unit, part in look.fit.model.above.items()} | {column: names}


def by_group(look: Look, column: str) -> Any:
    """What varies between persons, with covariances of their own for each group."""
    return ByGroup(column, *_inner(look.fit.model.random))


def _typed(part: RandomPart, *more: str) -> Any:
    """Random effects as they are typed; where blocks cannot be, all of them with covariances."""
    inner = _inner(part, *more)
    if part.by is not None:
        return ByGroup(part.by, *inner)
    if part.crossed:
        return Crossed(*inner)
    return inner[0] if isinstance(inner[0], Diagonal) else inner


def _inner(part: RandomPart, *more: str) -> tuple[Any, ...]:
    """The names, in one `Diagonal` where none has covariances."""
    by = "" if part.by is None else f":{quoted(part.by)}"
    names = (*(name.removesuffix(by) for name in part.names), *more)
    single = len(part.blocks) > 1 and all(len(block) == 1 for block in part.blocks)
    return (Diagonal(*names),) if single else names


def unequal_over_time(look: Look) -> str:
    """The residual structure of the model with a variance for each occasion; as it is where there is none."""
    name = residual_of(look.fit.model.residual).name
    return _UNEQUAL.get(name, name)


def unequal_between(look: Look, column: str) -> Any:
    """The residual structure of the model with parameters of their own for each group."""
    residual: Any = residual_of(look.fit.model.residual)
    if not hasattr(residual, "by"):
        return replace(RESIDUALS["het"], of=column)
    return type(residual)(**_given(residual) | {"by": column})


def scale_of_logarithms(look: Look) -> tuple[Call, ...]:
    """The model of the outcome's logarithm, where the outcome is a column of amounts."""
    model = look.fit.model
    return () if model.family is not None or is_computed(model) else (refit(look, family="lognormal"),)
