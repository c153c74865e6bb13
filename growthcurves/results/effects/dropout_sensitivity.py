"""Sensitivity to dropout: estimates if persons change otherwise after their last visit, and where the answer tips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import attendance
from growthcurves.data.joined import name_of
from growthcurves.data.markup import Block
from growthcurves.data.missing import person_groups
from growthcurves.data.panel import joining
from growthcurves.data.source import show_level
from growthcurves.errors import ModelError, NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import finite_number, several
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.output.numbers import fixed_text, places_with
from growthcurves.output.words import listed
from growthcurves.results.effects.after_dropout import Shift, refuse_other_models, shift_of
from growthcurves.results.effects.means import Marginal, means
from growthcurves.results.effects.slopes import slopes
from growthcurves.results.questions.rates import rate_unit, whole_period
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import Answer, checked_level, text_table
from growthcurves.results.tables.printing import number, p_text

OF = ("slope", "mean")
#: Steps of the default grid, each side of zero, and of a curve.
_STEPS, _CURVE = 4, 101


@dataclass(frozen=True, eq=False, repr=False)
class DropoutSensitivity(Answer):
    """Estimates if persons who drop out change by delta more per unit of time after their last visit.

    Attributes
    ----------
    table : DataFrame
        One row per estimate (term) and delta: delta, and the tidy columns. At delta = 0 it is the answer of the fit.
    tipping : DataFrame
        One row per estimate: term; per_delta, what one delta adds to it, with its std_error; shown, whether the
        interval at delta = 0 excludes zero; below and above, the nearest deltas on each side at which that changes (NaN
        where none does); zero_at, where the estimate is zero.
    parts : DataFrame
        What the curves are made of: term, estimate, std_error, df, per_delta, per_delta_error, correlation.
    level : float
    title, unit : str
        What is estimated, and what delta is measured in.
    moved : str
        Who is moved, in words.
    rate : float
        The average rate of change of the fit, to compare delta with.
    ddf : str
    """

    tipping: pd.DataFrame
    parts: pd.DataFrame
    level: float
    title: str
    unit: str
    moved: str
    rate: float
    ddf: str

    def at(self, deltas: Any) -> pd.DataFrame:
        """The estimates at other deltas.

        Parameters
        ----------
        deltas : float or list of float

        Returns
        -------
        DataFrame
            As `table`.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> fit = gc.fit("depression ~ week * arm + (week | patient)", panel)
        >>> fit.dropout_sensitivity(by="arm", arms="drug").at(1.0)[["delta", "estimate"]].round(3)
           delta  estimate
        0    1.0    -0.132
        """
        return _rows(self.parts, _checked(deltas), self.level)

    def sentences(self) -> list[str]:
        """The answer in words.

        Returns
        -------
        list of str

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> fit = gc.fit("depression ~ week * arm + (week | patient)", panel)
        >>> len(fit.dropout_sensitivity(by="arm").sentences())
        2
        """
        told = [_told(part, tip) for (_, part), (_, tip) in zip(
            self.parts.iterrows(), self.tipping.iterrows(), strict=True)]  # fmt: skip
        return [*told, f"The average rate of change is {number(self.rate)} {self.unit}, to compare delta with."]

    def plot(self, **options: Any) -> Any:
        """The estimate and its interval against delta, with the deltas at which the answer tips.

        Parameters
        ----------
        **options
            ``ax=`` draws on these axes, ``figsize=`` (inches) on a new figure of that size.

        Returns
        -------
        Axes
            Of matplotlib.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> fit = gc.fit("depression ~ week * arm + (week | patient)", panel)
        >>> axes = fit.dropout_sensitivity(by="arm", arms="drug").plot()
        """
        from growthcurves.plots import plot_sensitivity

        return plot_sensitivity(self, **options)

    def curve(self, term: str) -> pd.DataFrame:
        """The estimates of one term over the range of the deltas of the table, for pictures.

        Parameters
        ----------
        term : str

        Returns
        -------
        DataFrame
            As `table`, at 101 deltas.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> fit = gc.fit("depression ~ week * arm + (week | patient)", panel)
        >>> found = fit.dropout_sensitivity(by="arm")
        >>> len(found.curve(found.parts["term"][0]))
        101
        """
        ends = self.table["delta"].min(), self.table["delta"].max()
        of_term = self.parts.set_index("term", drop=False).loc[[term]].reset_index(drop=True)
        return _rows(of_term, np.linspace(*ends, _CURVE), self.level)

    def __str__(self) -> str:
        shown = _shown(self.table.drop(columns="label"), len(self.parts) == 1)
        return "\n".join([self.title, shown.to_string(index=False), *self._notes()])

    def _blocks(self) -> tuple[Block, ...]:
        return (self.title, text_table(self.table), *self._notes())

    def _notes(self) -> list[str]:
        how = f"delta: {self.unit} that {self.moved} change more after their last visit than was to be expected."
        return [how, *self.sentences(), f"Degrees of freedom: {self.ddf}."]

    def to_dict(self) -> dict[str, Any]:
        facts = {"title": self.title, "unit": self.unit, "moved": self.moved, "rate": self.rate, "ddf": self.ddf}
        tables = {"tipping": _plain(self.tipping), "parts": _plain(self.parts)}
        return super().to_dict() | facts | tables | {"level": self.level}


def dropout_sensitivity(
    fit: FittedModel,
    by: Any = None,
    arms: Any = None,
    of: str = "slope",
    deltas: Any = None,
    between: tuple[float, float] | None = None,
    at: float | None = None,
    level: float = 0.95,
    ddf: Any = None,
) -> DropoutSensitivity:
    """What estimates become after another change than expected; see `GrowthFit.dropout_sensitivity`."""
    level = checked_level(level)
    if not among(of, OF):
        raise ModelError(unknown("estimate (for of=)", of, OF))
    refuse_other_models(fit)
    base = _base(fit, by, of, between, at, level, ddf)
    moved, words = _moved(fit, by, arms)
    shift = shift_of(fit, moved)
    if not shift.dropouts:
        raise NotEstimableError(f"Nobody{f' of {words}' if words else ''} dropped out, so that nothing depends on it.")
    table, L = _asked(base, by is not None)
    change, error, correlation = shift.of(L)
    parts = table[["term", "estimate", "std_error", "df"]].assign(
        per_delta=change, per_delta_error=error, correlation=correlation, label=table["label"]
    )
    tipping = pd.DataFrame([_tipping(part, level) for part in parts.to_dict("records")])
    grid = _default_grid(fit, tipping) if deltas is None else _checked(deltas)
    rate = slopes(fit, None, between).table["estimate"].iloc[0]
    what = fit.vocabulary.said(_title(base, by is not None))
    found = said(_rows(parts, grid, level), fit, level)
    return DropoutSensitivity(
        found, tipping, parts, level, what, rate_unit(fit), _who(fit, shift, words), float(rate), base.ddf
    )


def _base(
    fit: FittedModel, by: Any, of: str, between: tuple[float, float] | None, at: Any, level: float, ddf: Any
) -> Marginal:
    """The answer of the fit, with differences from the first group where there are groups."""
    differences = None if by is None else "reference"
    if of == "slope":
        if at is not None:
            raise ModelError("at= is the time of a mean: ask for of='mean', or leave it out.")
        return slopes(fit, by, between, differences=differences, ddf=ddf, level=level)
    if between is not None:
        raise ModelError("between= is the interval of a rate: ask for of='slope', or leave it out.")
    when = whole_period(fit)[1] if at is None else finite_number(at, "at= is a time")
    return means(fit, [when], by, differences, ddf=ddf, level=level)


def _asked(base: Marginal, compared: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows that are asked for: estimates, or differences from the first group; and as functions of beta."""
    rows, different = base.rows.over_kept, base.table["kind"] == "difference"
    table, L = base.table[different == compared].reset_index(drop=True), rows[1:] - rows[0] if compared else rows
    if compared and not L[np.isfinite(L)].any():
        raise NotEstimableError("The model holds the groups to be alike in this, so that no delta makes them differ.")
    needed = {"estimate", "std_error", "df"}
    if not needed <= set(table) or table[list(needed)].isna().any(axis=None):
        raise NotEstimableError(
            "The estimate has no interval in this fit: the data hold no persons that determine it, or tell no degrees "
            "of freedom."
        )
    return table, L


