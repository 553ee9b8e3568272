"""Runs live in SQL: written twice they are there once, read back they are the same, on both databases."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from evalkit.errors import InputError, StoreError
from evalkit.model import Case, Conversation, Finding, Rating, Review, Run, Score, Turn
from evalkit.store import schema
from evalkit.store.facts import COLUMNS, Facts, facts_of
from evalkit.store.migrations import VERSION
from evalkit.store.store import Store

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RUN = Run(id="r1", release="1.4", suite="demo", started_at=START)


def talk(number: int, run_id: str = "r1") -> Conversation:
    turns = (Turn(role="customer", text=f"Hej {number} åäö", at=START), Turn(role="bot", text="Hej!", latency_ms=12.5))
    return Conversation(
        id=f"c{number}", run_id=run_id, case_id=f"case-{number}", turns=turns, release="1.4", started_at=START,
        subject_key=f"s{number % 2}", rating=Rating(value=5),
    )  # fmt: skip


SCORES = [
    Score(
        scorer="privacy",
        verdict="fail",
        findings=(Finding(rule="G01", severity="blocker", turn=1),),
        data={"n_leaks": 1},
    ),
    Score(scorer="resolution", verdict="pass", data={"outcome": "resolved_confirmed", "solved": True}),
]


def scored(n: int) -> list[tuple[str, list[Score], object]]:
    return [(f"c{i}", SCORES, facts_of(RUN, talk(i), SCORES, critical=False, n_zero=1)) for i in range(n)]


def test_what_is_written_is_read_back_the_same(store: Store) -> None:
    store.add_run(RUN)
    assert store.add_conversations(talk(i) for i in range(3)) == 3
    assert store.run("r1") == RUN
    assert list(store.conversations("r1")) == [talk(i) for i in range(3)]
    assert store.stored_trials("r1") == {("case-0", 0), ("case-1", 0), ("case-2", 0)}


def test_writing_twice_changes_nothing(store: Store) -> None:
    store.add_run(RUN)
    for _ in range(2):
        store.add_conversations(talk(i) for i in range(1_200))
        store.add_cases("r1", [Case(id="case-1")])
        store.add_scores("r1", "key", scored(3))  # type: ignore[arg-type]
        store.add_passages("r1", {"h": {"text": "Frakt"}})
    assert store.count_conversations("r1") == 1_200
    assert store.score_keys("r1") == ["key"]
    assert len(list(store.scores("r1"))) == 3
    assert store.passages("r1") == {"h": {"text": "Frakt"}}
    assert list(store.cases("r1")) == ["case-1"]


def test_another_score_key_adds_a_set_beside_the_old_one(store: Store) -> None:
    store.add_run(RUN)
    store.add_scores("r1", "old", scored(2))  # type: ignore[arg-type]
    store.add_scores("r1", "new", scored(1))  # type: ignore[arg-type]
    assert store.score_keys("r1") == ["old", "new"]
    assert store.latest_score_key("r1") == "new"
    assert len(list(store.scores("r1", "old"))) == 2


def test_facts_hold_what_scorers_said_and_what_the_transcript_shows(store: Store) -> None:
    store.add_run(RUN)
    store.add_scores("r1", "key", scored(1))  # type: ignore[arg-type]
    (row,) = store.facts("r1")
    assert (row.n_leaks, row.solved, row.outcome, row.passed, row.worst_severity) == (
        1,
        1,
        "resolved_confirmed",
        0,
        "blocker",
    )
    assert (row.week, row.first_response_ms, row.satisfied, row.n_customer_turns) == ("2026-W45", 12.5, 1, 1)


def test_a_run_is_found_by_the_beginning_of_its_id_and_a_release_by_its_name(store: Store) -> None:
    store.add_run(Run(id="abc-1", release="1.4", started_at=START))
    store.add_run(Run(id="abc-2", release="1.5", started_at=START))
    assert store.run("abc-1").release == "1.4"
    assert store.latest_run("1.5").id == "abc-2"
    with pytest.raises(InputError, match="more than one run"):
        store.run("abc")
    with pytest.raises(InputError, match="did you mean 'abc-1'|did you mean 'abc-2'"):
        store.run("abd-1")
    with pytest.raises(InputError, match="releases: 1.4, 1.5"):
        store.latest_run("1.6")
    with pytest.raises(InputError, match="no scores yet"):
        store.latest_score_key("abc-1")


def test_a_record_that_this_version_cannot_read_is_a_clear_error(store: Store) -> None:
    store.add_run(RUN)
    store.add_cases("r1", [Case(id="case-1")])
    store.add_conversations([talk(1)])
    with store.engine.begin() as connection:
        for table in (schema.runs, schema.cases, schema.conversations):
            connection.execute(table.update().values(body=b'{"id": 7, "spoken": [}'))
    for read in (
        lambda: store.run("r1"), lambda: store.runs(), lambda: store.cases("r1"), lambda: store.case("r1", "case-1"),
        lambda: list(store.conversations("r1")), lambda: store.conversation_of_case("r1", "case-1"),
    ):  # fmt: skip
        with pytest.raises(StoreError, match="record that this evalkit cannot read"):
            read()


def test_the_audit_trail_notices_a_change(store: Store) -> None:
    for number in range(5):
        store.append_audit("import", {"n": number, "what": "åäö"}, at=START)
    assert store.verify_audit() is None
    engine = store._engine
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit SET actor = 'nobody' WHERE number = 3"))
    assert store.verify_audit() == 3


def test_the_audit_trail_notices_a_missing_line(store: Store) -> None:
    for number in range(3):
        store.append_audit("view", {"n": number})
    with store._engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM audit WHERE number = 2"))
    assert store.verify_audit() == 2


def test_a_label_never_overwrites_another(store: Store) -> None:
    review = Review(id="v1", conversation_id="c1", question="solved", reviewer="ann", label="yes")
    store.add_review(review)
    with pytest.raises(StoreError):
        store.add_review(Review(id="v2", conversation_id="c1", question="solved", reviewer="ann", label="no"))
    store.add_review(Review(id="v3", conversation_id="c1", question="solved", reviewer="ann", label="no", version=2))
    assert [r.label for r in store.reviews("c1")] == ["yes", "no"]


def test_a_person_is_erased_with_scores_facts_and_labels(store: Store) -> None:
    store.add_run(RUN)
    store.add_conversations(talk(i) for i in range(4))
    store.add_scores("r1", "key", scored(4))  # type: ignore[arg-type]
    store.add_review(Review(id="v1", conversation_id="c1", question="solved", reviewer="ann", label="yes"))
    hers = store.conversations_of_subject("s1")
    assert store.delete_conversations("r1", [id_ for _, id_ in hers]) == 2
    assert {t.id for t in store.conversations("r1")} == {"c0", "c2"}
    assert {row.conversation_id for row in store.facts("r1")} == {"c0", "c2"}
    assert store.reviews() == []


def test_words_can_be_rewritten_and_scores_and_cases_taken_out(store: Store) -> None:
    store.add_run(Run(id="r", release="1"))
    talk = Conversation(id="c", run_id="r", subject_key="s", turns=(Turn(role="bot", text="words"),))
    store.add_conversations([talk])
    store.add_cases("r", [Case(id="x"), Case(id="y")])
    scores = [Score(scorer="loops", verdict="fail", findings=(Finding(rule="L1.repeated", turn=0),))]
    store.add_scores("r", "k", [("c", scores, Facts(conversation_id="c"))])
    assert store.replace_conversations([Conversation(id="c", run_id="r"), Conversation(id="gone", run_id="r")]) == 1
    assert [t.turns for t in store.conversations("r")] == [()] and store.conversations_of_subject("s") == []
    assert store.delete_cases("r", ["x"]) == 1 and list(store.cases("r")) == ["y"]
    assert store.delete_scores("r") == 1 and store.score_keys("r") == []
    store.compact()
    assert store.count_conversations("r") == 1


def test_a_copy_holds_the_run_and_can_be_repeated(store: Store, tmp_path: Path) -> None:
    store.add_run(RUN)
    store.add_conversations(talk(i) for i in range(700))
    store.add_cases("r1", [Case(id="case-1")])
    store.add_scores("r1", "key", scored(3))  # type: ignore[arg-type]
    with Store.open(tmp_path / "copy.db") as copy:
        for _ in range(2):
            assert store.copy_run("r1", copy) == 700
        assert list(copy.conversations("r1")) == list(store.conversations("r1"))
        assert list(copy.scores("r1")) == list(store.scores("r1"))
        assert copy.facts("r1") == store.facts("r1")


def test_the_data_version_grows_with_each_write(store: Store) -> None:
    before = store.data_version()
    store.add_run(RUN)
    assert store.data_version() > before


def test_many_programs_that_start_together_migrate_once(tmp_path: Path) -> None:
    code = "import sys; from evalkit.store.store import Store; Store.open(sys.argv[1]).close()"
    path = tmp_path / "store.db"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE) for _ in range(6)]
    assert [(p.communicate()[1], p.returncode) for p in started] == [(b"", 0)] * 6
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT COUNT(*) FROM evalkit_schema").fetchone() == (VERSION,)
    connection.close()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO evalkit_schema VALUES (99, '')")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="newer evalkit"):
        Store.open(path)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mongodb://x/y", "not understood"),
        ("postgresql+nope://x/y", "not understood"),
        ("/dev/null/x/store.db", "folder"),
    ],
)
def test_a_wrong_address_is_a_clear_error(where: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        Store.open(where)


def test_a_file_that_is_no_store_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("not a database, but long enough to be read as one" * 50)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(path)
    with pytest.raises(InputError, match="no such store"):
        Store.open(tmp_path / "missing.db", create=False)


def test_the_schema_compiles_for_postgresql() -> None:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    for table in schema.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert set(COLUMNS) <= {column.name for column in schema.facts.columns}


def test_a_store_of_version_one_gains_the_review_batches_and_its_findings(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    finding = Finding(rule="L1.repeated", turn=3)
    with Store.open(path) as store:
        store.add_run(Run(id="r", release="1"))
        scores = [Score(scorer="loops", verdict="fail", findings=(finding, finding))]
        store.add_scores("r", "k", [("c", scores, Facts(conversation_id="c"))])
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM evalkit_schema WHERE version > 1")
        for table in ("findings", "review_batches", "review_tasks"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP INDEX reviews_by_batch")
        connection.execute("ALTER TABLE reviews DROP COLUMN batch")
    with Store.open(path) as store:
        store.add_review(Review(id="v", conversation_id="c", question="q", reviewer="a", label="yes", batch="b"))
        assert [review.label for review in store.reviews(batch="b")] == ["yes"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT rule, turn, n FROM findings").fetchall() == [("L1.repeated", 3, 2)]
