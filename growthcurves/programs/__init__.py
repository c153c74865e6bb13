"""The same model elsewhere: its program in other languages, and their results beside ours. Never estimation.

A `Spec` says a model in words that every program has; each program is one file that writes it.
"""
