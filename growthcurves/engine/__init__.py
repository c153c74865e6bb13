"""How it is fitted: numpy arrays in, numpy arrays out. Never pandas, never names."""
