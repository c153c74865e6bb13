"""What a site sends: sums of schedules, with what they were made by and what was left out of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.errors import DataWarning
from growthcurves.later import Later
from growthcurves.output.endings import FIT, checked_ending
from growthcurves.output.files import write_text
from growthcurves.output.words import capital
from growthcurves.results.tables.answer import Answer
from growthcurves.sites.plain import plain, sealed
from growthcurves.sites.recipe import SiteRecipe
from growthcurves.sites.schedule import ScheduleSums
from growthcurves.sites.words import occasions_words
from growthcurves.version import VERSION as MADE_BY

reading, releases = Later("growthcurves.sites.reading"), Later("growthcurves.sites.releases")
shift = Later("growthcurves.sites.shift")

FORMAT, VERSION = "growthcurves site sums", 1
AGAIN = "make the site's sums anew where its rows are"

#: How many, or that they are too few to be told.
Count = int | str


@dataclass(frozen=True)
class LeftOut:
    """What a site did not sum, as it may be told.

    Attributes
    ----------
    persons : int or str
        Persons who are not summed at all.
    rows : int or str
        Rows that are not summed, of these and of persons some of whose occasions were left out.
    shortened : int or str
        Persons some of whose occasions were left out.
    """

    persons: Count = 0
    rows: Count = 0
    shortened: Count = 0

    def __bool__(self) -> bool:
        return bool(self.persons or self.rows)


@dataclass(frozen=True, eq=False, repr=False)
class SiteSums(Answer):
    """The sums of one site; see `site_sums`.

    Attributes
    ----------
    table : DataFrame
        A row per schedule: occasions, persons, rows, smallest cell.
    site : str
    shared : SiteRecipe
    min_cell : int
    short : str
    schedules : tuple of ScheduleSums
    left_out : LeftOut
    lost : DataFrame
        Who fell short, by cell: for the site alone, and in no file.
    made_by : str
        The version of growthcurves that summed.
    """

    site: str
    shared: SiteRecipe
    min_cell: int
    short: str
    schedules: tuple[ScheduleSums, ...]
    left_out: LeftOut
    lost: pd.DataFrame = field(default_factory=pd.DataFrame)
    made_by: str = MADE_BY

    @property
    def persons(self) -> int:
        """Persons who are summed."""
        return sum(one.persons for one in self.schedules)

    @property
    def rows(self) -> int:
        """Rows that are summed."""
        return sum(one.rows for one in self.schedules)

    @property
    def smallest(self) -> int:
        """Persons of the smallest cell of all."""
        return min(one.smallest for one in self.schedules)

    @cached_property
    def cells(self) -> dict[Any, int]:
        """Persons of every cell: by occasions, what sets them apart, type, and outcomes where these are counted."""
        return dict(_cells(self))

    def save(self, path: str | Path) -> Path:  # type: ignore[override]
        """Write the sums to a JSON file that a person can read, which is all that the site sends.

        Parameters
        ----------
        path : str or Path
            Ending in ``.json``. Where it holds earlier sums of this site, the difference is looked at first.

        Returns
        -------
        Path
            The file that was written.

        Warns
        -----
        DataWarning
            Where the earlier file differs by fewer persons in a cell than may be told: whoever has both files knows
            these persons' sums.

        Examples
        --------
        >>> import growthcurves as gc, tempfile, pathlib
        >>> data = gc.load_dataset("trial")
        >>> recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", data)
        >>> sums = gc.site_sums(recipe, data, name="site_a", short="merge")
        >>> path = sums.save(pathlib.Path(tempfile.mkdtemp()) / "site_a.json")
        >>> path.name
        'site_a.json'
        """
        path = checked_ending(path, "a site's sums", FIT)
        before = reading.earlier(path)
        if before is not None:
            self.compare(before)
        return write_text(path, sealed(FORMAT, VERSION, plain(content_of(self))))

    def compare(self, previous: SiteSums) -> tuple[str, ...]:
        """What another release of this site would tell beside this one, which is warned of.

        Parameters
        ----------
        previous : SiteSums
            The other release.

        Returns
        -------
        tuple of str
            The cells that differ by fewer persons than `min_cell`, a phrase each; where none does, the schedules that
            differ by so few that they are solved for, or by other outcomes of as many persons. Of two recipes the
            files do not say who is in both: give `site_sums` the other as `previous`, which looks at the rows.

        Warns
        -----
        DataWarning
            Where there is any, or the other release is by another recipe.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial")
        >>> recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", data)
        >>> sums = gc.site_sums(recipe, data, name="site_a", short="merge")
        >>> sums.compare(sums)
        ()
        """
        if previous.shared.hash != self.shared.hash:
            text = (
                f"{self.site}: the earlier sums are by another recipe ({previous.shared.hash[:12]}). What both tell "
                f"together is seen where the rows are: gc.site_sums(..., previous=) with the earlier file."
            )
            warnings.warn(text, DataWarning, stacklevel=3)
            return ()
        found: tuple[str, ...] = releases.differences(previous, self)
        warn_of(self, "these sums and the earlier ones differ by fewer persons than may be told", found)
        return found

    def shift(self, data: Any) -> Any:
        """What leaving persons and occasions out does to the estimates, told by this site's own rows.

        The recipe's model is fitted to all rows of the site and to its sums. The difference is made of outcomes of
        those who were left out: it is for the site's own eyes, and stands in no file. Among all sites it weighs as much
        less as they know more.

        Parameters
        ----------
        data : DataFrame or Panel
            The rows that were summed.

        Returns
        -------
        SiteShift
            ``.table``: by fixed effect the estimates, the `shift` in standard errors, and the SD that it has by chance
            where those left out are like others (Hausman 1978).

        Raises
        ------
        NotEstimableError
            Where the model cannot be fitted to one site alone.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("trial").query("patient < 'P200'")
        >>> recipe = gc.site_recipe("depression ~ week * arm + (week | patient)", data)
        >>> sums = gc.site_sums(recipe, data, name="site_a", short="drop")
        >>> bool(sums.shift(data).table["shift"].abs().max() < 1)
        True
        """
        return shift.shift_of(self, data)

    def __str__(self) -> str:
        head = (
            f"Sums of {self.site} by recipe {self.shared.hash[:12]}, min_cell {self.min_cell}: {self.persons:,} "
            f"persons, {self.rows:,} rows, {len(self.schedules):,} schedules; smallest cell {self.smallest:,} persons"
        )
        lines = [self.table.to_string(index=False)]
        told = left_out_words(self)
        lines += [told] if told else []
        if len(self.lost):
            lines += ["", "Who fell short (this list is not in the file):", self.lost.to_string(index=False)]
        return "\n".join([head, "", *lines])

    def to_dict(self) -> dict[str, Any]:
        return {"site": self.site, "persons": self.persons, "rows": self.rows, "smallest_cell": self.smallest,
                "left_out": vars(self.left_out), **super().to_dict()}  # fmt: skip


def warn_of(sums: SiteSums, what: str, found: tuple[str, ...]) -> None:
    """Warn of what two releases tell together, a phrase each."""
    if found:
        shown = "; ".join(found[:3]) + (f"; and {len(found) - 3} more" if len(found) > 3 else "")
        text = (
            f"{sums.site}: {what}: {shown}. Whoever has both files can subtract them: send this one only to whom the "
            f"other was not sent, or wait until more persons have been added."
        )
        warnings.warn(text, DataWarning, stacklevel=4)


def left_out_words(sums: SiteSums) -> str:
    """What a site left out, as a sentence; "" for nothing."""
    left = sums.left_out
    if not left:
        return ""
    parts = []
    if left.persons:
        parts.append(f"{left.persons} persons of {sums.site} are not in its sums")
    if left.shortened:
        who, where = ("persons", "them") if parts else (f"persons of {sums.site}", "its sums")
        parts.append(f"{left.shortened} {who} are in {where} at fewer occasions than they were seen at")
    told = f"{'; '.join(parts)}: {left.rows} rows less, as cells below {sums.min_cell} persons are not told."
    return capital(told)


def schedule_table(shared: SiteRecipe, schedules: tuple[ScheduleSums, ...]) -> pd.DataFrame:
    """A row per schedule."""
    rows = [
        {
            "occasions": occasions_words(shared, list(one.occasions)),
            **({"of": ", ".join(map(str, one.apart))} if one.apart else {}),
            "persons": one.persons,
            "rows": one.rows,
            "smallest_cell": one.smallest,
        }
        for one in schedules
    ]
    return pd.DataFrame(rows)


def content_of(sums: SiteSums) -> dict[str, Any]:
    """What the file holds."""
    shared = sums.shared
    return {
        "site": sums.site,
        "recipe": shared.hash,
        "min_cell": sums.min_cell,
        "short": sums.short,
        "persons": sums.persons,
        "rows": sums.rows,
        "smallest_cell": sums.smallest,
        "left_out": vars(sums.left_out),
        "summed_of_persons": shared.person_names,
        "schedules": [_schedule_values(one) for one in sums.schedules],
        "made_by_recipe": shared.values,
    }


def _schedule_values(one: ScheduleSums) -> dict[str, Any]:
    types = [{"values": kind.values, "persons": kind.persons, "sums": kind.sums} for kind in one.types]
    values: dict[str, Any] = {"occasions": one.occasions, "apart": one.apart, "persons": one.persons, "types": types}
    if one.records is not None:
        records = [{"type": it.type, "outcomes": it.outcomes, "persons": it.persons} for it in one.records]
        return {**values, "records": records}
    return {**values, "of_persons": one.of_persons, "with_outcomes": one.with_outcomes, "of_outcomes": one.of_outcomes}


def _cells(sums: SiteSums) -> Iterator[tuple[Any, int]]:
    for one in sums.schedules:
        if one.records is None:
            yield from (((one.occasions, one.apart, kind.values, ()), kind.persons) for kind in one.types)
            continue
        for record in one.records:
            yield (one.occasions, one.apart, one.types[record.type].values, record.outcomes), record.persons
