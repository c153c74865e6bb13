"""What is loaded when: pictures, reports and the yardstick stay out until they are asked for."""

from __future__ import annotations

import subprocess
import sys

LATE = ("matplotlib", "statsmodels", "jinja2")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_fit_loads_neither_pictures_nor_templates_nor_statsmodels():
    code = (
        "import sys, growthcurves as gc\n"
        "fit = gc.fit('reaction ~ day + (day | subject)', gc.load_dataset('sleepstudy'))\n"
        "str(fit)\n"
        f"print([name for name in {LATE!r} if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_the_package_itself_loads_nothing_heavy():
    code = "import sys, growthcurves; print([name for name in ('numpy', 'pandas', 'scipy') if name in sys.modules])"
    assert run(code) == "[]"


def test_the_command_line_loads_nothing_heavy_before_a_command_runs():
    code = "import sys, growthcurves.cli; print([name for name in ('numpy', 'pandas', 'scipy') if name in sys.modules])"
    assert run(code) == "[]"


def test_a_room_called_like_a_function_does_not_hide_it():
    code = (
        "import growthcurves.fit, growthcurves.report, growthcurves as gc\n"
        "print(callable(gc.fit), callable(gc.report), gc.errors.__name__)"
    )
    assert run(code) == "True True growthcurves.errors"
