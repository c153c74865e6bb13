"""The numbers of several models beside one another: of any fits as a journal prints them, and for the ladder.

`numbers` holds them, `lines` sets them in rows with a cell for each model, `journal` is the table for a paper. Never a
number of its own.
"""
