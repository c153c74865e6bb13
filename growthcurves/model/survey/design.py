"""A sampling design as it is said: columns of weights, strata and sampling units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from growthcurves.errors import ModelError, among, unknown
from growthcurves.model.growth import GrowthModel
from growthcurves.model.survey.replicates import ReplicateWeights

#: How conditional weights are scaled within the unit that holds those whose weights they are.
SCALES = ("size", "effective", "none")
#: What is done about strata of one sampling unit.
SINGLE = ("refuse", "certainty", "centred")
#: The word for rows among the keys of `weights`.
ROWS = "rows"


@dataclass(frozen=True)
class SurveyDesign:
    """How persons were sampled: weights, strata and sampling units, for ``gc.fit(model, data, design=...)``.

    Estimates maximise a weighted pseudo-likelihood, in which each unit counts as many times within the unit above it as
    its conditional weight says (Rabe-Hesketh and Skrondal 2006; Asparouhov 2006); errors are by the design, a sandwich
    of scores by sampling unit within strata; degrees of freedom are sampling units less strata (docs/survey.md).

    Parameters
    ----------
    weights : str or dict, optional
        Column of the persons' weights; or by whose they are: the id column, units above persons, ``"rows"`` of
        occasions. Below the highest level a weight is conditional: one over the probability of being sampled given that
        the unit above was. Units that are not named count once.
    strata : str, optional
        Column of the strata.
    psu : str, optional
        Column of the primary sampling units; they lie in strata, whose names for them may be the same. By default the
        units of the highest level, persons where there are none above.
    replicates : ReplicateWeights, optional
        Replicate weights of persons or of units above them, from which errors are taken in the place of strata and
        sampling units.
    scale : {"size", "effective", "none"}
        How conditional weights below the highest level are scaled within the unit that holds them: to sum to how many
        they are ("size"), to their effective number, the squared sum over the sum of squares ("effective"), or not at
        all. Weights of the highest level need none: their unit changes nothing but the log pseudo-likelihood.
    single : {"refuse", "certainty", "centred"}
        Strata of one sampling unit, whose variance is not known: refused by name, taken to add nothing (units that were
        certain to be sampled), or compared with the mean of all units.

    Raises
    ------
    ModelError
        For what is no column, and unknown words.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("orthodont").assign(w=lambda d: 1.0 + (d["sex"] == "Female"))
    >>> fit = gc.fit("distance ~ age + (age | subject)", data, design=gc.SurveyDesign(weights="w"))
    >>> fit.fixed_effects()[["term", "estimate", "std_error", "df"]].round(3)
            term  estimate  std_error    df
    0  intercept    16.938      0.668  26.0
    1      slope     0.608      0.064  26.0
    """

    weights: str | Mapping[str, str] | None = None
    strata: str | None = None
    psu: str | None = None
    replicates: ReplicateWeights | None = None
    scale: str = "size"
    single: str = "refuse"

    def __post_init__(self) -> None:
        for name, value in (("strata", self.strata), ("psu", self.psu)):
            if value is not None and not isinstance(value, str):
                raise ModelError(f"{name}= is the name of a column, not {type(value).__name__}.")
        if isinstance(self.weights, Mapping) and not self.weights:
            raise ModelError("weights={} names no weights: leave it out, or name columns by whose weights they are.")
        named = self.weights.items() if isinstance(self.weights, Mapping) else [("", self.weights)]
        for unit, column in named:
            if not isinstance(unit, str) or not (isinstance(column, str) or (column is None and not unit)):
                raise ModelError(
                    "weights= is a column, or columns by whose weights they are: {'pupil': 'w', 'school': 'w_school'}."
                )
        if not among(self.scale, SCALES):
            raise ModelError(unknown("scaling of weights", self.scale, SCALES))
        if not among(self.single, SINGLE):
            raise ModelError(unknown("treatment of single sampling units", self.single, SINGLE))
        if self.replicates is not None and not isinstance(self.replicates, ReplicateWeights):
            raise ModelError("replicates= is gc.ReplicateWeights(columns, kind), which says of what kind they are.")
        if self.replicates is not None and self.weights is None:
            raise ModelError("Replicate weights need weights=, those of the estimate itself.")
        if self.weights is None and self.strata is None and self.psu is None:
            raise ModelError("A SurveyDesign needs weights=, strata= or psu=.")

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it names."""
        weights = self.weights.values() if isinstance(self.weights, Mapping) else [self.weights]
        return tuple(name for name in (*weights, self.strata, self.psu) if name is not None)


def by_unit(design: SurveyDesign, model: GrowthModel) -> dict[str, str]:
    """The column of the weights of each unit of a model: "rows", the id, units above.

    Raises
    ------
    ModelError
        For weights of what is no unit of the model.
    """
    if design.weights is None:
        return {}
    if isinstance(design.weights, str):
        return {model.id: design.weights}
    known = [ROWS, model.id, *model.above]
    for unit in design.weights:
        if unit not in known:
            raise ModelError(unknown("unit with weights", unit, known))
    return dict(design.weights)
