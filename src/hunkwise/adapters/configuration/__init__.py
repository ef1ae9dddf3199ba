"""Settings from a YAML text, the environment and the command line."""

from hunkwise.adapters.configuration.reading import ConfigText, load
from hunkwise.adapters.configuration.variables import strays

__all__ = ["ConfigText", "load", "strays"]
