"""evalkit: replay, score and gate customer-support bots. Nothing happens at import."""

__version__ = "0.1.0"
