"""Fixed effects and functions of them: coefficients, tests, means, slopes, margins, robust errors."""
