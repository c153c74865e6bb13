"""From what papers print (SDs, ICC, reliability, correlations of visits) to SDs and correlations of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.model.covariance import residual_of
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.bounds import finite_number, several, shown_value
from growthcurves.planning.study import Study


def spread_of(study: Study, options: Mapping[str, Any], visits: bool, varying: tuple[str, ...]) -> dict[str, Any]:
    """SDs and correlations, by what varies: "sd:intercept", "sd:slope", "sd:residual", "correlation"; or the
    covariance "matrix" of the visits. `varying` are the growth parameters that vary unless something says otherwise.

    Raises
    ------
    ModelError
        For what is said in two ways, not at all, or cannot be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    return _of_visits(study, given) if visits and "random" not in given else _of_growth(study, given, varying)


# ---------------------------------------------------------------- growth


def _of_growth(study: Study, given: Mapping[str, Any], varying: tuple[str, ...]) -> dict[str, Any]:
    if "covariance" in given:
        raise ModelError("covariance= is that of visits: give shape='visits' too, or the SDs of a growth curve.")
    found: dict[str, Any] = _by_icc(given)
    for name in ("intercept", "slope", "residual"):
        if f"sd_{name}" in given:
            found[f"sd:{name}"] = _by_arm(study, given[f"sd_{name}"], f"sd_{name}")
    if "reliability" in given:
        found["sd:slope"] = _by_reliability(study, given, found)
    if not {"model", "random"} & set(given):
        _refuse_unsaid(found, given, varying)
    if "correlation" in given:
        found["correlation"] = _one_correlation(study, given["correlation"])
    return found


def _refuse_unsaid(found: Mapping[str, Any], given: Mapping[str, Any], varying: tuple[str, ...]) -> None:
    """Refuse growth parameters that vary by default and have no SD, and SDs of what is no parameter of the curve."""
    said = {**found, **{str(name): 1.0 for name in given.get("values", {})}}
    own = [name for name in varying if name not in ("intercept", "slope")]
    alike = "sd:slope" in found and np.all(np.asarray(_numbers(found["sd:slope"])) == 0)
    if "slope" not in varying and "sd:slope" in found and not alike:
        raise ModelError(
            f"sd_slope= is of one rate of change, and this curve varies in {_words(own)}: {_by_name(own)}."
        )
    for name in [name for name in ("intercept", "slope") if name in varying]:
        if f"sd:{name}" not in said:
            raise ModelError(_missing(name))
    missing = [name for name in own if f"sd:{name}" not in said]
    if missing and not (alike and all(name.startswith("slope") for name in missing)):
        raise ModelError(
            f"Nothing is said of how much persons vary in {_words(missing)}, as they do in this curve unless random= "
            f"says otherwise: {_by_name(missing)}."
        )
    if not any(name.startswith("sd:residual") for name in said) and not {"family", "residual"} & set(given):
        raise ModelError(_missing("residual"))


def _missing(name: str) -> str:
    others = {
        "intercept": "sd_intercept= (or icc= with sd=)",
        "slope": "sd_slope= (0 for persons whose rates are alike, or reliability=)",
        "residual": "sd_residual=",
    }
    return f"Nothing is said of how much the {name}s vary: give {others[name]}, or a pilot fit with fit=."


