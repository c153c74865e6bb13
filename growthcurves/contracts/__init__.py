"""What rooms and parts tell and promise each other: small frozen values, and protocols. Never an algorithm."""
