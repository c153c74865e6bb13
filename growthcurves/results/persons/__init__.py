"""Single persons: growth parameters, predictions, trajectories, simulated outcomes."""
