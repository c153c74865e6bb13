"""The type of all numbers."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
