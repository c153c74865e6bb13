"""Decompositions of matrices whose rows are of very different size: a rate per second beside one per year."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dgejsv

from growthcurves.numerics.arrays import Array


def principal_components(rows: Array) -> tuple[Array, Array]:
    """Orthonormal combinations (k, k) of rows (k, p) that are uncorrelated, and the length of each (k,), longest first.

    By one-sided Jacobi rotations, which find each length to nearly all its digits whatever the rows are measured in;
    the usual decomposition finds all of them to digits of the longest (Demmel and Veselic 1992).

    Examples
    --------
    >>> _, sizes = principal_components(np.array([[3.0, 4.0], [1e-40, 0.0]]))
    >>> sizes.tolist()
    [5.0, 8e-41]
    """
    columns = np.zeros((max(rows.shape), len(rows)), order="F")
    columns[: rows.shape[1]] = rows.T
    lengths, _, vectors, scale, _, failed = dgejsv(columns, joba=0, jobu=3, jobv=0, jobr=0, jobt=0, jobp=0)
    if failed:
        raise np.linalg.LinAlgError("Jacobi rotations do not end.")
    return vectors.T, lengths * (scale[0] / scale[1])
