"""Keys of model providers, from wherever a team keeps them; none is ever written, logged or passed as an argument."""

from hunkwise.adapters.provider_keys.places import AZURE_VARIABLES, VARIABLES, keys, of_variable

__all__ = ["AZURE_VARIABLES", "VARIABLES", "keys", "of_variable"]