def _moved(fit: FittedModel, by: Any, arms: Any) -> tuple[np.ndarray | None, str]:
    """Which persons of the fit are moved, and who they are in words; None where all are."""
    if arms is None:
        return None, ""
    if by is None:
        raise ModelError("arms= names groups of by=: say which column they are of.")
    panel = joining(fit.panel, by)
    there = attendance(panel)
    name = by if isinstance(by, str) else name_of(by, "by")
    groups, labels = person_groups(panel, there.persons, there.known, name)
    wanted = [show_level(arm) for arm in several(arms)]
    if not wanted:
        raise ModelError(f"arms= names no group of {name!r}: name one, {listed(labels)}, or leave it out for all.")
    for arm in wanted:
        if arm not in labels:
            raise ModelError(unknown("group (for arms=)", arm, labels))
    place = pd.Index(there.persons.labels).get_indexer(pd.Index(fit.panel.persons.labels))
    return np.isin(groups[place], [labels.index(arm) for arm in wanted]), listed(wanted)


def _checked(deltas: Any) -> np.ndarray:
    values = [finite_number(delta, "deltas= are changes of the rate") for delta in several(deltas)]
    if not values:
        raise ModelError("deltas= needs a number or more.")
    return np.array(values)


def _rows(parts: pd.DataFrame, deltas: np.ndarray, level: float) -> pd.DataFrame:
    """The tidy table of every part at every delta."""
    frames = []
    for part in parts.to_dict("records"):
        estimate = part["estimate"] + deltas * part["per_delta"]
        error = np.sqrt(_variance(part, deltas))
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = estimate / error
        df = np.full(len(deltas), part["df"])
        half = t_quantile(0.5 + level / 2.0, df) * error
        columns = {
            "term": part["term"], "delta": deltas, "estimate": estimate, "std_error": error, "df": df,
            "statistic": statistic, "p_value": two_sided(statistic, df), "conf_low": estimate - half,
            "conf_high": estimate + half, "label": part["label"],
        }  # fmt: skip
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _variance(part: dict[str, Any], delta: Any) -> Any:
    """Of estimate + delta * per_delta."""
    one, other = part["std_error"], part["per_delta_error"]
    return one**2 + 2.0 * delta * part["correlation"] * one * other + delta**2 * other**2


