"""Estimates from sampling weights: scores of persons and units, and errors by the design. Never data, never words."""
