"""Both databases, for the tests of the store."""

from tests.databases import postgres_url, store

__all__ = ["postgres_url", "store"]
