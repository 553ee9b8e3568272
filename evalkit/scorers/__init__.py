"""The scorers: frozen records whose fields are their YAML arguments, pure functions of a conversation and its case."""
