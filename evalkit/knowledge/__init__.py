"""What the organisation knows: documents, retrieval, and whether an answer is supported by them."""

from evalkit.knowledge.base import Knowledge
from evalkit.knowledge.checking import AnswerCheck, ClaimCheck, check
from evalkit.knowledge.documents import Document

__all__ = ["AnswerCheck", "ClaimCheck", "Document", "Knowledge", "check"]
