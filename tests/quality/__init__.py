"""How well the scorers see: figures on labelled messages, by `make quality`; nothing here is a pass or a fail."""
