"""What is asked, as rows: hypotheses, reference grids, times, rates, the design of new data. Never an estimate."""
