"""The labels that people gave; every version stays."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from evalkit.model import Review
from evalkit.store import schema
from evalkit.store.base import Base, encode

_REVIEW = msgspec.json.Decoder(Review)


class Labels(Base):
    """Labels of reviewers."""

    def add_review(self, review: Review) -> None:
        """Append a label. Raises: StoreError when this version of it is there already: read it again first."""
        row = {
            "id": review.id,
            "conversation_id": review.conversation_id,
            "question": review.question,
            "reviewer": review.reviewer,
            "version": review.version,
            "batch": review.batch,
            "body": encode(review),
        }
        with self._write() as connection:
            connection.execute(schema.reviews.insert(), row)

    def reviews(
        self, conversation_id: str | None = None, *, batch: str | None = None, reviewer: str | None = None
    ) -> list[Review]:
        """All labels, or those of a conversation, a batch, a reviewer; every version of them."""
        table = schema.reviews
        query = sa.select(table.c.body).order_by(table.c.conversation_id, table.c.version)
        for column, wanted in ((table.c.conversation_id, conversation_id), (table.c.batch, batch)):
            if wanted is not None:
                query = query.where(column == wanted)
        if reviewer is not None:
            query = query.where(table.c.reviewer == reviewer)
        return list(self._stream(query, lambda row: _REVIEW.decode(row.body)))
