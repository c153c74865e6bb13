"""The answer of planning: a study, an effect, and the power with which the one finds the other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import NotAvailableError
from growthcurves.numerics.arrays import Array
from growthcurves.output.numbers import fixed_text
from growthcurves.output.words import capital
from growthcurves.planning.chance import Chance, PlannedTest, chance, planned_covariance
from growthcurves.planning.design import Design
from growthcurves.planning.question import Question
from growthcurves.planning.reliability import slope_reliability
from growthcurves.planning.study import Study
from growthcurves.planning.words import (
    assumed_words,
    before_rounding,
    effect_words,
    few_words,
    listed,
    lost_words,
    persons_words,
    probability,
    test_words,
    when_words,
)
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.printing import number

#: Signs of a line of the answer.
WIDTH = 100
#: Where the variance comes from, in the words of a methods section.
SOURCE = (
    "The variance of the estimate is that of generalised least squares, from the expected information of the growth "
    "model: the sum over planned persons of X'V⁻¹X (Laird and Ware 1982)"
)


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Answer):
    """A planned study and the power with which it finds an effect.

    Attributes
    ----------
    table : DataFrame
        One row for each difference: term, effect, std_error, df, noncentrality, power, persons, waves, duration.
    solved : str
        What was asked for: "power", "persons", "effect", "waves" or "duration".
    sizes : array
        The size of each difference.
    persons : float
        Persons that enter the study, before they are rounded.
    interval : PowerInterval or None
        Interval of the power, where the variances come from a pilot.
    asked : Asked
        The question as it was asked, so that it can be asked again.
    """

    solved: str
    design: Design
    question: Question
    sizes: Array
    test: PlannedTest
    persons: float
    found: Chance
    interval: Any = None
    asked: Any = None

    # ------------------------------------------------ numbers

    @property
    def study(self) -> Study:
        """The study, with what was asked for filled in."""
        return self.design.study

    @property
    def power(self) -> float:
        """The power with `persons`."""
        return self.found.power

    @property
    def effect(self) -> Any:
        """The effect, one of each difference where there are several."""
        if len(self.sizes) == 1:
            return float(self.sizes[0])
        return {name: float(size) for name, size in zip(self.question.names, self.sizes, strict=True)}

    @property
    def std_error(self) -> float:
        """The expected standard error of the (first) difference."""
        return float(self.found.errors[0])

    @property
    def df(self) -> float:
        """The degrees of freedom of the planned test; infinite for a normal one."""
        return self.found.df

    @property
    def arms(self) -> dict[Any, float]:
        """Persons of each arm, not rounded."""
        return {arm: self.persons * share for arm, share in self.study.arms.items()}

    @property
    def per_arm(self) -> Any:
        """Persons per arm, not rounded: a number where arms are of one size, else a dict."""
        counts = self.arms
        first, *others = counts.values()
        return first if all(abs(one - first) < 1e-9 * first for one in others) else counts

    @property
    def whole_arms(self) -> dict[Any, int]:
        """Persons of each arm: rounded up where they were asked for, to whole units where there are such."""
        if self.solved != "persons":
            return apportioned(self.arms, round(self.persons))
        return self.study.whole_arms(self.persons)

    @cached_property
    def whole(self) -> Plan:
        """The plan of whole persons in whole units: with the power, the standard error and the df that these have.

        What sentences and pages say; itself where persons were given.
        """
        if self.solved != "persons":
            return self
        design = self.design.in_arms(self.whole_arms)
        found = chance(design, self.question, self.sizes, float(self.total), self.test)
        made = plan_of("whole", design, self.question, self.sizes, self.test, float(self.total), found)
        return replace(made, interval=self.interval, asked=self.asked)

    @property
    def total(self) -> int:
        """Persons in all; each arm rounded up where they were asked for."""
        return sum(self.whole_arms.values())

    @property
    def units(self) -> dict[str, float]:
        """How many persons and units above them there are, not rounded."""
        return self.design.units(self.persons)

    @property
    def held_units(self) -> dict[str, float]:
        """How many units above persons there are of those arms that have such units, not rounded."""
        shares, count = self.study.arms, self.units
        return {name: count[name] * sum(shares[arm] for arm in self.design.arms_in(name)) for name in self.study.levels}

    @property
    def waves(self) -> int:
        """Visits at which somebody is seen."""
        return len(self.study.visits)

    @property
    def duration(self) -> float:
        """From the first visit to the last."""
        return float(np.ptp(self.study.visits))

    @property
    def time_unit(self) -> str | None:
        """The study's, or that of its pilot."""
        return self.study.time_unit or getattr(self._pilot_panel, "time_unit", None)

    @property
    def outcome_unit(self) -> str | None:
        """The study's, or that of its pilot."""
        return self.study.outcome_unit or getattr(self._pilot_panel, "outcome_unit", None)

    @property
    def _pilot_panel(self) -> Any:
        pilot = self.design.assumed.pilot
        return None if pilot is None else pilot.panel

    @cached_property
    def design_effect(self) -> float:
        """How many times the variance is what it would be if units above persons made no difference; 1 without them."""
        apart = planned_covariance(self.design.information(self.persons, clustered=False), self.test)
        row = self.question.L[0]
        return self.std_error**2 / float(row @ apart @ row)

    @cached_property
    def reliability(self) -> float:
        """Reliability of persons' own rates over their whole schedule; NaN where rates do not vary."""
        return slope_reliability(self.design)

    @cached_property
    def power_of_whole(self) -> float:
        """The power with whole persons."""
        return self.whole.power

    # ------------------------------------------------ words

    def __str__(self) -> str:
        return textwrap.fill(" ".join(self._sentences()), WIDTH, break_on_hyphens=False)

    def _sentences(self) -> list[str]:
        return [self._result(), self._seen(), self._assumptions(), self._how(), *self._beside()]

    def _result(self) -> str:
        found, test = probability(self.whole.power), test_words(self)
        rounded = f"; {before_rounding(self)}" if self.solved == "persons" else ""
        who = persons_words(self)
        who = f"{who[:-1]}{rounded})" if rounded and who.endswith(")") else f"{who}{rounded and f' ({rounded[2:]})'}"
        if self.solved == "effect":
            return f"{capital(who)} find {self.what()} with a power of {found}, by {test}."
        return f"{capital(who)} give a power of {found} to find {self.what()}, by {test}."

    def _seen(self) -> str:
        return f"They are {when_words(self.study, self.time_unit)}; {lost_words(self.study)}."

    def _assumptions(self) -> str:
        return f"Assumed: {assumed_words(self.design)}."

    def _how(self) -> str:
        whose = " (Kenward and Roger)" if self.test.adjusted else ""
        df = "" if np.isinf(self.df) else f" with {self.whole.df:.1f} df{whose}"
        errors = listed(number(error) for error in self.whole.found.errors)
        return f"Expected standard error {errors}{df}. {SOURCE}."

    def _beside(self) -> list[str]:
        found = []
        if self.interval is not None:
            found.append(str(self.interval))
        if warned := few_words(self):
            found.append(warned)
        if self.study.levels:
            found.append(f"Design effect {number(self.whole.design_effect, 3)}.")
        if self.reliability == self.reliability:
            found.append(f"Reliability of a person's own rate {probability(self.reliability)}.")
        return found

    def sentence(self) -> str:
        """The paragraph for the methods section of a protocol: size, effect, test, analysis, assumptions, formula.

        Returns
        -------
        str
            With the source of the formula.

        Examples
        --------
        >>> import growthcurves as gc
        >>> study = gc.Study(times=[0, 1, 2])
        >>> plan = gc.sample_size(study, effect=0.3, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> plan.sentence()[:68]
        'We plan 264 persons (control 132, treated 132), who are seen 3 times'
        """
        from growthcurves.planning.protocol import methods_sentence

        return methods_sentence(self)

    def what_if(self) -> pd.DataFrame:
        """What becomes of the plan where the effect is smaller, persons differ more, or more are lost.

        Returns
        -------
        DataFrame
            Columns label, power (of this study), persons (that have the power that was planned).

        Examples
        --------
        >>> import growthcurves as gc
        >>> study = gc.Study(times=[0, 1, 2])
        >>> plan = gc.sample_size(study, effect=0.3, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> plan.what_if()["label"].tolist()[:2]
        ['as assumed', 'the effect is 20 % smaller']
        """
        from growthcurves.planning.what_if import what_if

        if self.by_formula is None:
            raise NotAvailableError(
                "What if it is not so is answered by the formula, and this study has none: simulate it with others."
            )
        return what_if(self.by_formula)

    def report(self, path: Any = None, title: str | None = None) -> Any:
        """One page of HTML for a protocol: the methods paragraph, the plan in numbers, and what if it is not so.

        Parameters
        ----------
        path : str or Path, optional
            Where the page is written.
        title : str, optional

        Returns
        -------
        Report
            ``.html``, ``.save()``, ``.save_tables()``.

        Raises
        ------
        NotAvailableError
            For an ending of the file that is not HTML's.

        Examples
        --------
        >>> import growthcurves as gc
        >>> study = gc.Study(persons=60, times=[0, 1, 2])
        >>> page = gc.power(study, effect=0.3, sd_intercept=1, sd_slope=0.5, sd_residual=1).report()
        >>> page.title
        'Sample size and power'
        """
        from growthcurves.report.planning import planning_report

        return planning_report(self, path, title)

    @property
    def by_formula(self) -> Plan | None:
        """The answer by the formula; None where the study has none."""
        return self

    def what(self) -> str:
        """What is to be found, in words.

        Returns
        -------
        str

        Examples
        --------
        >>> import growthcurves as gc
        >>> plan = gc.power(gc.Study(persons=60, times=[0, 1, 2]), 0.6, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> plan.what()[:40]
        'an effect of 0.6 per unit of time in the'
        """
        return f"an effect of {effect_words(self)}"

    def found_rows(self) -> list[tuple[str, str]]:
        """What is expected of the study, in words, for tables of two columns.

        Returns
        -------
        list of tuple of str

        Examples
        --------
        >>> import growthcurves as gc
        >>> plan = gc.power(gc.Study(persons=60, times=[0, 1, 2]), 0.6, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> plan.found_rows()[-1][0]
        'power'
        """
        errors = listed(number(error) for error in self.whole.found.errors)
        df = "normal" if np.isinf(self.df) else fixed_text(self.whole.df, 1)
        power = probability(self.whole.power)
        return [("expected standard error", errors), ("degrees of freedom", df), ("power", power)]

    def _blocks(self) -> tuple[Block, ...]:
        return (f"Power {probability(self.whole.power)}", *self._sentences(), text_table(self.whole.table))

    def to_dict(self) -> dict[str, Any]:
        found = {**super().to_dict(), "solved": self.solved, "power": self.power, "effect": self.effect}
        found |= {"per_arm": _plain(self.per_arm), "total": self.total, "power_of_whole": self.power_of_whole}
        found |= {"units": self.whole.units, "text": str(self)}
        return found | ({"interval": self.interval.to_dict()} if self.interval is not None else {})


def _plain(value: Any) -> Any:
    return {str(arm): count for arm, count in value.items()} if isinstance(value, Mapping) else value


def apportioned(counts: Mapping[Any, float], total: int) -> dict[Any, int]:
    """Whole numbers with this sum, those with the largest remainders rounded up.

    Examples
    --------
    >>> apportioned({"control": 45.67, "treated": 91.33}, 137)
    {'control': 46, 'treated': 91}
    """
    found = {name: int(count) for name, count in counts.items()}
    for name in sorted(counts, key=lambda name: found[name] - counts[name])[: max(total - sum(found.values()), 0)]:
        found[name] += 1
    return found


def plan_of(
    solved: str, design: Design, asked: Question, sizes: Array, test: PlannedTest, persons: float, found: Chance
) -> Plan:
    """The answer to a question of planning."""
    times = np.array(design.study.visits)
    rows = {
        "term": list(asked.names),
        "effect": sizes,
        "std_error": found.errors,
        "df": found.df,
        "noncentrality": found.noncentrality,
        "power": found.power,
        "persons": persons,
        "waves": len(times),
        "duration": float(np.ptp(times)),
    }
    return Plan(pd.DataFrame(rows), solved, design, asked, sizes, test, persons, found)
