"""A person is erased everywhere with a receipt that names nobody; words go when their time is over, KPIs stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evalkit.model import Case, Conversation, Review, Run, Score, Turn
from evalkit.personal_data import Pseudonyms
from evalkit.privacy_ops.retention import DELETED, Periods, due, purge
from evalkit.privacy_ops.subjects import erase, held_of
from evalkit.privacy_ops.vault import Vault
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

NOW = datetime(2026, 11, 25, tzinfo=UTC)
KEY = b"k" * 32


def talk(id_: str, subject: str | None, *, days: int = 1, run: str = "r1", **more: object) -> Conversation:
    at = NOW - timedelta(days=days)
    turns = (Turn(role="customer", text=f"the words of {id_}", at=at), Turn(role="human", text="an answer", at=at))
    given = {"source": "production", **more}
    return Conversation(id=id_, run_id=run, subject_key=subject, turns=turns, started_at=at, ended_at=at, **given)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store.open(tmp_path / "store.db")
    run = Run(id="r1", release="desk", source="production", started_at=NOW)
    opened.add_run(run)
    talks = [talk("a", "kim"), talk("b", "kim", days=100), talk("c", "robin")]
    opened.add_conversations(talks)
    scores = [Score(scorer="tone", verdict="pass")]
    opened.add_scores("r1", "k", [(t.id, scores, facts_of(run, t, scores, critical=False, n_zero=0)) for t in talks])
    opened.add_review(Review(id="v", conversation_id="a", question="q", reviewer="r", label="yes", note="about a"))
    opened.add_review(Review(id="p", conversation_id="a", question="#promoted", reviewer="r", label="case-7"))
    opened.add_cases("r2", [Case(id="from-a", origin="a"), Case(id="tagged", tags=("origin:a",)), Case(id="own")])
    opened.add_run(Run(id="r2", release="bot"))
    opened.add_conversations([talk("played", None, run="r2", case_id="from-a")])
    return opened


def test_erasing_a_person_takes_all_that_was_made_of_them(store: Store, tmp_path: Path) -> None:
    with Vault(tmp_path / "p.db", KEY, seal=True) as vault:
        number = int(Pseudonyms(KEY, vault).named("EMAIL", "kim@example.com")[len("<EMAIL_") : -1])
        vault.own("kim", [("EMAIL", number)])
        receipt = erase(store, "kim", vault=vault, now=NOW)
    assert (receipt.n_conversations, receipt.n_cases, receipt.n_pseudonyms, receipt.n_runs) == (3, 2, 1, 1)
    assert receipt.promoted == ("case-7",)
    assert [t.id for t in store.conversations("r1")] == ["c"]
    assert [id_ for id_, _ in store.scores("r1")] == ["c"] and [f.conversation_id for f in store.facts("r1")] == ["c"]
    assert store.reviews() == [] and list(store.cases("r2")) == ["own"]
    assert list(held_of(store, "kim")) == [] and [t.id for t in held_of(store, "robin")] == ["c"]
    (entry,) = store.audit_entries()
    assert entry.event == "erase" and "kim" not in str(entry) and store.verify_audit() is None
    store.close()
    for path in tmp_path.iterdir():
        assert b"the words of a" not in path.read_bytes() and b"about a" not in path.read_bytes(), path.name


def test_erasing_again_erases_nothing_more(store: Store) -> None:
    erase(store, "kim", now=NOW)
    assert erase(store, "kim", now=NOW).n_conversations == 0
    assert [e.event for e in store.audit_entries()] == ["erase", "erase"]


def test_words_go_when_their_time_is_over_and_the_kpis_stay(store: Store, tmp_path: Path) -> None:
    (before,) = due(store, Periods(), NOW)
    assert (before.n_words_due, before.n_scores_due) == (1, 0)
    assert before.next_at == NOW + timedelta(days=89)
    purge(store, Periods(), NOW)
    b = next(t for t in store.conversations("r1") if t.id == "b")
    assert [turn.text for turn in b.turns] == ["", ""] and b.turns[1].role == "human" and b.subject_key is None
    assert b.attributes == {"retention": DELETED} and len(store.facts("r1")) == 3
    assert due(store, Periods(), NOW)[0].n_words_due == 0
    purge(store, Periods(), NOW)
    assert [e.body["n_words"] for e in store.audit_entries()] == [1, 0]
    assert b"the words of b" not in (tmp_path / "store.db").read_bytes()


def test_scores_go_later_and_a_replay_stays_unless_it_is_asked_for(store: Store) -> None:
    later = NOW + timedelta(days=800)
    purge(store, Periods(), later)
    assert store.count_conversations("r1") == 0 and store.score_keys("r1") == []
    assert store.count_conversations("r2") == 1
    purge(store, Periods(replays=True), later)
    assert store.count_conversations("r2") == 0
