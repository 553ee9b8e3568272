"""Doors to bots: one small protocol, many kinds of endpoint behind it."""
