"""`python -m growthcurves`: the command line."""

from __future__ import annotations

from growthcurves.cli import main

if __name__ == "__main__":
    main(prog_name="python -m growthcurves")
