"""Topics that were found are kept as the intent of their conversations, and as the topic of every set of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from evalkit.model import Conversation
from evalkit.store.base import BATCH
from evalkit.store.store import Store


def assign_topics(store: Store, run_id: str, topics: Mapping[str, str], *, mark: str) -> int:
    """The number of conversations that got another topic; `mark` is the attribute that tells it was found.

    Scores stay as they are: whoever has rules by intent scores again.
    """
    changed: list[str] = []
    for talk in store.conversations(run_id):
        if talk.id in topics and topics[talk.id] != talk.intent:
            changed.append(talk.id)

    def moved() -> Iterator[Conversation]:
        # Read anew in batches, since a store is not written while a cursor reads it.
        for start in range(0, len(changed), BATCH):
            for talk in list(store.conversations(run_id, changed[start : start + BATCH])):
                yield msgspec.structs.replace(talk, intent=topics[talk.id], attributes={**talk.attributes, mark: "yes"})

    store.replace_conversations(moved())
    for key in store.score_keys(run_id):
        rows = [
            msgspec.structs.replace(row, topic=topics[row.conversation_id])
            for row in store.facts(run_id, key)
            if row.conversation_id in topics and row.topic != topics[row.conversation_id]
        ]
        store.replace_facts(run_id, key, rows)
    return len(changed)
