"""What the outcomes of a family are called for a reader: of what there is a probability, what odds and rates do."""

from __future__ import annotations

from dataclasses import dataclass

from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import likelihood_of
from growthcurves.output.numbers import percent_text, places_with
from growthcurves.results.tables.printing import number

#: What is said of all persons at the reference, of which the ratios are.
_BASES = {
    "odds ratio": "odds", "rate ratio": "rate", "hazard ratio": "hazard", "ratio of means": "mean",
    "ratio of medians": "median",
}  # fmt: skip


@dataclass(frozen=True)
class OutcomeWords:
    """The words of a family's outcome.

    Attributes
    ----------
    event : str
        Of what there is a probability or a mean: the outcome, with the category that is yes where it has a name.
    mean : str
        "probability", "expected count", "expected place", "mean".
    aside : str
        What a reader must know of the scale: which categories places are, over what a count is.
    share : bool
        Whether the mean is a probability, told in percent.
    ratios : bool
        Whether means are compared by their ratio.
    effect, base : str
        "odds ratio", and "odds"; empty where e to the power of a coefficient is nothing.
    link : str
        What the linear predictor is called.
    rises : str
        Of persons with a rate above zero: "whose probability of well rises".
    exposed : bool
        Whether counts have an exposure.
    ordered : bool
        Whether outcomes are ordered categories, whose mean is a place among them.
    """

    event: str
    mean: str
    aside: str
    share: bool
    ratios: bool
    effect: str
    base: str
    link: str
    rises: str
    exposed: bool = False
    ordered: bool = False

    @property
    def plural(self) -> bool:
        return self.base.startswith("odds")

    @property
    def means(self) -> str:
        """Several of them: "probabilities", "expected counts"."""
        return "probabilities" if self.mean == "probability" else f"{self.mean}s"

    @property
    def unit(self) -> str:
        return " %" if self.share else ""

    def changes(self, ratio: float, per: str) -> str:
        """What odds, a rate or a mean do that are multiplied by a ratio in a unit of time.

        Examples
        --------
        >>> words = OutcomeWords("relief", "probability", "", True, False, "odds ratio", "odds", "log odds", "")
        >>> words.changes(1.37, "week"), words.changes(0.5, "week"), words.changes(3.0, "week")
        ('rise by 37 % per week', 'fall by 50 % per week', 'are multiplied by 3.00 every week')
        """
        ending = "" if self.plural else "s"
        if ratio >= 2 or ratio < 0.1:
            return f"{'are' if self.plural else 'is'} multiplied by {number(ratio, 3)} every {per}"
        size = abs(ratio - 1)
        if size < 5e-5:
            return "stay as they are" if self.plural else "stays as it is"
        verb = "fall" if ratio < 1 else "rise"
        return f"{verb}{ending} by {percent_text(size, 0 if size >= 0.095 else 1)} % per {per}"

    def numbers(self, *values: float, error: float = float("nan")) -> list[str]:
        """Means as texts with the same decimals: probabilities in percent, never as none or all."""
        if self.share:
            return share_texts(*values)
        if not 1e-4 <= (size := error if error > 0 else max(map(abs, values))) < 1e6:
            return [number(value, 3) for value in values]
        return [f"{value:,.{places_with(size, *values)}f}" for value in values]


def share_texts(*values: float) -> list[str]:
    """Shares in percent, never as none or all."""
    return [_percent(value) for value in values]


def _percent(value: float) -> str:
    if value < 5e-4:
        return "below 0.1"
    return "above 99.9" if value > 1 - 5e-4 else percent_text(value)


def base_of(effect: str) -> str:
    """Of what a ratio is: "odds" of an odds ratio."""
    return _BASES.get(effect, effect)


def outcome_words(fit: FittedModel) -> OutcomeWords:
    """The words of a fit of a family."""
    family, outcome, model = fit.outcome_family, likelihood_of(fit.model), fit.model
    share, ordered = family.name == "binomial", family.name == "ordinal"
    effect = str(family.effect or "")
    event = outcome if model.trials is None else f"{outcome} (of each trial)"
    if share and family.categories and not isinstance(family.categories[1], bool):
        event = f"{outcome} = {family.categories[1]}"
    aside = ""
    if ordered:
        aside = ", ".join(f"{place}: {name}" for place, name in enumerate(family.categories))
    elif model.exposure is not None:
        aside = f"for an exposure, {model.exposure}, of 1"
    mean = str(family.scale_words.response)
    who = f"whose {mean} of {event} rises" if not ordered else f"who move to higher categories of {outcome}"
    base = base_of(effect) if effect else ""
    link = str(family.scale_words.link)
    ratios = not share and not ordered
    if ordered:
        event, base = outcome, base and f"{base} of a higher category"
    return OutcomeWords(event, mean, aside, share, ratios, effect, base, link, who, model.exposure is not None, ordered)
