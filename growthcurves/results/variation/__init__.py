"""How much persons and occasions differ: variance components, ICC, R2, spread, standardised effects."""
