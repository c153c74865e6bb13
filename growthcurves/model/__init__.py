"""What to fit, as immutable values: growth models, formulas, shapes, covariance structures. Never estimation."""
