"""Characters, words, sentences and quantities: no language model, no product, no file but its own tables."""
