"""Plays one conversation: a customer, a bot, and whatever breaks becomes part of the record."""