def _numbers(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else [value]


def _words(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _by_name(names: list[str]) -> str:
    """How SDs and correlations of growth parameters are given by their names."""
    sds = ", ".join(f"'sd:{name}': ..." for name in names)
    return f"give values={{{sds}}}, with correlations as 'cor:intercept,{names[0]}' (0 where none is given)"


def _by_icc(given: Mapping[str, Any]) -> dict[str, Any]:
    """The SD of intercepts (and residuals) from the share of the variance at the origin that persons make."""
    if "icc" not in given:
        if "sd" in given:
            raise ModelError("sd= is the SD of the outcome where time is 0: give icc= too, which says how it divides.")
        return {}
    icc = finite_number(given["icc"], "icc= is a share of the variance")
    if not 0.0 <= icc < 1.0:
        raise ModelError(f"icc= is a share of the variance, from 0 to below 1, not {icc:g}.")
    if "sd_intercept" in given:
        raise ModelError("icc= and sd_intercept= both say how much intercepts vary: leave one of them out.")
    if "sd" in given and "sd_residual" in given:
        raise ModelError("icc= and sd= say what the SD of residuals is: leave sd= or sd_residual= out.")
    if not {"sd", "sd_residual"} & set(given):
        raise ModelError("icc= needs either sd=, of the outcome where time is 0, or sd_residual=.")
    if "sd" in given:
        sd = _positive(given["sd"], "sd")
        return {"sd:intercept": sd * np.sqrt(icc), "sd:residual": sd * np.sqrt(1.0 - icc)}
    return {"sd:intercept": _positive(given["sd_residual"], "sd_residual") * np.sqrt(icc / (1.0 - icc))}


def _by_reliability(study: Study, given: Mapping[str, Any], found: Mapping[str, Any]) -> float:
    """The SD of slopes from the reliability of own slopes over a whole schedule (Willett 1989)."""
    reliability = finite_number(given["reliability"], "reliability= is that of own slopes")
    if not 0.0 <= reliability < 1.0:
        raise ModelError(f"reliability= is that of own slopes, from 0 to below 1, not {reliability:g}.")
    if "sd_slope" in given:
        raise ModelError("reliability= and sd_slope= both say how much slopes vary: leave one of them out.")
    sd = found.get("sd:residual")
    if sd is None or isinstance(sd, Mapping):
        raise ModelError("reliability= needs one SD of residuals: give sd_residual=.")
    if len({one.times for of_arm in study.times.values() for one in of_arm}) > 1:
        raise ModelError("reliability= is of own slopes over one schedule, and persons have several: give sd_slope=.")
    times = np.array(study.visits)
    if len(times) < 2:
        raise ModelError("reliability= is that of slopes over several visits, and the study has one.")
    error = float(sd) ** 2 / float(((times - times.mean()) ** 2).sum())
    return float(np.sqrt(error * reliability / (1.0 - reliability)))


def _one_correlation(study: Study, value: Any) -> Any:
    """A number, or a matrix of intercept and slope; of each arm where they differ."""
    if isinstance(value, Mapping):
        return {arm: _one_correlation(study, one) for arm, one in _by_arm(study, value, "correlation").items()}
    if np.ndim(value) == 0:
        return value
    return float(correlation_matrix(value, 2)[0, 1])


# ---------------------------------------------------------------- visits


def _of_visits(study: Study, given: Mapping[str, Any]) -> dict[str, Any]:
    """The covariance matrix of the visits, of each arm where something is said by arm."""
    for name in ("sd_intercept", "sd_slope", "icc", "reliability"):
        if name in given:
            raise ModelError(f"{name}= is of growth curves: of visits give sd= and correlation=.")
    if "values" in given and not {"covariance", "sd", "sd_residual", "correlation"} & set(given):
        return {}
    times, spreads = np.array(study.visits), ("covariance", "sd", "sd_residual", "correlation")
    said = {name: _by_arm(study, given[name], name) for name in spreads if name in given}
    if not any(isinstance(value, Mapping) for value in said.values()):
        return {"matrix": {None: _matrix_of_visits(given, times)}}
    of_arms = {
        arm: {name: value[arm] if isinstance(value, Mapping) else value for name, value in said.items()}
        for arm in study.arms
    }
    return {"matrix": {arm: _matrix_of_visits({**given, **own}, times) for arm, own in of_arms.items()}}


def _matrix_of_visits(given: Mapping[str, Any], times: Array) -> Array:
    if "covariance" in given:
        if {"sd", "correlation", "sd_residual"} & set(given):
            raise ModelError("covariance= says SDs and correlations of the visits: leave sd= and correlation= out.")
        return covariance_matrix(given["covariance"], len(times))
    sds = _sds_of_visits(given, len(times))
    return np.outer(sds, sds) * _correlations(given, times)


def _sds_of_visits(given: Mapping[str, Any], count: int) -> Array:
    if "sd" in given and "sd_residual" in given:
        raise ModelError("sd= and sd_residual= are the same of visits: leave one of them out.")
    sd = given.get("sd", given.get("sd_residual"))
    if sd is None:
        raise ModelError("Nothing is said of how much outcomes vary: give sd=, one or one for each visit.")
    sds = np.array([_positive(one, "sd") for one in several(sd)])
    if len(sds) not in (1, count):
        raise ModelError(f"sd= is one SD or one for each of the {count} visits, not {len(sds)}.")
    return np.broadcast_to(sds, count)


#: Structures of which one number is the correlation of visits next to each other, or one unit of time apart.
_BY_LAG, _BY_TIME = ("ar1", "arh1"), ("car1",)


def _correlations(given: Mapping[str, Any], times: Array) -> Array:
    """Correlations of the visits: as they are given, or one number as the structure means it."""
    value, count = given.get("correlation"), len(times)
    if value is None:
        raise ModelError("Nothing is said of how visits of a person correlate: give correlation=.")
    if np.ndim(value):
        return correlation_matrix(value, count)
    rho = finite_number(value, "correlation= is a number or a matrix of the visits")
    residual = residual_of(given.get("residual", "un")).name
    if residual in _BY_LAG or residual in _BY_TIME:
        places = np.arange(count) if residual in _BY_LAG else times
        return correlation_matrix(rho ** np.abs(np.subtract.outer(places, places)), count)
    return correlation_matrix(np.full((count, count), rho) + (1.0 - rho) * np.eye(count), count)


def covariance_matrix(value: Any, count: int, option: str = "covariance") -> Array:
    """A covariance matrix of so many rows.

    Raises
    ------
    ModelError
        For a matrix that is none.
    """
    V = _matrix(value, count, option)
    if (np.diag(V) <= 0).any():
        raise ModelError(f"{option}= has variances above 0 on its diagonal.")
    sds = np.sqrt(np.diag(V))
    correlation_matrix(V / np.outer(sds, sds), count, option)
    return V


def correlation_matrix(value: Any, count: int, option: str = "correlation") -> Array:
    """A correlation matrix of so many rows.

    Raises
    ------
    ModelError
        For a matrix that is none.
    """
    R = _matrix(value, count, option)
    if np.abs(np.diag(R) - 1.0).max() > 1e-8:
        raise ModelError(f"{option}= is no correlation matrix: its diagonal is not 1.")
    if np.abs(R).max() > 1.0 + 1e-8 or np.linalg.eigvalsh(R).min() < 1e-10:
        raise ModelError(
            f"{option}= is no correlation matrix of different things: no outcomes can have these correlations together "
            f"(its smallest eigenvalue is {np.linalg.eigvalsh(R).min():.3g})."
        )
    return R


def _matrix(value: Any, count: int, option: str) -> Array:
    try:
        found = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        found = np.zeros(0)
    if found.shape != (count, count) or not np.isfinite(found).all():
        raise ModelError(f"{option}= is a matrix of {count} rows and columns here, not {shown_value(value)}.")
    if np.abs(found - found.T).max() > 1e-8 * np.abs(found).max():
        raise ModelError(f"{option}= is a symmetric matrix.")
    return (found + found.T) / 2.0


def _by_arm(study: Study, value: Any, option: str) -> Any:
    """One value, or one for each arm."""
    if not isinstance(value, Mapping):
        return value
    if set(value) != set(study.arms):
        raise ModelError(f"{option}= by arm has a value for each of {', '.join(map(str, study.arms))}.")
    return dict(value)


def _positive(value: Any, option: str) -> float:
    found = finite_number(value, f"{option}= is a standard deviation")
    if found <= 0:
        raise ModelError(f"{option}= is a standard deviation above 0, not {found:g}.")
    return found
