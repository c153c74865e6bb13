"""HTML: a page that stands by itself, with nothing from outside and nothing that runs."""

from __future__ import annotations

from html import escape

from growthcurves.output.sheet import Sheet

_LOOK = """\
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem; color: #111; background: #fff; }
table { border-collapse: collapse; border-top: 1.5px solid; border-bottom: 1.5px solid; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
thead th { border-bottom: 1px solid; vertical-align: bottom; }
th, td { text-align: left; font-weight: normal; padding: .2rem .8rem .2rem 0; vertical-align: top; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody th[colspan] { font-weight: 600; padding-top: .6rem; }
p { max-width: 46rem; margin: .3rem 0; font-size: .87em; }"""


def as_page(sheet: Sheet) -> bytes:
    """The table as a page."""
    caption = f"<caption>{escape(sheet.title)}</caption>" if sheet.title else ""
    pairs = zip(sheet.head, sheet.numbers, strict=True)
    head = "".join(f'<th scope="col"{_look(number)}>{escape(text)}</th>' for text, number in pairs)
    body = "\n".join(f"<tr>{_row(row, sheet)}</tr>" for row in sheet.rows)
    notes = "\n".join(f"<p>{escape(note)}</p>" for note in sheet.notes)
    page = f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(sheet.title or "Table")}</title>
<style>
{_LOOK}
</style></head>
<body>
<table>{caption}
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody></table>
{notes}
</body></html>
"""
    return page.encode("utf-8")


def _look(number: bool) -> str:
    return ' class="number"' if number else ""


def _row(row: tuple[str, ...], sheet: Sheet) -> str:
    if len(row) < 2 and len(sheet.head) > 1:
        return f'<th scope="rowgroup" colspan="{len(sheet.head)}">{escape(row[0])}</th>'
    first, *cells = (
        f"<td{_look(number)}>{escape(cell)}</td>" for cell, number in zip(row, sheet.numbers, strict=True)
    )
    start = f'<th scope="row">{escape(row[0])}</th>' if not sheet.numbers[0] else first
    return start + "".join(cells)
