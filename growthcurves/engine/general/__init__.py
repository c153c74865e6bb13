"""Estimates of any likelihood: structured residuals from schedules, others by plain loops over persons.

A likelihood says its value at a local point with derivatives; one of normal outcomes also what follows from its V_i, or
each person's X, Z, residual and V.
"""
