"""Planning by simulation: studies drawn from what is assumed, fitted by the planned analysis, and what they found."""
