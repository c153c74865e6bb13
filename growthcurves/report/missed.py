"""Who was missed, as several sections tell it: by group where that is known."""

from __future__ import annotations

from growthcurves.data.missing import MissingPatterns
from growthcurves.errors import NotAvailableError
from growthcurves.report.section import Subject


def missed_of(subject: Subject) -> MissingPatterns:
    """The patterns of missing waves by the groups of the page, or of everybody where these are not known."""
    panel = subject.fit.panel
    if subject.by is None:
        return panel.missing()  # type: ignore[no-any-return]
    try:
        return panel.missing(by=subject.by)  # type: ignore[no-any-return]
    except NotAvailableError as error:
        everybody = panel.missing()
        subject.lack(subject.said("who was seen when, by group"), error)
        return everybody  # type: ignore[no-any-return]
