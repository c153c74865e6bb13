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


def answer(folder, act, width=1200, options=()):
    """What a script finds in the page."""
    (folder / "probe.html").write_text(PROBE.format(width=width, act=act), encoding="utf-8")
    shown, complaints = browse(folder, (folder / "probe.html").as_uri(), "--dump-dom", *options)
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


#: What WCAG 2.1 AA asks of a page and can be read off its elements: each line is a complaint. The page was looked at
#: with axe-core 4.14.1, all details open, light and dark: no violation. Texts in pictures axe leaves to others.
ACCESSIBLE = """
  page.querySelectorAll('details').forEach(one => one.open = true);
  const view = page.defaultView, found = [];
  const say = (what, one) => found.push(what + ': ' + one.textContent.trim().slice(0, 40));
  const light = colour => colour.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
  const sum = colour => { const [r, g, b] = light(colour); return .2126 * r + .7152 * g + .0722 * b; };
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = one => { for (; one; one = one.parentElement) {
    const c = rgb(view.getComputedStyle(one).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  for (const one of page.body.querySelectorAll('*')) {
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
    if (!one.getClientRects().length || one.closest('script, style')) continue;
    const style = view.getComputedStyle(one), colour = rgb(one.closest('svg') ? style.fill : style.color).slice(0, 3);
    const [high, low] = [sum(colour), sum(behind(one))].sort((a, b) => b - a);
    if ((high + .05) / (low + .05) < 4.5 && one.textContent.trim() !== '●') say('contrast', one);
  }
  if (!page.documentElement.lang) say('language', page.body);
  for (const name of ['main', 'h1']) if (page.querySelectorAll(name).length !== 1) say('one ' + name, page.body);
  let before = 1;
  for (const one of page.querySelectorAll('h1, h2, h3, h4')) { if (+one.tagName[1] > before + 1) say('heading', one);
    before = +one.tagName[1]; }
  for (const one of page.querySelectorAll('th')) if (!one.scope || !one.textContent.trim()) say('header', one);
  for (const one of page.querySelectorAll('svg'))
    if (!one.getAttribute('aria-label') && !one.ariaHidden) say('picture', one);
  for (const one of page.querySelectorAll('button, input, a, summary')) {
    if (!one.textContent.trim() && !one.labels?.length && !one.ariaLabel) say('name', one);
    one.focus(); if (page.activeElement !== one && one.getClientRects().length) say('keyboard', one);
  }
  return found;"""


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_accessible(folder, dark):
    scheme = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    asked = "return page.defaultView.matchMedia('(prefers-color-scheme: dark)').matches"
    assert answer(folder, asked, options=scheme) == str(dark).lower()
    assert answer(folder, ACCESSIBLE, options=scheme) == "[]"


def test_what_is_not_accessible_is_told(folder):
    """So that the silence above means something."""
    spoil = """page.documentElement.style.setProperty('--muted', '#bbbbbb'); page.querySelector('th').scope = '';
      page.querySelector('h3').outerHTML = '<h5>too deep</h5><h4>too deep</h4>';"""
    told = answer(folder, spoil + ACCESSIBLE)
    assert "contrast" in told and "header: " in told and "heading: too deep" in told
