"""What is assumed of one schedule of visits, and is of other persons at another: refused where schedules vary."""

from __future__ import annotations

from collections.abc import Collection

from growthcurves.errors import ModelError
from growthcurves.model.covariance import residual_of
from growthcurves.planning.asked import Asked

#: Options of a study that say when persons are seen.
SCHEDULE = ("times", "waves", "duration", "spacing")
#: Residual structures whose correlations are those of visits that follow each other, however far apart they are.
_BY_VISIT = ("ar1", "arh1", "arma11", "ad", "adh", "toep", "toeph")


def refuse_moving(asked: Asked, varying: Collection[str]) -> None:
    """Refuse assumptions that are of one schedule where these options of the study vary.

    Raises
    ------
    ModelError
    """
    names = [name for name in SCHEDULE if name in varying]
    if not names:
        return
    what = f"{' and '.join(names)} {'vary' if len(names) > 1 or names[0] in ('waves', 'times') else 'varies'}"
    if asked.options.get("reliability") is not None:
        raise ModelError(
            f"reliability= says by the schedule of visits how much persons' slopes vary, and here {what}: each "
            f"schedule would be one of other persons. Give sd_slope=; gc.power of one schedule prints the SD that "
            f"reliability= is there."
        )
    spaced = names == ["waves"] and asked.study.spacing is not None
    residual = residual_of(asked.options.get("residual") or "independent").name
    if residual in _BY_VISIT and not spaced:
        raise ModelError(
            f"residual={residual!r} has correlations of visits that follow each other, and here {what}, so that these "
            f"are at other distances: take residual='car1', whose correlation is that of one unit of time."
        )


def refuse_origins(each: Collection[Asked]) -> None:
    """Refuse designs whose intercepts are those of different times, as what is assumed of them is of one.

    Raises
    ------
    ModelError
    """
    found = sorted({one.design.origin for one in each if one.design.origin is not None})
    if len(found) > 1:
        told = " and ".join(f"{time:g}" for time in (found[0], found[-1]))
        raise ModelError(
            f"The schedules have their intercepts at different times ({told}), of which SDs and correlations are: let "
            f"all begin at the same time, or hold 0, or fix the time with model=gc.GrowthModel(..., origin=...)."
        )
