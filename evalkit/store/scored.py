"""One scored run as the reading wing sees it: its record, one set of scores as narrow rows, its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from evalkit.errors import InputError
from evalkit.model import SCHEMA_VERSION, Case, Conversation, Run, content_hash
from evalkit.store.facts import Facts
from evalkit.store.store import Store


@dataclass(frozen=True)
class ScoredRun:
    """A run with one set of scores; `rows` has one entry for each conversation.

    Several runs of one release may be pooled: `run` is the newest, `others` the rest.
    """

    run: Run
    score_key: str
    rows: tuple[Facts, ...]
    cases: Mapping[str, Case]
    others: tuple[Run, ...] = ()

    @cached_property
    def definitions(self) -> dict[str, str]:
        """A hash of what each case plays and expects; where it stands in its file, and its title, do not count."""
        return {id_: _definition(case) for id_, case in self.cases.items()}

    @cached_property
    def by_case(self) -> dict[str, list[Facts]]:
        """The rows of each case, broken ones last, else by trial."""
        found: dict[str, list[Facts]] = {}
        for row in sorted(self.rows, key=lambda row: (row.error is not None, row.trial)):
            if row.case_id is not None:
                found.setdefault(row.case_id, []).append(row)
        return found

    @property
    def n_errors(self) -> int:
        """How many conversations broke."""
        return sum(row.error is not None for row in self.rows)


def read_scored(store: Store, run: Run, score_key: str | None = None, *, others: Sequence[Run] = ()) -> ScoredRun:
    """The run with one set of scores (None: the newest), pooled with other runs that have the set.

    Replays are pooled over the same cases, real conversations whole: one release may come from several exports.

    Raises: InputError when it has none, or was made by a newer evalkit.
    """
    if run.schema_version > SCHEMA_VERSION:
        raise InputError(
            f"run '{run.id}' was written by a newer evalkit ({run.evalkit_version or 'unknown'}, data version"
            f" {run.schema_version}; this one reads {SCHEMA_VERSION}); install that version"
        )
    key = score_key or store.latest_score_key(run.id)
    found = ScoredRun(run, key, tuple(store.facts(run.id, key)), store.cases(run.id))
    rows, pooled = list(found.rows), []
    for other in others:
        if other.id == run.id or other.status != "finished" or key not in store.score_keys(other.id):
            continue
        if run.source != "replay":
            if other.source == run.source:
                rows += store.facts(other.id, key)
                pooled.append(other)
            continue
        known = ScoredRun(other, key, (), store.cases(other.id)).definitions
        same = {case for case, definition in found.definitions.items() if known.get(case) == definition}
        rows += [row for row in store.facts(other.id, key) if row.case_id in same]
        pooled.append(other)
    return replace(found, rows=tuple(rows), others=tuple(pooled))


def read_talk(store: Store, scored: ScoredRun, conversation_id: str) -> Conversation | None:
    """The conversation behind one row, from whichever of the pooled runs holds it."""
    for run in (scored.run, *scored.others):
        for talk in store.conversations(run.id, [conversation_id]):
            return talk
    return None


def shared_key(left: Sequence[str], right: Sequence[str]) -> str | None:
    """The newest set of scores of the left run that the right one has too.

    >>> shared_key(["a", "b", "c"], ["b", "a"]), shared_key(["a"], ["b"])
    ('b', None)
    """
    return next((key for key in reversed(left) if key in right), None)


def _definition(case: Case) -> str:
    plain = msgspec.structs.replace(
        case, path="", line=0, title="", origin=None, inclusion_probability=None, trials=None,
        expectations=tuple(msgspec.structs.replace(e, line=0) for e in case.expectations),
    )  # fmt: skip
    return content_hash(msgspec.to_builtins(plain))
