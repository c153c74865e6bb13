"""The stored references on the user's machine: what is fitted, what it must give, and on what it ran.

`references.json` is chosen from the references of the tests by tests/reference/make_verify.py.
"""
