"""Whether those drop out of whom the last outcome was high, or low: a fact about the study."""

from __future__ import annotations

from growthcurves.checks import calls
from growthcurves.checks.check import MISSING, Fact, Said
from growthcurves.checks.look import Look
from growthcurves.data.dropout import ASSUMES, LAST
from growthcurves.errors import GrowthCurvesError
from growthcurves.results.tables.printing import number

#: Fewer persons who drop out show nothing.
FEWEST = 5


class DroppingOut(Fact):
    """The odds of dropping out at the next visit by the last outcome before it."""

    name, level = "dropping_out", MISSING

    def said(self, look: Look) -> Said | None:
        fit = look.fit
        if fit.panel.time is None or not look.normal:
            return None
        try:
            report = fit.panel.dropout()
        except GrowthCurvesError:  # no waves, or nobody drops out
            return None
        rows = report.odds[report.odds["term"] == LAST]
        if report.counts["dropouts"] < FEWEST or rows.empty:
            return None
        row, who = rows.iloc[0], fit.vocabulary.who.several
        interval = f"95 % interval {number(row['conf_low'], 3)} to {number(row['conf_high'], 3)}"
        ratio = f"{number(row['odds_ratio'], 3)} ({interval})"
        lost = f"{report.counts['dropouts']:,} of {look.persons:,} {who} drop out"
        text = f"{lost}; an SD more in the last outcome multiplies the odds of dropping out next by {ratio}."
        return Said(
            f"which {who} drop out", text, fit.vocabulary.said(ASSUMES),
            ("fit.panel.dropout()", calls.asked(look, "dropout_sensitivity()")), float(row["odds_ratio"]),
            p_value=float(row["p_value"]), short=f"Odds of dropping out: {ratio} per SD of the last outcome.",
        )  # fmt: skip
