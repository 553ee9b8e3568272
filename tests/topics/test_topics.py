"""Topics are the same in any order, named by what is asked, and told with volume, time, article and test."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.knowledge import Knowledge
from evalkit.model import Case, Conversation, Customer, Line, Turn
from evalkit.policy.loading import load_policy
from evalkit.reporting import asked as shown
from evalkit.store.facts import Facts
from evalkit.suites.loading import load_suites
from evalkit.topics.account import Account, Played, account
from evalkit.topics.clustering import group
from evalkit.topics.finding import FOUND, OTHER, Asked, asked, find_topics
from evalkit.topics.naming import names
from tests.desk import conversations

BASE = Knowledge.from_documents([
    {"id": "returns", "language": "en", "text": "You can return a jacket or shoes within 30 days of receiving them."},
])  # fmt: skip


def requests(*, labelled: bool = False) -> list[Asked]:
    return [one for talk in conversations("human", labelled=labelled) if (one := asked(talk)) is not None]


def told(held: list[Asked], **more: object) -> Account:
    given_ = {"policy": load_policy(None), **more}
    return account(("human",), held, find_topics(held), given_.pop("facts", {}), **given_)  # type: ignore[arg-type]


def test_like_requests_share_a_topic() -> None:
    topics = find_topics(requests())
    kinds: dict[str, Counter[str]] = {}
    for id_, name in topics.of.items():
        kinds.setdefault(name, Counter())[id_.split("-")[0]] += 1
    assert sum(max(counted.values()) for counted in kinds.values()) >= 90
    assert not any(name.startswith("unnamed") for name in kinds)


def test_the_same_question_in_two_languages_is_one_topic() -> None:
    topics = find_topics(requests())
    spoken: dict[str, set[str]] = {}
    for id_, name in topics.of.items():
        spoken.setdefault(name, set()).add(id_.split("-")[1])
    in_both = sum(spoken[name] == {"sv", "en"} for name in topics.of.values())
    assert in_both >= 85, spoken
    assert {"return", "shipping", "password"} <= {word for name in spoken for word in name.split("-")}


def test_the_questions_of_the_starter_packs_meet_across_six_languages(project: Path) -> None:
    intents = (
        "warranty",
        "opening_hours",
        "right_of_withdrawal",
        "returns",
        "shipping",
        "contact",
        "lost_card",
        "debt",
    )
    held, kind = [], {}
    for suite in load_suites(sorted((project / "suites").rglob("*.yaml"))):
        for case in suite.cases:
            first = next((line.text for line in case.customer.lines if line.text), None)
            if first and case.intent in intents:
                kind[case.id] = case.intent
                held.append(Asked(case.id, first, None, "chat", case.language))
    topics = find_topics(held)
    groups: dict[str, list[Asked]] = {}
    for one in held:
        groups.setdefault(topics.of[one.conversation_id], []).append(one)
    named = [group for name, group in groups.items() if name != OTHER]
    n = sum(map(len, named))
    assert n >= 0.8 * len(held), "a few say hello alone"
    assert sum(max(Counter(kind[one.conversation_id] for one in group).values()) for group in named) >= 0.75 * n
    assert sum(len(group) for group in named if len({one.language for one in group}) >= 4) >= 0.75 * n


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_conversations_changes_nothing(chance: random.Random) -> None:
    held = requests()
    first = find_topics(held)
    chance.shuffle(held)
    assert find_topics(held).of == first.of


def test_labels_of_the_export_count_and_found_ones_are_found_again() -> None:
    topics = find_topics(requests(labelled=True))
    assert topics.n_labelled == 100
    assert set(topics.of.values()) == {"returns", "shipping", "password"}
    turns = (Turn(role="customer", text="Where is my parcel?"),)
    kept = asked(Conversation(id="1", turns=turns, intent="parcel", attributes={FOUND: "yes"}))
    assert kept is not None
    assert kept.label is None


def test_a_greeting_is_no_request_and_a_silent_customer_asks_nothing() -> None:
    said = ("Hej!", "Jag undrar", "Var är mitt paket från lagret?")
    one = asked(Conversation(id="1", turns=tuple(Turn(role="customer", text=text) for text in said)))
    assert one is not None
    assert "paket" in one.text
    assert asked(Conversation(id="2", turns=(Turn(role="bot", text="Hej!"),))) is None


def test_few_or_empty_requests_are_no_topic() -> None:
    assert group(["where is my parcel"] * 3) is None
    assert group([]) is None
    assert set(find_topics([Asked(str(n), "", None, "chat", None) for n in range(30)]).of.values()) == {OTHER}
    assert "too few" in told([Asked("1", "Where is my parcel?", None, "chat", "en")]).sentence


def test_a_name_holds_no_word_of_a_single_customer_and_no_two_are_alike() -> None:
    groups = {0: ["parcel lost"] * 9 + ["parcel zebra"], 1: ["parcel lost"] * 10}
    called = names(groups)
    assert "zebra" not in called[0]
    assert len(set(called.values())) == 2
    held = [Asked(str(n), f"My e-mail is kim{n}@firma.se, where is my parcel?", None, "chat", "en") for n in range(20)]
    held += [Asked(str(n), "How do I reset the password of my account?", None, "chat", "en") for n in range(20, 40)]
    assert not any("firma" in name or "kim" in name for name in find_topics(held).of.values())


def test_the_curve_says_how_many_topics_make_the_most() -> None:
    found = told(requests(labelled=True))
    assert [(t.name, t.n) for t in found.topics] == [("returns", 48), ("shipping", 32), ("password", 20)]
    assert [round(t.cumulative_rate, 2) for t in found.topics] == [0.48, 0.8, 1.0]
    assert found.curve == ((0.6, 2), (0.8, 2))
    assert found.sentence == "3 topics make 100 % of 100 conversations; 2 make 60 %, 2 make 80 %."


def test_minutes_are_those_of_people_and_their_shares_add_up() -> None:
    held = requests(labelled=True)
    facts = {
        one.conversation_id: Facts(
            conversation_id=one.conversation_id, handle_s=600.0 if one.label == "password" else 60.0
        )
        for one in held
    }
    found = told(held, facts=facts)
    time = {topic.name: topic.handle_minutes for topic in found.topics}
    assert time == {"returns": 48, "shipping": 32, "password": 200}
    assert sum(topic.handle_rate or 0 for topic in found.topics) == pytest.approx(1)


def test_a_topic_for_people_that_the_bot_finishes_alone_is_over_its_ceiling() -> None:
    held = requests(labelled=True)
    facts = {
        one.conversation_id: Facts(conversation_id=one.conversation_id, handled_by="ai", contained=1) for one in held
    }
    policy = load_policy({"policy": {"resolution": {"automation_ceilings": {"returns": 0.5, "shipping": 1.0}},
                                     "escalation": {"human_intents": ["password"]}}})  # fmt: skip
    found = {topic.name: topic for topic in told(held, facts=facts, policy=policy).topics}
    assert [(found[n].task_type, found[n].ceiling_rate, found[n].over) for n in ("returns", "shipping", "password")] == [
        ("hybrid", 0.5, True), ("bot", 1.0, False), ("human", 0.0, True),
    ]  # fmt: skip


def test_the_matrix_tells_article_and_test_by_language_and_what_passes() -> None:
    cases = (
        Case(id="r1", language="en", customer=Customer(lines=(Line(text="Can I return a jacket?"),)), intent="returns"),
    )
    rows = [Facts(conversation_id=str(n), case_id="r1", passed=n % 2) for n in range(4)]
    found = told(requests(labelled=True), knowledge=BASE, tests=Played(cases, rows))
    cells = {(cell.topic, cell.language): cell for cell in found.cells}
    english = cells["returns", "en"]
    assert english.article == "returns"
    assert (english.n_tests, english.n_passed, english.n_decided) == (1, 2, 4)
    assert cells["returns", "sv"].n_tests == 0
    assert cells["password", "sv"].article is None


def test_a_test_without_an_intent_is_found_by_what_it_asks() -> None:
    held = requests()
    topics = find_topics(held)
    name = topics.of_text("I want to return the jacket that does not fit")
    assert name in {topics.of[one.conversation_id] for one in held if one.conversation_id.startswith("returns")}


def test_the_reader_gets_text_and_markdown_without_markup_of_customers() -> None:
    held = [Asked(str(n), "parcel | <b>lost</b> \x1b[31m", "parcel|lost", "chat", "en") for n in range(12)]
    found = told(held)
    assert "\x1b" not in shown.terminal(found, top=20)
    assert "<b>" not in shown.markdown(found)
