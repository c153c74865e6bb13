"""What a fit answers: a method for each question, with its whole documentation, each one line into `results`.

No number is computed here, and no fit is made.
"""
