"""From a start to an optimum, and the certificate of what was found. Never an answer."""
