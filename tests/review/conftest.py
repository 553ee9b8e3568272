"""Both databases, for the tests of the review."""

from tests.databases import postgres_url, store

__all__ = ["postgres_url", "store"]
