"""Confidence intervals of functions of the parameters: one file per method. Never tables, never pictures."""
