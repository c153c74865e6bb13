"""The trial analyst's door: a table of a trial becomes an ordinary fit, and its answers are put together as trials
report them. Never an estimate or a test of its own: these are asked of `results`.
"""
