"""Profile likelihood: quantities, the path of constrained optima, and the walk to an end of an interval."""