def _tipping(part: dict[str, Any], level: float) -> dict[str, Any]:
    """Where |estimate + delta * per_delta| is the quantile times its standard error: the roots of a quadratic."""
    estimate, change = part["estimate"], part["per_delta"]
    cut = float(t_quantile(0.5 + level / 2.0, np.array(part["df"]))) ** 2
    one, other = part["std_error"], part["per_delta_error"]
    cross = part["correlation"] * one * other
    polynomial = [change**2 - cut * other**2, 2.0 * (estimate * change - cut * cross), estimate**2 - cut * one**2]
    roots = np.roots(polynomial) if np.isfinite(polynomial).all() else np.zeros(0)
    real = roots.real[np.abs(roots.imag) <= 1e-12 * np.abs(roots)]
    return {
        "term": part["term"],
        "per_delta": change,
        "std_error": other,
        "shown": bool(polynomial[2] > 0),
        "below": max(real[real < 0], default=float("nan")),
        "above": min(real[real > 0], default=float("nan")),
        "zero_at": -estimate / change if change else float("nan"),
    }


def _default_grid(fit: FittedModel, tipping: pd.DataFrame) -> np.ndarray:
    """Nine deltas about zero: as far as one standard deviation of the outcome over the study, or, within ten, to where
    it tips.
    """
    first, last = whole_period(fit)
    values, shares = fit.panel.values, fit.row_shares
    far = float(np.sqrt(shares @ (values - shares @ values) ** 2)) / (last - first)
    ends = np.abs(tipping[["below", "above"]].to_numpy(float))
    near = ends[ends <= 10.0 * far]
    reach = max(far, 1.25 * near.max()) if near.size else far
    power = 10.0 ** np.floor(np.log10(reach)) if reach > 0 else 1.0
    widest = next(step * power for step in (1.0, 2.0, 4.0, 6.0, 8.0, 10.0) if step * power >= reach)
    return np.array([float(f"{delta:.6g}") for delta in np.linspace(-widest, widest, 2 * _STEPS + 1)])


def _title(base: Marginal, compared: bool) -> str:
    what = f"Differences of {base.title[:1].lower()}{base.title[1:]}" if compared else base.title
    return f"{what}, if persons who drop out change otherwise after it"


def _who(fit: FittedModel, shift: Shift, words: str) -> str:
    arms = f" of {words}" if words else ""
    return f"the {shift.dropouts:,} {fit.vocabulary.who.several}{arms} who dropped out ({shift.unseen:,} waves)"


def _told(part: pd.Series, tip: pd.Series) -> str:
    """Where an estimate tips, as a sentence."""
    places = places_with(float(part["std_error"]))
    estimate, change = (fixed_text(float(one), places) for one in (part["estimate"], part["per_delta"]))
    name = f"{part['label'][:1].upper()}{part['label'][1:]}"
    moves = f"{name}: {estimate} at delta 0, and {change} more for each unit of delta"
    ends = [float(tip[side]) for side in ("below", "above") if np.isfinite(tip[side])]
    beyond = listed([f"{'below' if end < 0 else 'above'} {number(end)}" for end in ends], "or")
    if bool(tip["shown"]):
        after = f"not any more with delta {beyond}" if ends else "with any delta"
        return f"{moves}. It is shown to differ from zero at delta 0, and {after}."
    after = f"is with delta {beyond}" if ends else "with no delta"
    return f"{moves}. It is not shown to differ from zero at delta 0, and {after}."


def _shown(table: pd.DataFrame, one: bool) -> pd.DataFrame:
    shown = table.drop(columns="term") if one else table
    texts = {name: [number(value) for value in shown[name]] for name in shown if name not in ("term", "p_value")}
    texts["p_value"] = [p_text(value) for value in shown["p_value"]]
    return shown.assign(**texts)


def _plain(table: pd.DataFrame) -> Sequence[dict[str, Any]]:
    return table.astype(object).where(table.notna(), None).to_dict(orient="records")
