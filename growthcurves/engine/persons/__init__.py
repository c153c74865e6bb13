"""What needs each person's own cross-products: empirical Bayes, own lines, the sandwich."""
