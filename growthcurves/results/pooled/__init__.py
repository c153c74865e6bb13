"""Fits of imputed data sets or plausible values as one answer, by Rubin's rules. Never fits, and imputes nothing."""
