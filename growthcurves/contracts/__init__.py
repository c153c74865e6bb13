"""What the rooms tell each other: small frozen values that every room may read. Never a computation, never a table."""
