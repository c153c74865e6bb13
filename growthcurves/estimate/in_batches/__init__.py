"""A fit of rows that are read in batches: what is learned from them, their sums, what is kept of persons.

Nothing here opens a file of the user's (`data/sources` does) and nothing answers.
"""
