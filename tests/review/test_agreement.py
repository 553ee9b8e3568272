"""People with people, people with scorers, rules that earned trust, and rates that rest on this window's labels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evalkit.model import Review
from evalkit.review.agreement import (
    against_machine,
    between_people,
    reviewed_rate,
    reviewer_records,
    rule_records,
)
from evalkit.review.drawing import new_batch
from evalkit.review.labelling import current, final, save_label
from evalkit.review.questions import Question, questions
from evalkit.store.batches import Batch, Batches, Cell
from evalkit.store.facts import Facts
from evalkit.store.searching import Search
from evalkit.store.store import Store
from tests.review.weeks import KEY, NOW, week

RESOLVED = questions(["resolved"])[0]


def label(n: int, who: str, said: str, question: str = "resolved", **more: object) -> Review:
    values = {"batch": "b", "cell": "D", "inclusion_probability": 0.5, "at": NOW, **more}
    stage = values.get("stage", "label")
    return Review(
        id=f"{n}-{who}-{question}-{stage}", conversation_id=f"c{n}", question=question, reviewer=who, label=said, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def pairs(table: list[list[int]], answers: tuple[str, ...] = ("yes", "no")) -> list[Review]:
    found, n = [], 0
    for i, row in enumerate(table):
        for j, times in enumerate(row):
            for _ in range(times):
                found += [label(n, "ann", answers[i]), label(n, "bo", answers[j])]
                n += 1
    return found


def test_two_readers_get_kappa_and_ac1_beside_it() -> None:
    found = between_people(pairs([[45, 5], [10, 40]]), RESOLVED)
    assert (found.method, found.n) == ("kappa", 100)
    assert found.chance_corrected is not None
    assert found.ac1 is not None
    assert [round(x, 4) for x in found.chance_corrected[:3]] == [0.7, 0.5607, 0.8393]
    assert round(found.ac1.value, 5) == 0.70075
    assert found.chance_corrected.raw == pytest.approx(0.85)


def test_three_readers_get_alpha() -> None:
    said = pairs([[20, 2], [3, 15]])
    said = [
        r if n % 4 else Review(**{**{f: getattr(r, f) for f in r.__struct_fields__}, "reviewer": "cy"})
        for n, r in enumerate(said)
    ]
    found = between_people(said, RESOLVED)
    assert found.method == "alpha"
    assert found.chance_corrected is not None
    assert 0.6 < found.chance_corrected.value < 0.9


def test_few_double_readings_give_no_number() -> None:
    found = between_people(pairs([[2, 1], [1, 0]]), RESOLVED)
    assert found.note == "too few (n = 4)"
    assert found.chance_corrected is None


def test_old_weeks_unsure_and_repeats_stay_out() -> None:
    old = [label(n, who, "yes", at=NOW - timedelta(weeks=6)) for n in range(9) for who in ("ann", "bo")]
    unsure = [label(n + 20, who, "unsure") for n in range(9) for who in ("ann", "bo")]
    gold = [label(n + 40, who, "yes", stage="gold") for n in range(9) for who in ("ann", "bo")]
    assert between_people(old + unsure + gold, RESOLVED, until=NOW).n == 0


def test_the_machine_is_held_against_people_with_the_weights_of_the_draw() -> None:
    said, rows = [], {}
    for n in range(60):
        machine_fault, fault = n < 30, n % 30 < (24 if n < 30 else 3)
        said.append(label(n, "ann", "no" if fault else "yes", inclusion_probability=0.5 if machine_fault else 0.1))
        rows[f"c{n}"] = Facts(conversation_id=f"c{n}", solved=int(not machine_fault))
    found = against_machine(final(said), rows, RESOLVED)
    assert (found.hits, found.false_alarms, found.misses, found.quiet, found.n) == (24, 6, 3, 27, 60)
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision.rate == pytest.approx(0.8)
    assert found.recall.rate == pytest.approx(48 / 78), "each miss stands for ten conversations, each hit for two"


def test_hand_picked_conversations_stay_out_of_every_estimate() -> None:
    said = [label(n, "ann", "no", inclusion_probability=None) for n in range(30)]
    rows = {f"c{n}": Facts(conversation_id=f"c{n}", solved=0) for n in range(30)}
    assert against_machine(final(said), rows, RESOLVED).n == 0
    assert rule_records(final(said), {f"c{n}": ["L1.repeated"] for n in range(30)}, [RESOLVED]) == []


@pytest.mark.parametrize(("n", "confirmed", "earned"), [(40, 39, True), (40, 30, False), (15, 15, False)])
def test_a_rule_earns_the_gate_by_precision_on_enough_labels(n: int, confirmed: int, earned: bool) -> None:
    said = [label(i, "ann", "no" if i < confirmed else "yes") for i in range(n)]
    rules = {f"c{i}": ["L1.repeated", "tone.cold"] for i in range(n)}
    [record] = rule_records(final(said), rules, [RESOLVED])
    assert (record.rule, record.n, record.n_confirmed, record.earned) == ("L1.repeated", n, confirmed, earned)


@pytest.mark.parametrize(
    ("question", "rule", "claims"),
    [
        ("handover", "E01.missed", True),
        ("handover", "escalation.needless", True),
        ("handover", "expect.contains", False),
        ("correct", "correctness.stale", True),
        ("resolved", "L7.customer_repeats", True),
        ("resolved", "language.mismatch", False),
    ],
)
def test_a_question_covers_the_rules_that_claim_its_no(question: str, rule: str, claims: bool) -> None:
    assert questions([question])[0].claims_no(rule) is claims


def test_a_reader_who_starts_to_disagree_is_told() -> None:
    said = []
    for n in range(60):
        at = NOW + timedelta(minutes=n)
        said += [label(n, "bo", "yes", at=at), label(n, "ann", "yes" if n < 48 else "no", at=at)]
        said += [label(n + 100, "cy", "yes", at=at), label(n + 100, "di", "yes" if n % 10 else "no", at=at)]
    by_name = {record.reviewer: record for record in reviewer_records(said)}
    assert by_name["ann"].drifts
    assert not by_name["cy"].drifts
    assert (by_name["ann"].n_double, by_name["ann"].n_double_agreed) == (60, 48)


def test_repeats_count_against_the_decision() -> None:
    said = [label(1, "lead", "no", stage="adjudication", batch="old")]
    said += [label(1, "ann", "no", stage="gold", batch="new"), label(1, "bo", "yes", stage="gold", batch="new")]
    by_name = {record.reviewer: record for record in reviewer_records(said)}
    assert (by_name["ann"].n_gold, by_name["ann"].n_gold_agreed) == (1, 1)
    assert (by_name["bo"].n_gold, by_name["bo"].n_gold_agreed) == (1, 0)


def batch_of(sizes: tuple[int, ...], drawn: tuple[int, ...], name: str = "b", key: str = "k") -> Batch:
    cells = tuple(Cell(name=c, n_population=N, n_drawn=n) for c, N, n in zip("ABCD", sizes, drawn, strict=True))
    return Batch(id=name, run_id="r", score_key=key, release="1", cells=cells)


def test_the_rate_of_all_conversations_undoes_the_draw() -> None:
    batch = batch_of((150, 150, 150, 1050), (20, 12, 20, 28))
    said, n = [], 0
    for cell, drawn, positive in zip("ABCD", (20, 12, 20, 28), (9, 2, 14, 27), strict=True):
        for i in range(drawn):
            said.append(label(n, "ann", "yes" if i < positive else "no", cell=cell))
            n += 1
    found = reviewed_rate([batch], said, RESOLVED)
    assert found.value == pytest.approx(0.806667, abs=1e-6)
    assert found.low == pytest.approx(0.7282, abs=1e-4)
    assert found.high == pytest.approx(0.8666, abs=1e-4)
    assert (found.n, found.n_total) == (80, 1500)


def test_labels_of_another_window_or_set_of_scores_do_not_count() -> None:
    said = [label(n, "ann", "yes", batch="other") for n in range(50)]
    found = reviewed_rate([batch_of((10, 10, 10, 100), (5, 5, 5, 25))], said, RESOLVED)
    assert found.value is None
    assert found.note == "unreviewed"


def test_the_rules_of_a_run_are_counted_found_and_followed_to_their_turn(store: Store) -> None:
    from evalkit.store.searching import Wanted

    run = week(store, 120)
    search = Search(store, run.id, KEY)
    rules = search.rules()
    assert set(rules) == {"correctness.contradicted"}
    wanted = Wanted(rule="correctness.contradicted")
    hits = search.find(wanted)
    assert len(hits) == rules["correctness.contradicted"] == search.count(wanted)
    assert {hit.turn for hit in hits} == {1}
    narrow = search.find(Wanted(rule="correctness.contradicted", facts={"language": "sv"}))
    assert {hit.language for hit in narrow} == {"sv"}
    assert {hit.language for hit in search.find(Wanted(words="PALAUTTAA 30"))} == {"fi"}
    assert search.find(Wanted(words="palauttaa xyz")) == []
    assert {hit.language for hit in search.find(Wanted(words="PÅ DIG"))} == {"sv"}
    assert search.find(Wanted(words="role")) == [], "the names of fields are no words of a conversation"
    assert search.find(Wanted(words="%")) == []
    assert {hit.topic for hit in search.find(Wanted(words="dagar", facts={"topic": "refund"}))} == {"refund"}
    assert sum(search.values("topic").values()) == 120
    first = search.find(Wanted(), limit=50)
    second = search.find(Wanted(), limit=50, after=first[-1].conversation_id)
    assert first[-1].conversation_id < second[0].conversation_id


def test_a_whole_week_of_labels_ends_in_a_rate_and_a_record_of_the_rule(store: Store) -> None:
    run = week(store)
    batch = new_batch(store, run, seed=3, now=NOW, reviewers=["ann", "bo"], questions=["correct"])
    rows = {row.conversation_id: row for row in store.facts(run.id, KEY)}
    for task in Batches(store).tasks(batch.id):
        said = "yes" if rows[task.conversation_id].correct else "no"
        save_label(store, task, "correct", task.reviewer or "", said, now=NOW)
    said_all = store.reviews(batch=batch.id)
    assert len(current(said_all)) == 96
    question: Question = questions(["correct"])[0]
    kpi = reviewed_rate([batch], said_all, question)
    assert kpi.n == 80
    truth = sum(row.correct or 0 for row in rows.values()) / len(rows)
    assert kpi.low is not None
    assert kpi.high is not None
    assert kpi.low <= truth <= kpi.high
    confusion = against_machine(final(said_all), rows, question)
    assert (confusion.false_alarms, confusion.misses) == (0, 0)
    labelled = Search(store, run.id, KEY).rules_of(list(rows))
    [record] = rule_records(final(said_all), labelled, [question])
    assert record.earned
