"""Planning: a study that has not been done, what is assumed of it, its expected information, and the power of it.

Nothing here looks at outcomes; what a study would be analysed by is the package's own model, bound to planned persons.
"""
