"""What is remembered of the rows: cross-products by person and by schedule, and which columns they are of.

Never a criterion.
"""
