"""Answers, each a function of a FittedModel. Never estimation, never pictures."""
