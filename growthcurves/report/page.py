"""The page: sections rendered one after the other into one self-contained HTML file."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from growthcurves.data.frame import check_text
from growthcurves.data.source import path_read
from growthcurves.errors import DataWarning, ModelError, NotAvailableError, NotEstimableError, filtered
from growthcurves.fitted import FittedModel
from growthcurves.output.endings import REPORT, checked_ending
from growthcurves.output.files import write_text
from growthcurves.report import format as formats
from growthcurves.report.section import Section, Subject
from growthcurves.report.tables import FORMATS, save_tables
from growthcurves.report.words import about, default_title, findings, lead
from growthcurves.results.change.differences import arm_of
from growthcurves.results.ddf import known_ddf
from growthcurves.results.intervals import intervals_of
from growthcurves.results.tables.answer import checked_level
from growthcurves.signs import told, visible

#: Pictures that a page has as a rule: steps of its bar, beside the sections.
PICTURES = 7
BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True, repr=False)
class Report:
    """A report as one HTML page.

    Attributes
    ----------
    title : str
    html : str
        The page: nothing is loaded from outside, and it is whole where scripts are off (they sort and search tables).
    lead : str
        What stands at the head of the page: how fast on average.
    findings : tuple of str
        The change report in sentences.
    sections : tuple of (str, str)
        Heading of each section, and "shown" or the reason why not.
    tables : dict of str to DataFrame
        The tables of the page with unrounded numbers.
    """

    title: str
    html: str
    lead: str
    findings: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _read: Path | None = field(default=None)

    @property
    def table(self) -> pd.DataFrame:
        """The sections: columns section, shown (or why not)."""
        return pd.DataFrame(self.sections, columns=["section", "shown"])

    @property
    def kilobytes(self) -> int:
        """Size of the page."""
        return -(-len(self.html.encode()) // 1000)

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            An HTML file; it is written in UTF-8.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        NotAvailableError
            For another ending.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> page = Report("Sleep", "<!doctype html>", lead="", findings=(), sections=())  # of fit.report()
        >>> page.save(pathlib.Path(tempfile.mkdtemp()) / "report.html").name
        'report.html'
        """
        return write_text(checked_ending(path, "a report", REPORT), self.html)

    def save_tables(
        self, folder: str | Path, formats: Iterable[str] = FORMATS, spreadsheet_safe: bool = False
    ) -> list[Path]:
        """Write every table to a folder, which is made where it is not there.

        Parameters
        ----------
        folder : str or Path
            Where to.
        formats : list of {"csv", "tex", "md", "docx", "rtf", "html"}
            CSV has all digits; the others are documents, with as many as the standard errors bear; see `save_table`.
        spreadsheet_safe : bool
            In CSV, an apostrophe before texts that a spreadsheet would run as formulas; see `write_table`.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        ModelError
            For an unknown format.
        DataError
            For a folder in which a table would take the place of the file that the data were read from.

        Examples
        --------
        >>> import tempfile
        >>> tables = {"fixed_effects": pd.DataFrame({"term": ["slope"], "estimate": [10.467]})}
        >>> page = Report("Sleep", "<!doctype html>", "", (), (), tables)  # of fit.report()
        >>> paths = page.save_tables(tempfile.mkdtemp(), formats=["csv"])
        >>> "fixed_effects.csv" in [path.name for path in paths]
        True
        """
        return save_tables(self.tables, folder, formats, spreadsheet_safe, self._read)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain Python values.

        Returns
        -------
        dict
            ``"title"``, ``"findings"`` (sentences), ``"sections"`` with whether each is shown.

        Examples
        --------
        >>> page = Report("Sleep", "<!doctype html>", "", (), (("Effects", "shown"),))  # of fit.report()
        >>> page.to_dict()["sections"]
        {'Effects': 'shown'}
        """
        return {"title": self.title, "findings": list(self.findings), "sections": dict(self.sections)}

    @told
    def __str__(self) -> str:
        lines = [f"Report: {self.title} ({self.kilobytes} kB)", *self.findings]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        page = html.escape(self.html, quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:40rem;border:1px solid #ccc"></iframe>'


def make_report(
    sections: Iterable[Section],
    fits: tuple[Any, ...],
    path: str | Path | None = None,
    title: str | None = None,
    by: Any = None,
    ddf: Any = None,
    level: float = 0.95,
    intervals: Any = None,
    limits: Any = None,
) -> Report:
    """Render the sections about a fit into a report, and save it where a path is given."""
    if not fits:
        raise ModelError("A report needs a fit: report(fit).")
    for fit in fits:
        if not isinstance(fit, FittedModel):
            raise ModelError(f"A report is of fits: report(fit) or report(fit, other), not of {type(fit).__name__}.")
    if path is not None:
        checked_ending(path, "a report", REPORT)
    chosen = None if intervals is None else intervals_of(intervals)
    by, sections = arm_of(fits[0]) if by is None else by, list(sections)
    with filtered("ignore", DataWarning), _bar(len(sections) + PICTURES) as moved:  # warned of in the section on data
        subject = Subject(fits, by, known_ddf(ddf), checked_level(level), chosen, limits, moved)
        check_text(title, "title", "Depression after treatment")
        title = title or default_title(subject.fit)
        rendered = _all_rendered(sections, subject)
        told = findings(subject)
        there = [section for section, part in rendered.items() if not part["reason"]]
        tables = {name: table for section in there for name, table in section.tables(subject).items()}
    kind = subject.said("Growth-curve report")
    made = _page(title, about(subject.fit), lead(subject), list(rendered.values()), told, tables, path, kind)
    return replace(made, _read=_read_from(subject.fit))


def _read_from(fit: FittedModel) -> Path | None:
    """The file that a fit's rows were read from, where they are there."""
    return path_read(fit.panel.data) if fit.panel.has_rows else None


