"""Plugins of detect-secrets, each loaded by the library from its path."""
