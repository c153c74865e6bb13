"""What every answer is and how its numbers are printed. Never a number of its own."""
