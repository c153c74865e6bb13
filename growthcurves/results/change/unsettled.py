"""Which numbers of a change report are no findings, because what they are built on is not known well enough.

They stay in the table, with a note; sentences, pictures and pages do not state them. The rule is
`results/variation/settled.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from growthcurves.contracts.finding import Caveat, Finding, Group, Kind
from growthcurves.results.change.lines import Question
from growthcurves.results.change.words import together
from growthcurves.results.questions.rates import status_at
from growthcurves.results.variation.settled import Settled, settled, settled_together

#: What is built on the SD of rates: of a group, and of all persons.
OF_GROUPS = {Kind.MIDDLE_LOW, Kind.MIDDLE_HIGH, Kind.SHARE_ABOVE, Kind.SHARE_ABOVE_EB, Kind.SHARE_ABOVE_OLS}
OF_ALL = {
    Kind.SD_OF_RATES_BEFORE_PREDICTORS, Kind.SHARE_OF_RATE_VARIANCE, Kind.RATE_VARIANCE_EXPLAINED,
    Kind.TIME_OF_LEAST_SPREAD,
}  # fmt: skip


def with_caveats(
    asked: Question, findings: Sequence[Finding], parts: Sequence[tuple[Group | None, np.ndarray]]
) -> list[Finding]:
    """The findings, those marked that are not known well enough to be stated."""
    if not asked.rate.varies or not asked.fit.identified:
        return list(findings)
    spreads: dict[Group | None, Settled] = {group: settled(asked.rate.among(persons)) for group, persons in parts}
    spreads.setdefault(None, settled(asked.rate))
    return [_marked(asked, one, spreads) for one in findings]


def _marked(asked: Question, one: Finding, spreads: dict[Group | None, Settled]) -> Finding:
    if one.kind in OF_GROUPS | OF_ALL and one.caveat is not Caveat.BY_ASSUMPTION:
        spread = spreads[one.group]
        return one if spread.enough else _unsettled(one, _why(spread, asked.fit.weighing is None))
    if one.kind is Kind.SD_OF_RATES and one.at is None and not spreads[one.group].enough:
        return replace(one, caveat=Caveat.UNSETTLED)
    if one.kind is Kind.CORRELATION_WITH_STATUS and not _with_status(asked, one).enough:
        return replace(one, caveat=Caveat.UNSETTLED)
    return one


def _with_status(asked: Question, one: Finding) -> Settled:
    """Of the correlation of the rate with the status at the time of a finding."""
    return settled_together(asked.rate, status_at(asked.fit, one.at))  # type: ignore[arg-type]


def _unsettled(one: Finding, why: str) -> Finding:
    return replace(one, note="; ".join(filter(None, (why, one.note))), caveat=Caveat.UNSETTLED)


def _why(spread: Settled, by_likelihood: bool) -> str:
    """Why a number is not stated: "no finding: the SD of rates is not known well enough (0.000 to 0.409)"."""
    ends = [end for end in (spread.low, spread.high) if np.isfinite(end)]
    how = "profile likelihood" if by_likelihood else "by the design"
    known = f" ({' to '.join(together(*ends))}, {how} at 95 %)" if len(ends) == 2 else ""
    return f"no finding: the SD of rates is not known well enough{known}"
