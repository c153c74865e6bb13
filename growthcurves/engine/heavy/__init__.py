"""Estimates whose persons have heavy tails: outcomes of each are multivariate t, random effects and residuals alike.

The covariance matrices are those of `engine.general`; what is here weighs persons and says how heavy tails are.
"""
