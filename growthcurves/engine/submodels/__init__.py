"""A smaller model within a larger one of the same sums, ranks of its columns, and the likelihood ratio between them."""
