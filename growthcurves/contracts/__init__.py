"""What parts promise each other: parameters, occasions, points, likelihoods. Protocols and values, never algorithms."""
