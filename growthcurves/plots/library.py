"""matplotlib, wherever the package draws: loaded when something is drawn, and never with a backend that is none."""

from __future__ import annotations

import os
import sys

from growthcurves.errors import ModelError, brief

try:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as MatplotlibFigure
except ValueError:  # it reads this variable when it is loaded, and knows no way to go on
    for name in [name for name in sys.modules if name == "matplotlib" or name.startswith("matplotlib.")]:
        del sys.modules[name]  # loaded by half
    named = brief(os.environ.get("MPLBACKEND", ""))
    raise ModelError(
        f"The environment variable MPLBACKEND is {named}, a backend that matplotlib does not know: unset it, or set it "
        f"to agg, which draws without a window."
    ) from None

__all__ = ["FigureCanvasAgg", "MatplotlibFigure", "matplotlib"]
