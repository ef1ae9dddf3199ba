"""hunkwise: an AI reviewer for pull requests that a team can leave switched on."""

__version__ = "0.1.0"
