"""Sites that share no rows: recipes, the sums that a site sends, and fits of several sites. Never a person's row."""
