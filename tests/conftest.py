"""Makes the test helpers importable whatever the import mode; tests never time anything, hypothesis' own included."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
sys.path.insert(0, str(Path(__file__).parent))
