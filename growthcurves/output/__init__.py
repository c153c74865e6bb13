"""How anything leaves the package as a file: whole or not at all, under an ending that fits. Never what is in it."""
