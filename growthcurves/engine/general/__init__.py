"""Estimates of any likelihood by plain loops over persons: slow, and right where no faster way has been built.

A likelihood says its value at a local point; one of normal outcomes also gives each person's X, Z, residual and V.
"""
