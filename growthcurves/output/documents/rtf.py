"""Rich text, as word processors and the reporting of trials read it: plain control words, nothing of a program's own.

Microsoft (2008), Rich Text Format Specification 1.9.1: a row is \\trowd, the right ends of its cells (\\cellx, in
twentieths of a point), its cells (\\cell) and \\row.
"""

from __future__ import annotations

from growthcurves.output.sheet import Sheet

_TWIPS_PER_SIGN, _MARGIN, _PORTRAIT, _LANDSCAPE = 105, 1080, (12240, 15840), (15840, 12240)
_RULE = {"top": r"\clbrdrt\brdrs\brdrw15", "bottom": r"\clbrdrb\brdrs\brdrw15"}


def as_rtf(sheet: Sheet) -> bytes:
    """The table as an RTF document."""
    ends, paper = _layout(sheet)
    turned = r"\landscape" if paper is _LANDSCAPE else ""
    lines = [
        r"{\rtf1\ansi\ansicpg1252\deff0\uc1{\fonttbl{\f0\froman Times New Roman;}}",
        rf"\paperw{paper[0]}\paperh{paper[1]}\margl{_MARGIN}\margr{_MARGIN}\margt{_MARGIN}\margb{_MARGIN}{turned}\f0\fs20",
    ]
    lines += [rf"{{\pard\keepn\sa120\b {_escaped(sheet.title)}\par}}"] if sheet.title else []
    lines += [_row(sheet.head, ends, sheet.numbers, ("top", "bottom"), head=True)]
    for place, row in enumerate(sheet.rows):
        rules = ("bottom",) if place == len(sheet.rows) - 1 else ()
        lines += [_row(row, ends, sheet.numbers, rules) if len(row) > 1 else _row(row, ends[-1:], (False,), rules)]
    lines += [rf"{{\pard\sb60\fs18 {_escaped(note)}\par}}" for note in sheet.notes]
    return "\n".join([*lines, "}"]).encode("ascii")


def _layout(sheet: Sheet) -> tuple[list[int], tuple[int, int]]:
    """Right ends of the columns in proportion to their longest words, and the paper on which they have room."""
    wanted = sum(sheet.widths) * _TWIPS_PER_SIGN
    paper = _PORTRAIT if wanted <= _PORTRAIT[0] - 2 * _MARGIN else _LANDSCAPE
    widths = sheet.within((paper[0] - 2 * _MARGIN) / _TWIPS_PER_SIGN)
    return [round(sum(widths[: k + 1]) * _TWIPS_PER_SIGN) for k in range(len(widths))], paper


def _row(
    cells: tuple[str, ...], ends: list[int], numbers: tuple[bool, ...], rules: tuple[str, ...], head: bool = False
) -> str:
    borders = "".join(_RULE[rule] for rule in rules)
    start = r"\trowd\trgaph60\trkeep" + (r"\trhdr" if head else "") + "".join(rf"{borders}\cellx{end}" for end in ends)
    set_to = [r"\qr" if number else r"\ql" for number in numbers]
    texts = [rf"\pard\intbl{to} {_escaped(cell)}\cell" for to, cell in zip(set_to, cells, strict=True)]
    return "\n".join([start, *texts, r"\row"])


def _escaped(text: str) -> str:
    """A text in ASCII: control signs as themselves, others by their UTF-16 numbers."""
    out = []
    for sign in text:
        if sign in "\\{}":
            out.append("\\" + sign)
        elif ord(sign) < 128:
            out.append(sign)
        else:
            units = sign.encode("utf-16-le")
            codes = [int.from_bytes(units[k : k + 2], "little", signed=True) for k in range(0, len(units), 2)]
            out += [rf"\u{code}?" for code in codes]
    return "".join(out)
