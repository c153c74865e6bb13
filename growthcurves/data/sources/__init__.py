"""Sources of rows: what yields tables one after the other, of only the columns that are needed. One file for each kind.

Nothing here knows a model, and nothing sums.
"""
