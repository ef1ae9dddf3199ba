"""The vocabulary of the house: frozen values, no behaviour beyond their own fields."""
