"""Makes the test helpers importable whatever the import mode; tests never time anything, hypothesis' own included.

Tests run on all cores side by side, so that linear algebra on several cores in each of them would only wait.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded, here and in the workers
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
sys.path.insert(0, str(Path(__file__).parent))
