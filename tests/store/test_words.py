"""Blocks of words make a search fast, never decide it, and hold no word that no conversation holds any more."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.model import Conversation, Finding, Run, Score, Turn
from evalkit.privacy_ops.retention import Periods, purge
from evalkit.privacy_ops.subjects import erase
from evalkit.store import migrations, schema, words
from evalkit.store.facts import Facts
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(words, "INDEX_ABOVE", 4)
    monkeypatch.setattr(words, "BLOCK_ROWS", 10)


def talk(number: int, text: str | None = None) -> Conversation:
    return Conversation(
        id=f"c{number:03d}", run_id="r", subject_key=f"s{number}", source="production", started_at=AT, ended_at=AT,
        turns=(Turn(role="customer", text=text or f"Hej, order {number}."), Turn(role="bot", text=f"Svar{number}!")),
    )  # fmt: skip


def filled(store: Store, *talks: Conversation) -> Search:
    store.add_run(Run(id="r", release="1", source="production", started_at=AT))
    store.add_conversations(talks)
    store.add_scores("r", "k", [(one.id, [], Facts(conversation_id=one.id, release="1")) for one in talks])
    return Search(store, "r", "k")


def found(search: Search, text: str) -> list[str]:
    return [hit.conversation_id for hit in search.find(Wanted(words=text))]


def indexed_words(store: Store) -> set[bytes]:
    """Every word that a block holds."""
    with store.engine.connect() as connection:
        held = connection.execute(sa.select(schema.word_blocks.c.vocabulary)).scalars().all()
    return {word for vocabulary in held for word in bytes(vocabulary).split()}


def said_words(store: Store) -> set[bytes]:
    """Every word that a conversation holds, cut as blocks cut them."""
    texts = [turn.text.casefold() for one in store.conversations("r") for turn in one.turns]
    return {word for text in texts for word in words._pieces(text)}


def test_words_and_parts_of_words_are_found_through_blocks(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(25)), talk(30, "Grüße, RÄKSMÖRGÅS: anna@example.com 10-20"))
    assert store.words.index("r") == 26
    assert found(search, "order 17") == ["c017"], "17 is the order and the answer"
    assert found(search, "svar2") == ["c002", "c020", "c021", "c022", "c023", "c024"]
    for text in ("räksmörgås", "SMÖRG", "grüsse", "a@ex", "anna@example.com 10-20", "räk @"):
        assert found(search, text) == ["c030"], text
    assert found(search, "!") == [f"c{i:03d}" for i in (*range(25), 30)]
    assert found(search, "order svar99") == found(search, "anna.example") == found(search, "order räksmörgås") == []


def test_what_came_after_the_blocks_is_found_too(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(12)))
    store.words.index("r")
    filled(store, talk(40, "nytt ord"))
    assert store.words.index("r") == 0, "one conversation is read as fast without"
    assert found(search, "nytt") == ["c040"]
    assert found(search, "order 4") == ["c004"]


def test_a_small_run_needs_no_blocks(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(4)))
    assert store.words.index("r") == 0 and indexed_words(store) == set()
    assert found(search, "order 3") == ["c003"]


def test_a_rule_narrows_what_words_find(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(20)))
    failed = [Score(scorer="loops", verdict="fail", findings=(Finding(rule="L1", turn=0),))]
    store.add_scores("r", "k", [(f"c{i:03d}", failed, Facts(conversation_id=f"c{i:03d}")) for i in (3, 13, 14)])
    store.words.index("r")
    assert [hit.conversation_id for hit in search.find(Wanted(rule="L1", words="svar1"))] == ["c013", "c014"]


def test_an_erased_person_leaves_no_word_in_a_block(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(30)), talk(50, "enhörning"))
    store.words.index("r")
    assert "enhörning".encode() in indexed_words(store) == said_words(store)
    assert erase(store, "s50").n_conversations == 1
    assert "enhörning".encode() not in indexed_words(store) == said_words(store)
    assert found(search, "enhörning") == [] and found(search, "order 29") == ["c029"]
    if store.file is not None:
        for path in store.file.parent.glob(f"{store.file.name}*"):
            assert path.is_dir() or "enhörning".encode() not in path.read_bytes(), path


def test_words_over_their_time_of_keeping_leave_the_blocks(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(30)))
    store.words.index("r")
    purge(store, Periods(transcripts_days=1), AT + timedelta(days=2))
    assert indexed_words(store) == said_words(store) == set()
    assert found(search, "order") == []


def test_a_rewritten_conversation_is_found_by_its_new_words_alone(store: Store) -> None:
    search = filled(store, *(talk(i) for i in range(30)))
    store.words.index("r")
    store.replace_conversations([talk(7, "omskriven")])
    assert found(search, "order 7") == ["c017", "c027"] and found(search, "omskriven") == ["c007"]
    store.words.index("r", above=0)
    assert indexed_words(store) == said_words(store)
    assert found(search, "omskriven") == ["c007"]


def test_words_that_are_erased_while_they_are_read_come_into_no_block(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store, *(talk(i) for i in range(9)), talk(50, "enhörning"))
    real, other = words._block, [True]

    def slow(rows: object) -> object:
        made = real(rows)  # type: ignore[arg-type]
        if other.pop() if other else False:
            store.delete_conversations("r", ["c050"])
        return made

    monkeypatch.setattr(words, "_block", slow)
    store.words.index("r")
    assert indexed_words(store) == said_words(store)
    assert "enhörning".encode() not in indexed_words(store)


def test_words_in_parts_are_found_and_leave_with_what_is_erased(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    search = filled(store, *(talk(i) for i in range(30)), talk(50, "enhörning"))
    store.words.index("r")
    assert store.pack("r", above=0) == 31
    assert indexed_words(store) == set(), "blocks of what is packed are of no use"
    assert found(search, "enhörning") == ["c050"], "a part in no block is read"
    assert store.words.index("r") == 31 and store.words.parts_without("r") == []
    assert found(search, "enhörning") == ["c050"] and found(search, "order 29") == ["c029"]
    erase(store, "s50")
    assert store.words.parts_without("r") == [], "the part that was written again is in blocks again"
    assert indexed_words(store) == said_words(store)
    assert found(search, "enhörning") == []


def test_a_copied_run_is_searchable_too(store: Store, tmp_path: Path) -> None:
    filled(store, *(talk(i) for i in range(30)))
    with Store.open(tmp_path / "copy.db") as copy:
        store.copy_run("r", copy)
        assert indexed_words(copy) == said_words(store)
        assert found(Search(copy, "r", "k"), "order 29") == ["c029"]


def test_an_old_store_is_read_once_for_its_words_and_goes_on_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "old.db"
    with Store.open(path) as store:
        filled(store, *(talk(i) for i in range(30)))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE word_blocks")
        connection.execute("DROP INDEX conversations_in_no_block")
        connection.execute("ALTER TABLE conversations DROP COLUMN block")
        connection.execute("DELETE FROM evalkit_schema WHERE version > 5")
    connection.close()
    real, n = words._block, [0]

    def killed(rows: object) -> object:
        n[0] += 1
        if n[0] == 2:
            raise KeyboardInterrupt
        return real(rows)  # type: ignore[arg-type]

    monkeypatch.setattr(words, "_block", killed)
    with pytest.raises(KeyboardInterrupt):
        Store.open(path)
    monkeypatch.setattr(migrations, "_TOLD_EACH", 20)
    with caplog.at_level(logging.WARNING, "evalkit"), Store.open(path) as store:
        assert indexed_words(store) == said_words(store)
        assert found(Search(store, "r", "k"), "order 29") == ["c029"]
    assert [record.getMessage() for record in caplog.records] == [
        "evalkit: 20 stored conversations made searchable by their words, once for this store"
    ]


_TEXT = st.text("aäbßÄ .-ſİ\u00a0é", max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(_TEXT, min_size=1, max_size=8), _TEXT)
def test_property_blocks_find_what_reading_finds(texts: list[str], wanted: str) -> None:
    with Store.open("sqlite://") as store:
        search = filled(store, *(talk(i, f"x{text}x") for i, text in enumerate(texts)))
        before = found(search, wanted)
        store.words.index("r", above=0)
        assert found(search, wanted) == before
        asked = wanted.casefold().split()
        said = [words.said_in(body) for _, body in store.bodies("r")]
        assert before == [f"c{i:03d}" for i, one in enumerate(said) if all(word in one for word in asked)]
