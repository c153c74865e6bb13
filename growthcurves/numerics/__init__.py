"""Functions of plain arrays that know no model: chunks, factors, cones, distributions, random streams.

Never the name of a column.
"""
