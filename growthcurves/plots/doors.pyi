# Made by docs/make_stub.py.

from dataclasses import dataclass
from typing import Any

@dataclass(frozen=True)
class FitPlots:
    fit: Any
    def trajectories(
        self,
        *,
        by: str | None = ...,
        people: Any = ...,
        rng: Any = ...,
        level: float = ...,
        lines: str = ...,
        color: str | None = ...,
        highlight: Any = ...,
        numbers: bool | None = ...,
        limits: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Trajectories of persons, the fitted mean with its band, and the band that holds most persons."""
    def people(
        self,
        *,
        people: Any = ...,
        rng: Any = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Persons one by one: observed points, own least-squares line, and empirical Bayes line."""
    def shrinkage(
        self,
        *,
        at: float | None = ...,
        between: tuple[float, float] | None = ...,
        people: int | None = ...,
        rng: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Status and rate of persons: an arrow from their own least squares to their empirical Bayes estimate."""
    def slopes(
        self,
        *,
        threshold: float = ...,
        between: tuple[float, float] | None = ...,
        by: str | None = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """How persons' rates of change are distributed, with no change (or another threshold) marked."""
    def start_and_rate(
        self,
        *,
        by: str | None = ...,
        at: float | None = ...,
        between: tuple[float, float] | None = ...,
        level: float = ...,
        people: int | None = ...,
        rng: Any = ...,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Status against rate of change, with the ellipse that holds 95 % of persons according to the model."""
    def variance_over_time(
        self,
        *,
        reference: float | None = ...,
        level: float = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """SD, correlation and ICC of the outcome over time: implied by the model (lines), and observed (dots)."""
    def residuals(
        self,
        *,
        kind: str = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Residuals against the fitted values and against time, with their mean along both."""
    def qq(
        self,
        *,
        kind: str = ...,
        level: float = ...,
        fig: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Residuals and random effects against the quantiles of a standard normal, with a simultaneous band."""
    def correlation(
        self,
        *,
        ax: Any = ...,
        figsize: tuple[float, float] | None = ...,
    ) -> Any:
        """Correlation of a person's outcomes by how far apart in time they are: implied by the model, and observed."""
def plot_ladder(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_panel(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_residuals(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_subgroups(subject: Any, *options: Any, **named: Any) -> Any: ...
def plot_trial(subject: Any, *options: Any, **named: Any) -> Any: ...
