"""The rules that hold a claim against the sentences of the knowledge base, each with what casts doubt on it."""
