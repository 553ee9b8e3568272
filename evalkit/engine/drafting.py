"""What the AI suggested to people, as a release of its own: each draft in place of the reply that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import structs

from evalkit.model import Conversation, Run, content_hash
from evalkit.store.store import Store

SUFFIX = "-drafts"


def drafted(talk: Conversation, run_id: str, release: str) -> Conversation | None:
    """The conversation as it would stand with the drafts, up to the last of them; None where the AI suggested nothing.

    The customer's lines stay those that answered what was really sent.
    """
    places = [n for n, turn in enumerate(talk.turns) if turn.role == "human" and turn.draft]
    if not places:
        return None
    turns = tuple(
        structs.replace(turn, role="bot", text=turn.draft or "", draft=None, author_key=None) if n in places else turn
        for n, turn in enumerate(talk.turns[: places[-1] + 1])
    )
    return structs.replace(
        talk, id=content_hash("draft", talk.id), run_id=run_id, release=release, turns=turns, handled_by="ai",
        handovers=(), requests=(), rating=None, ended_at=None, attributes={**talk.attributes, "draft_of": talk.id},
    )  # fmt: skip


def drafts_run(store: Store, run: Run, *, now: datetime) -> Run | None:
    """The stored run of the drafts of a run, None where it holds none; made again it is the same."""
    made = structs.replace(
        run, id=content_hash("drafts", run.id), release=f"{run.release}{SUFFIX}", suite=f"drafts of {run.suite}",
        replay_key=content_hash("drafts", run.id), started_at=run.started_at or now, attributes={"drafts_of": run.id},
    )  # fmt: skip
    first = next(_drafts(store, run, made), None)
    if first is None:
        return None
    known = {held.id: held for held in store.runs(made.release)}
    store.add_run(known.get(made.id, made))
    # Gathered before they are written, since a store is not written while a cursor reads it.
    store.add_conversations(list(_drafts(store, run, made)))
    return known.get(made.id, made)


def _drafts(store: Store, run: Run, made: Run) -> Iterator[Conversation]:
    for talk in store.conversations(run.id):
        if (one := drafted(talk, made.id, made.release)) is not None:
            yield one
