"""What is loaded when: pictures, reports and the yardstick stay out until they are asked for."""

from __future__ import annotations

import subprocess
import sys

LATE = ("matplotlib", "statsmodels", "jinja2")
#: What `from growthcurves import fit` leaves for later: answers, replicates, profiles, files, and heavy packages.
NOT_FOR_FIT = (
    *LATE,
    "scipy",
    "formulaic",
    "patsy",
    "tqdm",
    "click",
    "tomllib",
    "growthcurves.cli",
    "growthcurves.plots",
    "growthcurves.report",
    "growthcurves.results",
    "growthcurves.storage",
    "growthcurves.engine.batch",
    "growthcurves.engine.draws",
    "growthcurves.engine.profile",
    "growthcurves.engine.submodels",
)


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


def test_the_name_fit_loads_no_answers_and_nothing_heavy():
    code = f"import sys\nfrom growthcurves import fit\nprint([name for name in {NOT_FOR_FIT!r} if name in sys.modules])"
    assert run(code) == "[]"


def test_what_fit_loads_is_little_more_than_pandas():
    """Modules of other packages, beside those that pandas loads: the standard library's small ones."""
    code = (
        "import sys, pandas\n"
        "before = set(sys.modules)\n"
        "from growthcurves import fit\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - {'growthcurves'} - sys.stdlib_module_names))"
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
