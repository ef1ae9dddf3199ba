"""One module for each outside thing: git, the model, the scanner, the vocabulary, syntax trees."""
