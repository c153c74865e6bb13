"""Comparing fits: are they of the same rows, which is nested in which, and by which distribution are they tested.

`alignment` aligns fits, `nesting` says how one lies in the other, `ratio` tests, `variance` leaves random effects out,
`table` puts fits side by side. docs/compare.md says which test is used when.
"""
