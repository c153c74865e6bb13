"""What was warned of, kept with its kind, so that nothing has to recognise a warning by its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from growthcurves.errors import (
    ConvergenceWarning,
    DataWarning,
    GrowthCurvesWarning,
    IdentificationWarning,
    ModelWarning,
)


class NoteKind(Enum):
    """What is warned of. The value is its name in saved fits."""

    FEW_PERSONS = "few persons"
    REPEATED_TIMES = "repeated times"
    REUSED_IDS = "reused ids"
    MOVED = "moved between units"
    SUSPECT_VALUES = "suspect values"
    COHORTS = "cohorts"
    BASELINE_PREDICTS = "baseline predicts"
    LEFT_OUT = "left out"
    SLOPE_ONLY = "slope only"
    FAR_ORIGIN = "far origin"
    NOT_IDENTIFIED = "not identified"
    NOT_CONVERGED = "not converged"
    QUADRATURE = "quadrature"
    CATEGORIES = "categories"
    NORMAL_OUTCOME = "normal outcome"
    FEW_SAMPLED = "few sampling units"
    NAMES_AGAIN = "names of sampling units"
    SITES = "sites"

    @property
    def warning(self) -> type[GrowthCurvesWarning]:
        """The class of the warning that is given."""
        return _MEANT[self][0]

    @property
    def meaning(self) -> str:
        """What it means for a reader who did not make the analysis."""
        return _MEANT[self][1]


_MEANT: dict[NoteKind, tuple[type[GrowthCurvesWarning], str]] = {
    NoteKind.FEW_PERSONS: (
        DataWarning,
        "With so few of them the numbers on differences between them are rough, however small their standard errors "
        "look.",
    ),
    NoteKind.REPEATED_TIMES: (
        DataWarning,
        "A person was measured twice at one time, or a row stands twice in the file. Each row counts as a measurement "
        "of its own.",
    ),
    NoteKind.REUSED_IDS: (
        DataWarning,
        "If one id stands for two persons, their courses are mixed, and neither the rate of change nor the differences "
        "between persons are right.",
    ),
    NoteKind.MOVED: (
        DataWarning,
        "Whether persons lie in units or units cross persons makes two models; one row with the wrong unit decides it.",
    ),
    NoteKind.SUSPECT_VALUES: (
        DataWarning,
        "If this value is a code for a missing answer, it was analysed as a measurement, and the numbers of this page "
        "are wrong.",
    ),
    NoteKind.COHORTS: (
        DataWarning,
        "The rate of change on this page is partly a comparison of younger with older persons, not only of each person "
        "with themselves.",
    ),
    NoteKind.BASELINE_PREDICTS: (
        ModelWarning,
        "Part of what looks like an effect on change is regression to the mean.",
    ),
    NoteKind.LEFT_OUT: (
        ModelWarning,
        "These terms say nothing that the other terms do not say already. Predictions are the same without them.",
    ),
    NoteKind.SLOPE_ONLY: (
        ModelWarning,
        "The groups or persons are held to be equal at the start. Where they were not, their difference in the rate of "
        "change is wrong.",
    ),
    NoteKind.FAR_ORIGIN: (ModelWarning, "Another choice of where time is zero would give other results."),
    NoteKind.NOT_IDENTIFIED: (
        IdentificationWarning,
        "The averages on this page are valid. What would need the variances is left out, not guessed.",
    ),
    NoteKind.NOT_CONVERGED: (
        ConvergenceWarning,
        "The computation did not end at a proven best fit. No number of this page should be quoted.",
    ),
    NoteKind.QUADRATURE: (
        ConvergenceWarning,
        "The likelihood is an integral, which was taken too coarsely: more points would give other numbers.",
    ),
    NoteKind.CATEGORIES: (DataWarning, "This is how the categories of the outcome were read."),
    NoteKind.NORMAL_OUTCOME: (
        ModelWarning,
        "A normal distribution can foretell values that this outcome cannot have, and how much it scatters depends on "
        "its mean: averages are roughly right, intervals and persons' estimates less so.",
    ),
    NoteKind.FEW_SAMPLED: (
        DataWarning,
        "Errors by the sampling design compare sampling units with one another; so few tell little of how far "
        "estimates would be apart in other samples.",
    ),
    NoteKind.NAMES_AGAIN: (
        DataWarning,
        "Files often number sampling units from one within each stratum, and then these are different units; where a "
        "name is used again by mistake, or a unit was given to a second stratum, errors are others.",
    ),
    NoteKind.SITES: (
        DataWarning,
        "Persons whom few others are like were not told by their site, so that nobody can be recognised. The results "
        "are those of the persons who were.",
    ),
}


#: What stands before the part of a note that is for whoever writes code.
IN_CODE = " In code: "


@dataclass(frozen=True)
class Note:
    """Something that a careful analyst would look at; it stays with the fit.

    Attributes
    ----------
    kind : NoteKind
    text : str
        What was warned of, in the names of the data.

    Examples
    --------
    >>> note = Note(NoteKind.FEW_PERSONS, "There are 4 persons only.")
    >>> type(note.warning).__name__, note.meaning[:24]
    ('DataWarning', 'With so few of them the ')
    """

    kind: NoteKind
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def meaning(self) -> str:
        """What it means for a reader who did not make the analysis."""
        return self.kind.meaning

    @property
    def in_words(self) -> str:
        """The text without its part in code.

        Examples
        --------
        >>> note = Note(NoteKind.FAR_ORIGIN, "Time 0 lies far outside the data. In code: origin= sets it.")
        >>> note.in_words, note.in_code
        ('Time 0 lies far outside the data.', 'origin= sets it.')
        """
        return self.text.partition(IN_CODE)[0]

    @property
    def in_code(self) -> str:
        """What to write, where the text says so; "" where not."""
        return self.text.partition(IN_CODE)[2]

    @property
    def warning(self) -> GrowthCurvesWarning:
        """The warning to be given."""
        return self.kind.warning(self.text)
