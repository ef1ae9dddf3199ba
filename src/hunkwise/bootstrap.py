"""Builds the concrete adapters."""
