"""Which two conversations of a case show best what changed."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.errors import InputError, near_match
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun


def telling_pair(before: ScoredRun, after: ScoredRun, case_id: str) -> tuple[str, str]:
    """The ids of two conversations of the case, before and after: a pass beside a fail where there are such.

    Raises: InputError when a side has no conversation of the case.
    """
    old, new = before.by_case.get(case_id, []), after.by_case.get(case_id, [])
    for side, rows in ((before, old), (after, new)):
        if not rows:
            known = sorted({row.case_id for row in side.rows if row.case_id})
            raise InputError(f"release '{side.run.release}' has no case '{case_id}'{near_match(case_id, known)}")
    was, is_now = _pick(old, 1), _pick(new, 0)
    if was.passed != 1 or is_now.passed != 0:
        was, is_now = _pick(old, 0), _pick(new, 1)
    if was.passed == is_now.passed:
        was, is_now = old[0], new[0]
    return was.conversation_id, is_now.conversation_id


def _pick(rows: Sequence[Facts], passed: int) -> Facts:
    return next((row for row in rows if row.passed == passed), rows[0])
