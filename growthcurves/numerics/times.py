"""Times as texts: the one way in which sentences, tables, pictures and labels print them."""

from __future__ import annotations

import math
from collections.abc import Iterable

#: Significant digits with which times can be told from any others.
EXACT = 12


def time_text(time: float) -> str:
    """A time as people say it: whole and half ones as they are, a longer one to two digits and one decimal at least.

    Examples
    --------
    >>> time_text(9.0), time_text(0.25), time_text(2.0643394935), time_text(0.0123456), time_text(1506.94)
    ('9', '0.25', '2.1', '0.012', '1506.94')
    """
    return _text(time, _places(time))


def time_texts(times: Iterable[float]) -> list[str]:
    """Times that stand together: with so many decimals more that different ones can be told apart.

    Examples
    --------
    >>> time_texts([0.0, 2.0643394935, 4.1268]), time_texts([2.0643, 2.0712])
    (['0', '2.1', '4.1'], ['2.06', '2.07'])
    """
    listed = [float(time) + 0.0 for time in times]  # -0 is 0
    different = len({f"{time:.{EXACT}g}" for time in listed})
    for more in range(EXACT):
        texts = [_text(time, _places(time) + more) for time in listed]
        if len(set(texts)) == different:
            return texts
    return [f"{time:.{EXACT}g}" for time in listed]


def printed_before(time: float) -> float:
    """The latest time up to this one that is printed in full, so that who reads it can compute at the same time.

    Examples
    --------
    >>> printed_before(3.156742), printed_before(4.0), printed_before(0.25), printed_before(-0.0567)
    (3.1, 4.0, 0.25, -0.057)
    """
    places = _places(time)
    if not math.isfinite(time) or places == 2:
        return time
    return round(math.floor(time * 10.0**places) / 10.0**places, places)


def _places(time: float) -> int:
    """Decimals of a time: two where that is all of it, else as many as give it two digits, and one at least."""
    if not math.isfinite(time) or time == 0 or abs(round(time, 2) - time) <= 1e-9 * abs(time):
        return 2
    return max(1, 1 - math.floor(math.log10(abs(time))))


def _text(time: float, places: int) -> str:
    if not math.isfinite(time) or abs(time) >= 10.0**EXACT or 0 < abs(time) < 10.0**-EXACT:
        return f"{time:.{EXACT}g}"
    text = f"{time:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
