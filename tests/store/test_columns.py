"""Facts by column hold what the rows hold, are kept beside the store until facts change, and keep no name of a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from evalkit.errors import InputError, StoreError
from evalkit.kpi.table import kpis
from evalkit.model import Run
from evalkit.store.columns import FLAGS, LABELS, NUMBERS, Columns, columns_of, joined
from evalkit.store.facts import COLUMNS, Facts
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store


def rows(n: int = 60) -> list[Facts]:
    return [
        Facts(
            conversation_id=f"c{i:03}", source="production", release="1.4", subject_key=f"person-{i % 20}",
            channel=("chat", "email")[i % 2], topic=None if i % 5 == 0 else "refund", passed=i % 3 and 1,
            solved=None if i % 4 == 0 else i % 2, started_at=f"2026-03-01T10:00:{i % 60:02}+00:00",
            first_response_ms=None if i % 7 == 0 else 100.0 * i, n_leaks=i % 2,
        )
        for i in range(n)
    ]  # fmt: skip


def store_with(path: Path, facts: list[Facts]) -> Store:
    store = Store.open(path)
    store.add_run(Run(id="r", release="1.4", source="production", status="finished"))
    store.add_scores("r", "k", [(row.conversation_id, [], row) for row in facts])
    return store


def assert_same(a: Columns, b: Columns) -> None:
    def order(c: Columns) -> object:
        return np.lexsort((c.numbers["first_response_ms"], c.started_s))

    one, two = order(a), order(b)
    assert a.n == b.n
    for name in FLAGS:
        assert (a.flags[name][one] == b.flags[name][two]).all(), name
    for name in NUMBERS:
        assert np.array_equal(a.numbers[name][one], b.numbers[name][two], equal_nan=True), name
    for name in LABELS:
        if a.names[name] and b.names[name]:
            left = [a.names[name][c] if c >= 0 else None for c in a.codes[name][one]]
            assert left == [b.names[name][c] if c >= 0 else None for c in b.codes[name][two]], name


def test_each_column_of_facts_is_a_flag_a_number_a_label_or_an_id() -> None:
    assert {*FLAGS, *NUMBERS, *LABELS, "conversation_id", "started_at"} == set(COLUMNS)


def test_a_store_gives_the_columns_of_its_rows(tmp_path: Path) -> None:
    facts = rows()
    with store_with(tmp_path / "s.db", facts) as store:
        assert_same(store.columns("r"), columns_of(facts))
        assert store.facts("r") == sorted(facts, key=lambda row: row.conversation_id)


def test_rows_that_an_older_version_wrote_are_read_by_their_single_columns(tmp_path: Path) -> None:
    with store_with(tmp_path / "s.db", rows()):
        pass
    with sqlite3.connect(tmp_path / "s.db") as connection:
        connection.execute("UPDATE facts SET packed = NULL, labels = NULL WHERE conversation_id > 'c030'")
    with Store.open(tmp_path / "s.db") as store:
        assert_same(store.columns("r"), columns_of(rows()))


def test_a_store_of_version_two_gains_the_columns(tmp_path: Path) -> None:
    with store_with(tmp_path / "s.db", rows()):
        pass
    with sqlite3.connect(tmp_path / "s.db") as connection:
        for name in ("packed", "labels", "to_human_s", "asked_again"):
            connection.execute(f"ALTER TABLE facts DROP COLUMN {name}")
        connection.execute("DELETE FROM changes WHERE id = 2")
        connection.execute("DELETE FROM evalkit_schema WHERE version > 2")
    with Store.open(tmp_path / "s.db") as store:
        assert_same(store.columns("r"), columns_of(rows()))
        assert store.facts_version() == 0


def test_large_sets_are_kept_until_facts_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalkit.store.score_sets.CACHED_FROM", 10)
    with store_with(tmp_path / "s.db", rows()) as store:
        first = store.columns("r")
        (kept,) = (tmp_path / "s.db.columns").iterdir()
        before = kept.stat().st_mtime_ns
        assert_same(store.columns("r"), first)
        assert kept.stat().st_mtime_ns == before, "read, not written again"
        assert b"person-" not in kept.read_bytes(), "people are numbers there"
        assert kpis(store.columns("r")) == kpis(first)
        store.delete_conversations("r", ["c001", "c002"])
        assert not kept.exists(), "what was erased must not lie on in a file that nobody reads"
        assert store.columns("r").n == 58, "what was erased is gone from the kept columns too"
        store.add_scores("r", "k", [("c999", [], Facts(conversation_id="c999", source="production"))])
        assert store.columns("r").n == 59


def test_a_damaged_cache_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalkit.store.score_sets.CACHED_FROM", 10)
    with store_with(tmp_path / "s.db", rows()) as store:
        store.columns("r")
        (kept,) = (tmp_path / "s.db.columns").iterdir()
        kept.write_bytes(kept.read_bytes()[:1000])
        assert_same(store.columns("r"), columns_of(rows()))


def test_kept_columns_are_read_one_by_one_and_count_as_the_store_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalkit.store.score_sets.CACHED_FROM", 10)
    with store_with(tmp_path / "s.db", rows()) as store:
        search = Search(store, "r", "k")
        asked = [
            Wanted(), Wanted(facts={"channel": "chat"}), Wanted(facts={"solved": 1}), Wanted(facts={"language": None}),
            Wanted(facts={"passed": 0, "channel": "chat"}), Wanted(above_zero=("n_leaks",)),
        ]  # fmt: skip
        assert store.kept_columns("r", "k") is None
        told = [search.count(wanted) for wanted in asked], search.values("channel"), search.values("outcome")
        store.columns("r")
        kept = store.kept_columns("r", "k")
        assert kept is not None
        assert ([search.count(wanted) for wanted in asked], search.values("channel"), search.values("outcome")) == told
        with pytest.raises(InputError, match="no fact 'chanel'"):
            search.values("chanel")


def test_a_kept_column_that_is_damaged_inside_names_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalkit.store.score_sets.CACHED_FROM", 10)
    with store_with(tmp_path / "s.db", rows()) as store:
        store.columns("r")
        (kept,) = (tmp_path / "s.db.columns").iterdir()
        body = bytearray(kept.read_bytes())
        body[body.index(b"c.outcome.npy") + 170] ^= 1
        kept.write_bytes(body)
        with pytest.raises(StoreError, match="is damaged; delete it"):
            _ = store.columns("r").codes["outcome"]


def test_sets_are_joined_with_one_code_a_name() -> None:
    parts = [columns_of(rows(30)), columns_of([Facts(conversation_id="x", source="replay", channel="voice")])]
    found = joined(parts)
    assert found.n == 31
    assert found.sources == ("production", "replay")
    assert (found.is_("channel", "voice") == ([False] * 30 + [True])).all()
    assert kpis(joined([columns_of(rows()[:30]), columns_of(rows()[30:])])) == kpis(rows())
