"""What the site needs beyond Markdown: the generated pages, and formulas as MathML, which browsers draw themselves."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path
from typing import Any

FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)
LONG = 80  # signs of a formula in a line of text that may be wider than the window of a phone


def on_files(files: Any, config: Any) -> Any:
    """Add the reference, made from the package as it is."""
    from mkdocs.structure.files import File

    sys.path.insert(0, str(Path(__file__).parent))  # mkdocs takes it away again after it has read a hook
    from make_reference import pages

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_content(content: str, **_: Any) -> str:
    """Formulas as MathML: nothing is loaded from outside."""
    return FORMULA.sub(_mathml, content)


def _mathml(found: re.Match[str]) -> str:
    from latex2mathml.converter import convert

    written, alone = html.unescape(found[3]).strip(), found[2] == "["
    made = str(convert(written, display="block" if alone else "inline"))
    wide = alone or len(written) > LONG
    return f'<span class="formula">{made}</span>' if wide else made
