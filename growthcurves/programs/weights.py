"""Sampling weights in other programs: whose they are, how they are scaled there, and what a program cannot say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from growthcurves.fitted import FittedModel
from growthcurves.model.survey.design import ROWS, by_unit
from growthcurves.model.survey.replicates import ReplicateWeights
from growthcurves.programs.spec import Spec, refused

#: Behind the names of weights that a program scales.
SCALED = "_scaled"


@dataclass(frozen=True)
class Weights:
    """The weights of a fit in words that programs have.

    Attributes
    ----------
    columns : dict of unit to column
        "rows", the id, units above persons; those without weights are not there.
    within : dict of unit to unit
        In what the weights of a unit are scaled; those of the highest level are not there.
    scale : {"size", "effective", "none"}
    psu, strata : str or None
    replicates : tuple of str
        The columns of replicate weights.
    how : ReplicateWeights or None
        Of what kind they are.
    highest : str
        The column of the largest units.
    """

    columns: dict[str, str]
    within: dict[str, str]
    scale: str
    psu: str | None
    strata: str | None
    replicates: tuple[str, ...]
    how: ReplicateWeights | None
    highest: str

    @property
    def scaled(self) -> dict[str, tuple[str, str]]:
        """Column and holder of the weights that have to be scaled, by unit."""
        kept = self.within if self.scale != "none" else {}
        return {unit: (self.columns[unit], kept[unit]) for unit in self.columns if unit in kept}

    def name(self, unit: str) -> str | None:
        """The variable of a unit's weights, scaled ones by their own name; None where it has none."""
        column = self.columns.get(unit)
        return column if column is None or unit not in self.scaled else f"{column}{SCALED}"

    @property
    def clusters(self) -> str:
        """The column of the sampling units."""
        return self.psu or self.highest

    @property
    def used(self) -> list[str]:
        """Every column that it reads."""
        named = [*self.columns.values(), self.psu, self.strata, *self.replicates]
        return [name for name in dict.fromkeys(named) if name]


def weights_of(fit: FittedModel) -> Weights | None:
    """The weights of a fit; None without a design."""
    if fit.weighing is None:
        return None
    model, design = fit.model, fit.weighing.design
    names = [ROWS, model.id, *model.above]
    within = dict(zip(names, names[1:], strict=False))
    found = design.replicates
    columns = () if found is None else tuple(found.among(list(fit.panel.data.columns)))
    return Weights(
        by_unit(design, model), within, design.scale, design.psu, design.strata, columns, found, names[-1],
    )  # fmt: skip


def require(spec: Spec, program: str, strata: bool = False, replicates: bool = False) -> Weights:
    """The weights of a spec, for a program that knows so much of a design.

    Raises
    ------
    NotAvailableError
        For strata and replicate weights in a program that has none of them, and for blocks of one unit apart.
    """
    found = spec.weights
    assert found is not None
    if found.replicates and not replicates:
        raise refused(f"{program} has no replicate weights for multilevel models", "fit it again for each by hand")
    if found.strata and not strata:
        raise refused(
            f"{program} takes errors by sampling units alone, without strata", "leave strata= out to compare with it"
        )
    return found


def one_block(spec: Spec, program: str) -> None:
    """Refuse random effects of one unit in several blocks: each would be given the unit's weight again.

    Raises
    ------
    NotAvailableError
    """
    if len(spec.blocks) > 1 or any(len(one.random) > 1 for one in spec.above):
        raise refused(f"{program} gives weights to each block of random effects", "let those of a unit covary")


def told(weights: Weights) -> str:
    """What standard errors of the program are, in one line."""
    return f"standard errors by {weights.clusters}; ours are those with t in the place of z"


def with_weights(spec: Spec, fit: FittedModel) -> Spec:
    """The spec with the weights of its fit."""
    return replace(spec, weights=weights_of(fit))
