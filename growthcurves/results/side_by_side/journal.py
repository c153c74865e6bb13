"""The table of models for a paper: any fits beside one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from growthcurves.contracts.finding import PERSON, RESIDUAL, Finding, Kind
from growthcurves.data.markup import Block, TextTable
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import several
from growthcurves.output.numbers import fixed_text
from growthcurves.output.sheet import Sheet, sheet_of_texts
from growthcurves.output.styles import STYLES, Style, p_equals
from growthcurves.output.words import capital
from growthcurves.results.compare.criteria import criteria
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import effect_findings, fixed_effects
from growthcurves.results.intervals import OF_COMPONENTS, OF_FUNCTIONS, intervals_of
from growthcurves.results.side_by_side.lines import Lines, Models, fixed_places, set_lines
from growthcurves.results.side_by_side.notes import notes_of
from growthcurves.results.side_by_side.numbers import CRITERIA, FIXED, VARIANCES, Number, numbers_table
from growthcurves.results.side_by_side.words import CRITERION, number_label
from growthcurves.results.tables.answer import Answer
from growthcurves.results.tables.names import finding_text, names_of_fits
from growthcurves.results.variation.variances import components

#: Stars of journals.
STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_COUNTS = ("parameters", "persons", "rows")


@dataclass(frozen=True, eq=False, repr=False)
class JournalTable(Answer):
    """Models side by side.

    Attributes
    ----------
    table : DataFrame
        One row per number: the tidy columns, then model, part ("fixed effects", "variance components", "fit"), note
        and label.
    fits : dict of str to fit
    models : Models
        The numbers as records.
    notes : tuple of str
        What the columns are, and what of them does not compare.
    level : float
        Of the intervals.
    """

    fits: dict[str, FittedModel]
    models: Models
    notes: tuple[str, ...]
    level: float

    def __str__(self) -> str:
        body = set_lines(self._lines(STYLES["plain"]), list(self.fits))
        return "\n".join([self._title(), "", *body, "", *self._foot(STYLES["plain"])])

    def _title(self) -> str:
        outcomes = list(dict.fromkeys(str(fit.model.outcome) for fit in self.fits.values()))
        return f"Models of {' and '.join(outcomes)}"

    def _blocks(self) -> tuple[Block, ...]:
        style = STYLES["plain"]
        return (self._title(), TextTable(list(self.fits), self._lines(style)), *self._foot(style))

    def _sheet(self, style: Style, decimals: int | None) -> Sheet:
        lines = self._lines(style, decimals)
        return sheet_of_texts(lines, list(self.fits), style, self._title(), self._foot(style))

    def _foot(self, style: Style) -> list[str]:
        return [*filter(None, [_beneath(self.level, style)]), *self.notes]

    def _lines(self, style: Style, decimals: int | None = None) -> Lines:
        effects, variances = self.models.different(FIXED), self.models.different(VARIANCES)
        lines: Lines = [("Fixed effects", [])]
        lines += [line for one in effects for line in self._of(one, style, decimals)]
        for unit in dict.fromkeys(one.unit for one in variances):
            lines.append((self._said(_LEVELS.get(unit, f"Between units of {unit}")), []))
            lines += [line for one in variances if one.unit == unit for line in self._of(one, style, decimals)]
        lines.append(("Fit", []))
        for name, title in CRITERION.items():
            text = fixed_places(0 if name in _COUNTS else 2)
            criterion = Finding(Kind.CRITERION, float("nan"), of=name)
            if self.models.same(criterion):
                lines.append((f"  {self._said(title)}", self.models.cells(criterion, text)))
        return lines

    def _of(self, what: Finding, style: Style, decimals: int | None) -> Lines:
        """A number and, below it, what the style tells of its uncertainty; lines that no model has are left out."""
        places = self.models.places(what) if decimals is None else decimals
        estimates = self.models.cells(what, lambda found: _estimate(found, places, style))
        lines: Lines = [(f"  {self._label(what)}", estimates)]
        for name in style.below:
            text = _BELOW[name].text
            cells = self.models.cells(what, lambda found: text(found, places, style), absent="")  # noqa: B023
            lines += [("", cells)] if any(cells) else []
        return lines

    @property
    def _said(self) -> Callable[[str], str]:
        """Our own words as they are said of the data: those of the first fit."""
        return next(iter(self.fits.values())).vocabulary.said

    def _label(self, what: Finding) -> str:
        """In words where they are the same in all models; else by its key, whose meaning the notes say."""
        labels = {number.label for number in self.models.same(what)}
        return labels.pop() if len(labels) == 1 else finding_text(what)


_LEVELS = {PERSON: "Between persons (level 2)", RESIDUAL: "Within persons (level 1)"}


def _estimate(found: Finding, places: int, style: Style) -> str:
    mark = next((mark for limit, mark in STARS if found.p_value < limit), "") if style.stars else ""
    return f"{fixed_text(found.value, places)}{mark}"


class _Below(NamedTuple):
    """What may stand below an estimate: its text, and what the foot of the table says of it."""

    text: Callable[[Finding, int, Style], str]
    said: Callable[[float, Style], str]


def _error(found: Finding, places: int, style: Style) -> str:
    return "" if found.std_error != found.std_error else f"({fixed_text(found.std_error, places)})"


def _interval(found: Finding, places: int, style: Style) -> str:
    return style.interval(fixed_text(found.conf_low, places), fixed_text(found.conf_high, places))


def _p(found: Finding, places: int, style: Style) -> str:
    return "" if found.p_value != found.p_value else p_equals(style.p_value(found.p_value))


def _interval_said(level: float, style: Style) -> str:
    inside = {"[]": " in brackets", "()": " in parentheses"}.get(style.brackets, "")
    return f"{100 * level:g}% confidence intervals{inside}"


_BELOW = {
    "error": _Below(_error, lambda level, style: "standard errors in parentheses"),
    "interval": _Below(_interval, _interval_said),
    "p": _Below(_p, lambda level, style: ""),
}
_STARS = "* p < .05, ** p < .01, *** p < .001, for fixed effects."


def _beneath(level: float, style: Style) -> str:
    """What stands below the estimates, and what stars mean."""
    said = ", ".join(filter(None, (_BELOW[name].said(level, style) for name in style.below)))
    parts = [f"{capital(said)}." if said else "", _STARS if style.stars else ""]
    return " ".join(filter(None, parts))


def journal_table(
    fits: Sequence[FittedModel],
    names: Sequence[str] | None = None,
    ddf: Any = None,
    level: float = 0.95,
    intervals: Any = OF_COMPONENTS,
) -> JournalTable:
    """Models side by side as a journal prints them: a column for each fit.

    Rows are fixed effects, standard deviations and correlations by level, parameters of the residual structure, and
    indices of fit with the numbers of persons and rows. Fits of other outcomes, rows or methods may stand beside one
    another; a note says what of them does not compare. `gc.compare` tests them against each other.

    Parameters
    ----------
    fits : sequence of GrowthFit
    names : sequence of str, optional
        Headings of the columns; "Model 1", "Model 2", ... by default.
    ddf : str or method
        Degrees of freedom of the fixed effects.
    level : float
        Confidence level.
    intervals : str or method
        Of the variance components, as in `variance_components`; of fits with a sampling design always Wald's.

    Returns
    -------
    JournalTable
        Its ``.save("table.docx", style="apa")`` has estimates with stars, standard errors and intervals below them;
        "trial" intervals and p-values, "plain" standard errors. ``.table`` has all of it for every style.

    Raises
    ------
    ModelError
        Without fits, for what is no fit, or for names that are not one for each.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("orthodont")
    >>> growth = gc.fit("distance ~ age + (age | subject)", data)
    >>> sexes = gc.fit("distance ~ age * sex + (age | subject)", data, reference={"sex": "Female"})
    >>> table = gc.journal_table([growth, sexes], names=["Growth", "By sex"])
    >>> for line in str(table).splitlines()[3:6]:
    ...     print(" ".join(line.split()))
    Fixed effects
    start (distance at age 0) 16.761*** 17.373***
    (0.775) (1.228)
    """
    called = _named(fits, names)
    methods = {name: ddf_of(ddf, fit) for name, fit in called.items()}
    numbers = tuple(
        Number(name, part, finding, number_label(fit, finding))
        for name, fit in called.items()
        for part, findings in (
            (FIXED, effect_findings(fit, fixed_effects(fit, methods[name], level))),
            (VARIANCES, _components(fit, _intervals(fit, intervals), level)),
            (CRITERIA, _criteria(fit)),
        )
        for finding in findings
    )
    models = Models(tuple(called), numbers)
    of_components = {name: _intervals(fit, intervals) for name, fit in called.items()}
    told = notes_of(called, models, methods, of_components)
    return JournalTable(numbers_table(numbers), called, models, told, float(level))


def _named(fits: Any, names: Sequence[str] | None) -> dict[str, FittedModel]:
    found = several(fits)
    if not found:
        raise ModelError("journal_table() needs at least one fit.")
    for fit in found:
        if not isinstance(fit, FittedModel):
            raise ModelError(f"journal_table() takes a list of fits, not of {type(fit).__name__}.")
    called = names_of_fits(names, [f"Model {k}" for k in range(1, len(found) + 1)])
    return dict(zip(called, found, strict=True))


def _intervals(fit: FittedModel, asked: Any) -> Any:
    """The intervals of a fit: a weighted one has no likelihood to profile."""
    return intervals_of(asked if fit.weighing is None else OF_FUNCTIONS)


def _components(fit: FittedModel, method: Any, level: float) -> Iterable[Finding]:
    """SDs and correlations, those of random effects first."""
    found = [row.finding for row in components(fit, method, level).rows]
    return sorted(found, key=lambda one: one.unit == RESIDUAL)


def _criteria(fit: FittedModel) -> Iterable[Finding]:
    if fit.weighing is not None:
        counts = {"parameters": fit.parameter_count, "persons": fit.panel.persons.count, "rows": fit.panel.persons.rows}
        return [Finding(Kind.CRITERION, float(value), of=name) for name, value in counts.items()]
    values = criteria(fit)
    return [Finding(Kind.CRITERION, float(getattr(values, name)), of=name) for name in CRITERION]
