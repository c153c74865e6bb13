"""Units above persons: sites, schools, regions. What is remembered of them, and their part in the likelihood."""
