"""What is not there: rows and persons that a fit does not keep, and why it does not."""

from __future__ import annotations

from typing import Any

from growthcurves.errors import NotAvailableError


class Absent:
    """Something that is not there: asking anything of it says why, and what to do.

    Parameters
    ----------
    reason : str
        Why, as a sentence without its point.
    advice : str
        What to do, for the rest of that sentence.
    short : str
        Why, in few words, for a line of a table or a page.
    """

    def __init__(self, reason: str, advice: str, short: str) -> None:
        self.reason, self.advice, self.short = reason, advice, short

    @classmethod
    def unsaved(cls, what: str, how: str) -> Absent:
        """What a fit was saved without."""
        reason = f"The fit was saved without {what}"
        return cls(reason, f"save it with {how} where it was fitted.", f"the fit was saved without {what}")

    def refusal(self) -> NotAvailableError:
        """The error of whatever needs it."""
        return NotAvailableError(self.reason, self.advice)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self.refusal()

    def _refuse(self, *args: Any) -> Any:
        raise self.refusal()

    __getitem__ = __iter__ = __len__ = __array__ = _refuse


#: How a fit is saved with its rows, and with its persons.
ROWS, PEOPLE = "save(path, rows=True)", "save(path), without people=False,"
NO_ROWS, NO_PERSONS = Absent.unsaved("its rows", ROWS), Absent.unsaved("its persons", PEOPLE)
#: Rows that were read in batches and summed: none of them is kept.
SUMMED_ROWS = Absent(
    "The rows of this fit were read in batches and not kept",
    "fit a table that fits into memory, such as a sample of whole persons.",
    "rows were read in batches and not kept",
)
