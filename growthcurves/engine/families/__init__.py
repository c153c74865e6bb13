"""Outcomes that are not normal: the integral over random effects by adaptive Gauss-Hermite quadrature.

Persons who look alike (the same rows, the same answers) are one *record* with a count. The gradient is that of the
printed criterion: nodes move with mode and curvature. Derived in docs/engine.md, section 8.
"""
