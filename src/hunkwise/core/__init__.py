"""Pure decisions: parsing, selecting, redacting, packing, anchoring, ranking, the verdict."""
