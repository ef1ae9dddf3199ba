"""ReviewReport to text, pure: terminal, Markdown, SARIF, HTML, JSON."""
