"""Fits as files: JSON, no pickle; a loaded formula runs nothing but known functions. Never answers."""
