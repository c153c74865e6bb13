"""The page in a real browser: nothing complains, nothing overflows, and the table of persons sorts and searches."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

import growthcurves as gc

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser here")

# A page that holds the report in a frame, acts on it, and writes down what it finds.
PROBE = """<!doctype html><iframe id="frame" src="page.html" style="width:{width}px;height:900px;border:0"></iframe>
<pre id="answer"></pre><script>
document.getElementById("frame").onload = event => {{
  const page = event.target.contentDocument;
  document.getElementById("answer").textContent = "answer " + JSON.stringify((() => {{ {act} }})());
}};
</script>"""


@pytest.fixture(scope="module")
def folder(make_trial, tmp_path_factory):
    """A folder with the report of sixty persons in two arms."""
    model = gc.GrowthModel("bdi", "week", "id", predictors="arm", reference={"arm": "placebo"})
    straight = gc.fit(model, make_trial())
    made = tmp_path_factory.mktemp("browser")
    gc.report(straight, straight.refit(random=("intercept",)), path=made / "page.html", by="arm")
    return made


def browse(folder, url, *options):
    """Standard output and error of the browser."""
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--allow-file-access-from-files", "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}",
        *options, url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    return done.stdout, done.stderr


def answer(folder, act, width=1200):
    """What a script finds in the page."""
    (folder / "probe.html").write_text(PROBE.format(width=width, act=act), encoding="utf-8")
    shown, complaints = browse(folder, (folder / "probe.html").as_uri(), "--dump-dom")
    assert "CONSOLE" not in complaints, [line for line in complaints.splitlines() if "CONSOLE" in line]
    found = re.search(r"answer (.*?)</pre>", shown)
    assert found, shown[-500:]
    return found[1].replace("&lt;", "<").replace("&gt;", ">")


def test_the_console_stays_silent_and_nothing_else_is_asked_for(folder):
    """The page's policy forbids everything from outside, so that a request would be a complaint."""
    asked = "return performance.getEntriesByType.call(page.defaultView.performance, 'resource').length"
    assert answer(folder, asked) == "0"


def test_a_request_would_be_a_complaint(folder):
    """So that the silence above means something."""
    page = (folder / "page.html").read_text(encoding="utf-8")
    (folder / "calls.html").write_text(page.replace("</main>", '<img src="there.png"></main>'), encoding="utf-8")
    _, complaints = browse(folder, (folder / "calls.html").as_uri(), "--dump-dom")
    assert "CONSOLE" in complaints and "Content Security Policy" in complaints


@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_is_wider_than_the_screen(folder, width):
    assert int(answer(folder, "return page.documentElement.scrollWidth", width)) <= width
    cut = """return [...page.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1)
      .map(box => box.closest('section').id + ' ' + box.scrollWidth)"""
    assert answer(folder, cut, width) == "[]"


def test_persons_are_sorted_and_found(folder):
    acts = """
      page.querySelector('details').open = true;
      const table = page.querySelector('table.searchable');
      const column = n => [...table.tBodies[0].rows].filter(row => !row.hidden).map(row => row.cells[n].textContent);
      const head = table.tHead.rows[0].cells[0];
      head.querySelector('button').click();
      const up = column(0).slice(0, 3), sorted = head.getAttribute('aria-sort');
      head.querySelector('button').click();
      const down = column(0).slice(0, 3);
      const input = page.querySelector('.finder input');
      input.value = 'PLACEBO';
      input.dispatchEvent(new Event('input'));
      return [up, sorted, down, column(0).length, page.querySelector('.finder [role=status]').textContent.trim()];
    """
    assert answer(folder, acts) == '[["0","1","2"],"ascending",["59","58","57"],20,"20 of 60"]'


def test_the_page_prints(folder):
    browse(folder, (folder / "page.html").as_uri(), "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}")
    printed = (folder / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF") and len(printed) > 50_000
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) < 20
