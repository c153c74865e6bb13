"""Several threads at once give the same bytes as one after the other."""

from __future__ import annotations

import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import growthcurves as gc

THREADS = 4


def fits():
    trial = gc.load_dataset("trial")
    return [
        gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")),
        gc.fit("depression ~ week * arm + (1 | patient)", trial[trial["patient"].isin(trial["patient"].unique()[:40])]),
    ]


def picture(fit, name, ending):
    drawn = getattr(fit.plot, name)()
    sheet = drawn if hasattr(drawn, "savefig") else drawn.get_figure()
    file = io.BytesIO()
    sheet.savefig(file, format=ending, dpi=40, metadata={"Date": None} if ending == "svg" else {})
    return file.getvalue()


def page(fit, by=None):
    return fit.report(by=by).html.encode()


def test_pages_pictures_fits_and_tables_from_four_threads(tmp_path):
    made = fits()
    gc.load_dataset("trial").to_csv(tmp_path / "trial.csv", index=False)
    jobs = [partial(page, made[1], "arm")]
    jobs += [
        partial(picture, made[0], name, ending) for name in ("slopes", "trajectories") for ending in ("svg", "png")
    ]
    jobs += [
        lambda: str(gc.fit("depression ~ week * arm + (week | patient)", gc.read_table(tmp_path / "trial.csv")))
    ] * 2
    before = warnings.filters.copy()
    alone = [job() for job in jobs]
    with ThreadPoolExecutor(THREADS) as pool:  # everything, and one page twice, at the same time
        together = [future.result() for future in [pool.submit(job) for job in [jobs[0], *jobs]]]
    expected = [alone[0], *alone]
    assert [one == other for one, other in zip(expected, together, strict=True)] == [True] * len(together)
    assert warnings.filters == before


def test_reading_and_fitting_do_not_wait_for_a_drawing(tmp_path):
    from growthcurves.errors import filtered
    from growthcurves.plots.style import styled

    gc.load_dataset("sleepstudy").to_csv(tmp_path / "s.csv", index=False)

    def work():
        fit = gc.fit("reaction ~ day + (day | subject)", gc.read_table(tmp_path / "s.csv"))
        return str(fit), str(fit.change()), len(fit.people())

    with filtered("ignore", ResourceWarning), styled(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(work).result(timeout=120)


def test_a_sheet_is_an_ordinary_figure():
    import pickle

    from matplotlib.figure import Figure

    sheet = fits()[0].plot.trajectories().get_figure()
    assert isinstance(sheet, Figure)
    assert isinstance(pickle.loads(pickle.dumps(sheet)), Figure)


def test_latex_in_the_settings_changes_nothing():
    import matplotlib

    fit = fits()[0]
    for name in ("trajectories", "qq", "people"):
        plain = picture(fit, name, "svg")
        with matplotlib.rc_context({"text.usetex": True}):
            assert picture(fit, name, "svg") == plain