@dataclass(frozen=True)
class TextSection:
    """A section of pictures, tables of texts and notes, for pages about something else than fits.

    Attributes
    ----------
    name, title : str
    pictures : sequence of Picture
    tables : sequence of DataFrame
    notes : sequence of str
    code : str
    paragraphs : sequence of str
        What is said first, in the letters of the page.
    """

    name: str
    title: str
    pictures: Sequence[Any] = ()
    tables: Sequence[pd.DataFrame] = ()
    notes: Sequence[str] = ()
    code: str = ""
    paragraphs: Sequence[str] = ()

    def body(self, environment: jinja2.Environment) -> Markup:
        """Its HTML."""
        tables = [(list(map(str, table.columns)), table.astype(str).to_numpy().tolist()) for table in self.tables]
        template = environment.get_template("trial.html")
        texts = {"notes": self.notes, "code": self.code, "paragraphs": self.paragraphs}
        return Markup(template.render(pictures=self.pictures, tables=tables, **texts))


def assembled(
    title: str,
    about: str,
    lead: str,
    sections: Iterable[Any],
    told: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
    path: str | Path | None = None,
    kind: str = "Report",
    warned: Sequence[tuple[str, str]] = (),
) -> Report:
    """A report of sections that have a `body` already (`TextSection`), saved where a path is given.

    What was `warned` of, each with what it means, stands at the head of the page.
    """
    if path is not None:
        checked_ending(path, "a report", REPORT)
    environment = _environment()
    rendered = [{"name": one.name, "title": one.title, "reason": None, "body": one.body(environment), "core": True}
                for one in sections]  # fmt: skip
    return _page(title, about, lead, rendered, tuple(told), dict(tables), path, kind, warned)


def _page(
    title: str,
    about: str,
    lead: str,
    rendered: Sequence[Mapping[str, Any]],
    told: tuple[str, ...],
    tables: dict[str, pd.DataFrame],
    path: str | Path | None,
    kind: str = "Growth-curve report",
    warned: Sequence[tuple[str, str]] = (),
) -> Report:
    script = Markup((TEMPLATES / "tables.js").read_text(encoding="utf-8"))
    there = [one for one in rendered if not one.get("gone")]  # of the others a section of its own tells
    page = _environment().get_template("page.html").render(
        title=title, about=about, lead=lead, sections=there, script=script, allowed=_hash(script), kind=kind,
        warned=warned,
    )
    page = visible(page)  # no name steers a terminal or turns the direction of what follows
    shown = tuple((str(part["title"]), str(part["reason"] or "shown")) for part in rendered)
    made = Report(title, page, lead, told, shown, tables)
    if path is not None:
        made.save(path)
    return made


def make_environment() -> jinja2.Environment:
    """Templates of this folder; everything that a user's file can hold is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        p=formats.p_value,
        count=formats.count,
        fixed=formats.fixed,
        number=formats.number,
        share=formats.share,
        decimals_of=formats.decimals_of,
        padded=formats.padded,
        evened=formats.evened,
        said=_said,
    )
    return environment


@cache
def _environment() -> jinja2.Environment:
    """The one of all pages: a template is compiled once."""
    return make_environment()


@jinja2.pass_context
def _said(context: jinja2.runtime.Context, text: str) -> str:
    """Words of a template as they are said of the data that the page is about."""
    return str(context.get("said", str)(text))


def _hash(script: str) -> str:
    """The one script of the page, for its content security policy: nothing else may run or be loaded."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@contextmanager
def _bar(steps: int) -> Iterator[Callable[[], object]]:
    """A bar on a terminal; what moves it by a step, a section or a picture."""
    from tqdm import tqdm

    with tqdm(total=steps, desc="report", disable=None, delay=0.5, leave=False, bar_format=BAR) as bar:
        yield lambda: bar.update(min(1, steps - bar.n))


def _all_rendered(sections: Sequence[Section], subject: Subject) -> dict[Section, Mapping[str, Any]]:
    """The sections of the page in their order; those that tell of others are made last."""
    environment, made = _environment(), dict[Section, Mapping[str, Any]]()
    for section in sorted(sections, key=lambda one: one.last):
        if section.belongs(subject):
            made[section] = _rendered(environment, section, subject)
    return {section: made[section] for section in sections if section in made}


def _rendered(environment: jinja2.Environment, section: Section, subject: Subject) -> Mapping[str, Any]:
    body, gone = Markup(), False
    try:
        reason = section.why_not(subject)
        if reason is None:
            context = section.context(subject)
            given = {"interval": subject.interval, "said": subject.said, **context}
            body = Markup(environment.get_template(f"{section.name}.html").render(given))
    except NotAvailableError as error:
        reason, gone = str(error), True
        subject.lack(subject.said(section.lacks) or section.heading(subject), error)
    except NotEstimableError as error:
        reason = str(error)
    if reason is not None:
        subject.refused.add(section.name)
    subject.moved()
    told = {"name": section.name, "title": section.heading(subject), "core": section.leads(subject)}
    return told | {"reason": reason, "body": body, "gone": gone}
