"""Words in Parquet parts read like words in the database, can be erased, and survive what breaks a disk."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from evalkit.errors import StoreError
from evalkit.model import Conversation, Run, Turn
from evalkit.store import schema
from evalkit.store.facts import Facts
from evalkit.store.parts import read_part, write_part
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store

pytest.importorskip("pyarrow")


def talk(number: int, text: str = "Hej") -> Conversation:
    return Conversation(
        id=f"c{number:05d}", run_id="r", case_id=f"k{number}", subject_key=f"s{number}",
        turns=(Turn(role="customer", text=f"{text} {number}"),),
    )  # fmt: skip


@pytest.fixture
def packed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.chdir(tmp_path)
    store.add_run(Run(id="r", release="1"))
    store.add_conversations(talk(i) for i in range(0, 1_400, 2))
    assert store.pack("r", above=0) == 700
    store.add_conversations(talk(i) for i in range(1, 1_400, 2))
    assert store.pack("r") == 700, "a run that has parts gets the rest packed too"
    store.add_conversations([talk(5), talk(1_400)])
    return store


def test_parts_read_like_the_database_in_the_order_of_ids(packed: Store) -> None:
    assert list(packed.conversations("r")) == [talk(i) for i in range(1_401)]
    assert packed.count_conversations("r") == 1_401
    wanted = ["c00001", "c00600", "c01400", "gone"]
    assert [found.id for found in packed.conversations("r", wanted)] == wanted[:3]
    found = packed.conversation_of_case("r", "k77")
    assert found == talk(77)
    assert len(packed.parts.of("r")) == 2 and packed.stored_trials("r") >= {("k3", 0)}


def test_a_small_run_stays_in_the_database(store: Store) -> None:
    store.add_run(Run(id="r", release="1"))
    store.add_conversations(talk(i) for i in range(10))
    assert store.pack("r") == 0 and store.parts.of("r") == []


def test_erased_and_emptied_words_leave_the_parts_too(packed: Store) -> None:
    before = [part.path for part in packed.parts.of("r")]
    assert packed.delete_conversations("r", ["c00004", "c00006", "c01400"]) == 3
    assert packed.replace_conversations([talk(9, "[deleted]")]) == 1
    packed.compact()
    kept = [i for i in range(1_400) if i not in {4, 6}]
    assert list(packed.conversations("r")) == [talk(i, "[deleted]" if i == 9 else "Hej") for i in kept]
    held = {id_ for part in packed.parts.of("r") for id_, _ in read_part(part.path)}
    assert not held & {"c00004", "c00006", "c00009"} and not any(path.exists() for path in before)


def test_what_the_index_gave_up_is_not_read_though_a_kill_left_it_in_a_part(packed: Store) -> None:
    with packed.engine.begin() as connection:
        connection.execute(schema.conversations.delete().where(schema.conversations.c.id == "c00002"))
    assert "c00002" not in {found.id for found in packed.conversations("r")}
    packed.compact()
    packed.parts.settle("r")
    assert "c00002" not in {id_ for part in packed.parts.of("r") for id_, _ in read_part(part.path)}


def test_files_that_nobody_registered_are_swept_away(packed: Store) -> None:
    folder = packed.parts.of("r")[0].path.parent
    for name in ("0123.parquet", "0123.parquet.tmp"):
        (folder / name).write_bytes(b"left by a kill")
    packed.compact()
    assert sorted(folder.iterdir()) == sorted(part.path for part in packed.parts.of("r"))


def test_words_are_found_in_parts(packed: Store) -> None:
    facts = [(f"c{i:05d}", [], Facts(conversation_id=f"c{i:05d}", release="1")) for i in (3, 4, 1_400)]
    packed.add_scores("r", "k", facts)
    hits = Search(packed, "r", "k").find(Wanted(words="hej 3"))
    assert [hit.conversation_id for hit in hits] == ["c00003"]
    assert len(Search(packed, "r", "k").find(Wanted(words="HEJ"))) == 3


def test_a_copy_takes_the_words_along(packed: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "copy.db") as copy:
        assert packed.copy_run("r", copy) == 1_401
        assert list(copy.conversations("r")) == list(packed.conversations("r"))


@pytest.mark.parametrize("damage", ["cut short", "flipped", "missing"])
def test_a_damaged_part_is_an_error_that_names_it(packed: Store, damage: str) -> None:
    path = max((part.path for part in packed.parts.of("r")), key=lambda path: path.stat().st_size)
    data = path.read_bytes()
    path.unlink()
    if damage == "cut short":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        path.write_bytes(data[:2_000] + bytes(64) + data[2_064:])
    with pytest.raises(StoreError, match=path.name):
        list(packed.conversations("r"))


def test_a_full_disk_keeps_every_conversation_in_the_database_and_leaves_no_half_part(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        store.add_run(Run(id="r", release="1"))
        store.add_conversations(talk(i) for i in range(1_000))
        room = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, room[1]))
        try:
            with pytest.raises(StoreError, match="cannot be written|refused a write"):
                store.pack("r", above=0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, room)
        assert len(list(store.conversations("r"))) == 1_000 and store.parts.of("r") == []
        assert list(tmp_path.glob("s.db.parts/*/*")) == []
        assert store.pack("r", above=0) == 1_000
        assert len(list(store.conversations("r"))) == 1_000


def test_a_kill_while_packing_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        store.add_run(Run(id="r", release="1"))
        store.add_conversations(talk(i) for i in range(3_000))
    code = (
        "import os, signal, sys; from evalkit.store import parts; from evalkit.store.store import Store\n"
        "whole, done = parts.write_part, []\n"
        "def write(folder, rows):\n"
        "    done.append(whole(folder, rows))\n"
        "    if len(done) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return done[-1]\n"
        "parts.write_part = write\n"
        "Store.open(sys.argv[1]).parts.pack('r', rows_a_part=1000)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "s.db")], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Store.open(tmp_path / "s.db") as store:
        assert len(store.parts.of("r")) == 1
        assert list(store.conversations("r")) == [talk(i) for i in range(3_000)]
        assert store.pack("r") == 2_000
        store.compact()
        assert list(store.conversations("r")) == [talk(i) for i in range(3_000)]
        assert len(list(tmp_path.glob("s.db.parts/*/*"))) == len(store.parts.of("r")) == 2


def test_the_name_of_a_part_is_the_hash_of_what_it_holds(tmp_path: Path) -> None:
    first = write_part(tmp_path, [("a", b"1")])
    again = write_part(tmp_path, [("a", b"1")])
    assert first == again and first[1].stem == first[0]
    assert write_part(tmp_path, [("a", b"2")]) != first
    assert list(read_part(first[1])) == [("a", b"1")]


def test_a_store_of_the_version_before_gains_the_places(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, store.engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX conversations_in_no_block"))
        for name in ("block", "part", "position"):
            connection.execute(sa.text(f"ALTER TABLE conversations DROP COLUMN {name}"))
        connection.execute(sa.text("DELETE FROM evalkit_schema WHERE version > 4"))
    with Store.open(tmp_path / "s.db") as store:
        store.add_conversations([talk(1)])
        assert list(store.conversations("r")) == [talk(1)]
