"""Sampling designs: columns of weights, strata and sampling units, and what they come to for a panel. Never errors."""
