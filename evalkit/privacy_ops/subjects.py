"""One person's rights: what the store holds of them, and its erasure everywhere, with a receipt that names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from evalkit.model import Case, Conversation
from evalkit.privacy_ops.vault import Vault
from evalkit.store.store import Store

_PROMOTED = "#promoted"
"""The question under which the review remembers the case that a conversation became."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure did; holds counts and the number of its line in the audit trail."""

    n_conversations: int = 0
    n_cases: int = 0
    n_pseudonyms: int = 0
    n_runs: int = 0
    promoted: tuple[str, ...] = ()
    """Cases in suite files that were made from these conversations: the files are the user's to change."""
    audit_number: int = 0


def held_of(store: Store, subject_key: str) -> Iterator[Conversation]:
    """Every conversation that the store holds of a person (GDPR Art. 15)."""
    for run_id, id_ in store.conversations_of_subject(subject_key):
        yield from store.conversations(run_id, [id_])


def erase(
    store: Store, subject_key: str, *, vault: Vault | None = None, actor: str = "evalkit", now: datetime | None = None
) -> Receipt:
    """The receipt of an erasure (GDPR Art. 17): conversations, scores, facts, labels, cases made from them, pseudonyms.

    Doing it again erases nothing more and is logged again.
    """
    found = store.conversations_of_subject(subject_key)
    by_run: dict[str, list[str]] = {}
    for run_id, id_ in found:
        by_run.setdefault(run_id, []).append(id_)
    promoted = sorted({r.label for _, id_ in found for r in store.reviews(id_) if r.question == _PROMOTED})
    n_conversations = sum(store.delete_conversations(run_id, ids) for run_id, ids in sorted(by_run.items()))
    erased = {id_ for _, id_ in found}
    n_cases = 0
    for run in store.runs() if erased else ():
        made = [case.id for case in store.cases(run.id).values() if _made_of(case, erased)]
        played = [talk.id for talk in store.conversations(run.id) if talk.case_id in set(made)] if made else []
        n_conversations += store.delete_conversations(run.id, played) if played else 0
        n_cases += store.delete_cases(run.id, made) if made else 0
    n_pseudonyms = vault.forget(subject_key) if vault is not None else 0
    receipt = Receipt(
        n_conversations=n_conversations,
        n_cases=n_cases,
        n_pseudonyms=n_pseudonyms,
        n_runs=len(by_run),
        promoted=tuple(promoted),
    )
    # The key itself would tell that this person was a customer, so that the trail keeps only counts.
    entry = store.append_audit("erase", msgspec.to_builtins(receipt), actor=actor, at=now)
    store.compact()
    return msgspec.structs.replace(receipt, audit_number=entry.number)


def _made_of(case: Case, conversations: set[str]) -> bool:
    return case.origin in conversations or any(tag.removeprefix("origin:") in conversations for tag in case.tags)
