"""Secrets in text, found by detect-secrets with plugins of our own."""

from hunkwise.adapters.secret_scanner.scanner import DetectSecretsScanner

__all__ = ["DetectSecretsScanner"]
