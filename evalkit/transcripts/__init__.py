"""Conversations that happened elsewhere, read into the model."""

from evalkit.transcripts.turns import conversation_of

__all__ = ["conversation_of"]
