"""Paid answers are kept once, found again only by the same judge, and can be bounded, counted and erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import StoreError
from evalkit.judge.cache import AnswerCache
from evalkit.judge.protocol import Answer
from tests.judge.conftest import BLAME, MET, PARCEL, Ask, talk


def test_the_same_question_is_paid_once(ask: Ask) -> None:
    cache = AnswerCache(":memory:")
    assert len(ask(cache=cache).calls) == 1
    again = ask(cache=cache)
    # Another port is another address, so the judge is another one; with the same address nothing is asked.
    assert len(again.calls) == 1
    assert len(ask(PARCEL, PARCEL).calls) == 1


@pytest.mark.parametrize(
    "changed",
    [{"temperature": 0.5}, {"model": "other"}, {"max_tokens": 50}, {"seed": 7}, {"mode": "text"}],
    ids=lambda c: next(iter(c)),
)
def test_another_judge_never_gets_the_first_ones_answers(ask: Ask, changed: dict[str, object]) -> None:
    one, other = ask().judge.identity, ask(**changed).judge.identity
    assert one != other


def test_a_header_may_choose_another_tenant_and_a_new_token_is_the_same_judge(ask: Ask) -> None:
    from evalkit.judge.provider import identity, judge_settings

    def who(**headers: str) -> str:
        declared = {"region": "eu", "dpa": True, "no_training": True}
        given = {"base_url": "https://llm.example.com/v1", "model": "m", "provider": declared, "headers": headers}
        return identity(judge_settings(given), "1", "q")

    assert who() == who(Authorization="Bearer new") == who(**{"X-API-Key": "k2"})
    assert len({who(), who(**{"X-Tenant": "a"}), who(**{"X-Tenant": "b"})}) == 3
    assert who(**{"x-tenant": "a"}) == who(**{"X-Tenant": "a"})


def test_other_questions_make_another_identity(ask: Ask) -> None:
    assert ask(questions=(MET,)).judge.identity != ask(questions=(BLAME,)).judge.identity


def test_a_reply_that_failed_is_not_kept(ask: Ask) -> None:
    cache = AnswerCache(":memory:")
    ask(mood="refusing", cache=cache)
    assert len(cache) == 0


def test_the_least_used_answers_go_first() -> None:
    cache = AnswerCache(":memory:", max_answers=3)
    for n in range(3):
        cache.put(f"c{n}", "me", [(f"k{n}", Answer(question="q", answer="yes"))])
    cache.get(["k0"])
    cache.put("c3", "me", [("k3", Answer(question="q", answer="no"))])
    assert len(cache) == 3
    assert cache.get(["k1"]) is None
    assert cache.get(["k0"]) is not None


def test_answers_are_counted_and_erased_by_conversation(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "deep" / "judge.db")
    cache.put("c1", "me", [("k1", Answer(question="q", answer="yes"))])
    cache.put("c2", "me", [("k2", Answer(question="q", answer="yes"))])
    assert cache.counts() == {("me", "q"): 2}
    assert cache.erase(["c1", "gone"]) == 1
    cache.close()
    assert len(AnswerCache(tmp_path / "deep" / "judge.db")) == 1


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "judge.db").write_bytes(b"not a database at all" * 50)
    with pytest.raises(StoreError, match="delete it to start afresh"):
        AnswerCache(tmp_path / "judge.db")


def test_trials_with_the_same_words_share_one_answer(ask: Ask) -> None:
    twin = talk("customer: Var är mitt paket?", "bot: Det kommer på torsdag, åtta på morgonen.", id="t9")
    asked = ask(PARCEL, twin)
    assert len(asked.calls) == 1
    assert asked.judged[0] == asked.judged[1]
