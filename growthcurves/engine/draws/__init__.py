"""Replicates drawn as cross-products, from the model or by persons. Never fitted here."""
