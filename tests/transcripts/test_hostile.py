"""Exports with any part replaced by rubbish: every importer goes on, and its account still balances."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import TranscriptError
from evalkit.personal_data import Pseudonyms
from evalkit.transcripts.finishing import Finishing
from tests.transcripts.conftest import FOLDER, read_export

KINDS = (
    ("zendesk", "zendesk.jsonl"), ("intercom", "intercom.jsonl"), ("hubspot", "hubspot.jsonl"), ("dixa", "dixa.jsonl"),
    ("ada", "ada.jsonl"), ("otel", "otel.jsonl"), ("langfuse", "langfuse.jsonl"), ("jsonl", "langfuse.jsonl"),
    ("contact-lens", "contact-lens/chat.json"), ("freshdesk", "freshdesk/tickets.jsonl"),
)  # fmt: skip
RUBBISH: tuple[Any, ...] = (None, 7, -1.5, "x", "", [], {}, [1], {"a": 1}, True, "9" * 400, ["y", None], 1e300)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, item in inner for place in places(item, (*at, key)))]


def replaced(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(copy[at[0]], at[1:], new)
    return copy


def records(name: str) -> list[Any]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(text)] if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(("kind", "name"), KINDS, ids=[kind for kind, _ in KINDS])
@given(data=st.data())
def test_hostile_rubbish_anywhere_costs_no_more_than_its_conversation(
    kind: str, name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = records(name)
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(rows) - 1))
        at = data.draw(st.sampled_from(places(rows[number])))
        rows[number] = replaced(rows[number], at, data.draw(st.sampled_from(RUBBISH)))
    path: Path = tmp_path_factory.mktemp("odd") / "odd.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    try:
        talks, ledger = read_export(kind, path)
    except TranscriptError:
        return
    assert ledger.balanced, ledger.rows()
    finishing = Finishing(run_id="r", release="d", pseudonyms=Pseudonyms(b"k" * 32))
    for talk in talks:
        finishing.conversation(talk)
