"""The page: sections rendered one after the other into one self-contained HTML file."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from growthcurves.errors import DataWarning, ModelError, NotAvailableError, NotEstimableError
from growthcurves.report import format as formats
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import about, default_title, findings, lead


@dataclass(frozen=True, repr=False)
class Report:
    """A report as one HTML page.

    Attributes
    ----------
    title : str
    html : str
        The page: no scripts, and nothing is loaded from outside.
    lead : str
        What stands at the head of the page: how fast on average.
    findings : tuple of str
        The change report in sentences.
    sections : tuple of (str, str)
        Heading of each section, and "shown" or the reason why not.
    """

    title: str
    html: str
    lead: str
    findings: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]

    @property
    def table(self) -> pd.DataFrame:
        """The sections: columns section, shown (or why not)."""
        return pd.DataFrame(self.sections, columns=["section", "shown"])

    @property
    def kilobytes(self) -> int:
        """Size of the page."""
        return -(-len(self.html.encode()) // 1000)

    def save(self, path: str | Path) -> Path:
        """Write the page to a file (UTF-8) and return its path."""
        path = Path(path).expanduser()
        path.write_text(self.html, encoding="utf-8", newline="\n")
        return path

    def to_dict(self) -> dict[str, Any]:
        """The report as plain Python values."""
        return {"title": self.title, "findings": list(self.findings), "sections": dict(self.sections)}

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
    by: str | None = None,
) -> Report:
    """Render the sections about a fit into a report, and save it where a path is given."""
    if not fits:
        raise ModelError("A report needs a fit: report(fit).")
    if len(fits) > 1:
        raise NotAvailableError("A report of several fits is not there yet: write one report per fit.")
    subject = Subject(fits, by)
    title = title or default_title(subject.fit)
    environment = make_environment()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # said in the section on the data
        rendered = [_rendered(environment, section, subject) for section in sections]
        told = findings(subject)
    first = lead(subject, told)
    page = environment.get_template("page.html").render(
        title=title, about=about(subject.fit), lead=first, sections=rendered
    )
    shown = tuple((str(part["title"]), str(part["reason"] or "shown")) for part in rendered)
    made = Report(title, page, first, told, shown)
    if path is not None:
        made.save(path)
    return made


def make_environment() -> jinja2.Environment:
    """Templates of this folder; everything that a user's file can hold is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent / "templates"),
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
    )
    return environment


def _rendered(environment: jinja2.Environment, section: Section, subject: Subject) -> Mapping[str, Any]:
    reason, body = section.why_not(subject), Markup()
    if reason is None:
        try:
            context = section.context(subject)
            body = Markup(environment.get_template(f"{section.name}.html").render(**context))
        except NotEstimableError as error:
            reason = str(error)
    return {"name": section.name, "title": section.title, "reason": reason, "body": body}
