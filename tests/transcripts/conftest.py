"""The exports of `fixtures/imports`, read as a user's would be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalkit.plugins import load
from evalkit.transcripts.door import Options, Talk
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.mapping import mapping_of
from evalkit.transcripts.reading import Source

FOLDER = Path(__file__).parents[2] / "fixtures" / "imports"
EXPORTS = (
    ("zendesk", "zendesk.jsonl"), ("zendesk", "zendesk"), ("intercom", "intercom.jsonl"), ("freshdesk", "freshdesk"),
    ("hubspot", "hubspot.jsonl"), ("dixa", "dixa.jsonl"), ("kundo", "kundo.json"), ("ada", "ada.jsonl"),
    ("contact-lens", "contact-lens"), ("otel", "otel.jsonl"), ("langfuse", "langfuse.jsonl"), ("csv", "long.csv"),
    ("csv", "wide.csv"), ("jsonl", "nested.jsonl"),
)  # fmt: skip

Reader = Callable[..., tuple[list[Talk], Ledger]]


def read_export(kind: str, path: Path, *, encoding: str | None = None, **given: Any) -> tuple[list[Talk], Ledger]:
    """The talks of a file and the account of them; a mapping beside the file is taken."""
    beside = path.with_suffix(".yaml")
    if beside.exists() and "mapping" not in given:
        given["mapping"] = mapping_of(yaml.safe_load(beside.read_text(encoding="utf-8")))
    ledger = Ledger()
    talks = list(load("importers", kind).talks(Source(path, encoding), ledger, Options(**given)))
    return talks, ledger


@pytest.fixture
def read() -> Reader:
    """Reads an export: `read(kind, path)`."""
    return read_export
