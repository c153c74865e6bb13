"""The criterion and its derivatives, profiled and joint, as contractions of sums. Never a search."""
