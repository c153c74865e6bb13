"""How a covariance matrix of given rank is written as free parameters. Never data."""
