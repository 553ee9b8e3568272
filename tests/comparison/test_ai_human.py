"""AI against the human desk as one strategy of compare: like with like, first touch, three arms, people only in groups."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from evalkit.comparison.ai_human import AiAgainstPeople
from evalkit.comparison.desk import agent_of, desk_details, drafts, spread, weekly_spread
from evalkit.comparison.result import Comparison, Delta
from evalkit.comparison.strategies import compare
from evalkit.errors import InputError
from evalkit.model import Conversation, Run, Turn
from evalkit.policy.sections import Costs
from evalkit.reporting import compared
from evalkit.stats import e_value, standardise
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

AI = {"order_status": (644, 700), "refund": (120, 200), "technical": (35, 100)}
PEOPLE = {"order_status": (95, 100), "refund": (210, 300), "technical": (270, 600)}


def side(release: str, handled_by: str, parts: dict[str, tuple[int, int]], **fields: Any) -> ScoredRun:
    rows = [
        Facts(conversation_id=f"{release}-{topic}-{n}", topic=topic, language="sv", handled_by=handled_by,
              solved=int(n < hits), contained=1, outcome="resolved_confirmed", source="production", **fields)
        for topic, (hits, total) in parts.items()
        for n in range(total)
    ]  # fmt: skip
    return ScoredRun(Run(id=release, release=release, source="production", status="finished"), "k", tuple(rows), {})


def delta(found: Comparison, name: str) -> Delta:
    return next(d for d in found.deltas if d.name == name)


DESK, BOT = side("human-2026w46", "human", PEOPLE), side("bot-1.4", "ai", AI)


@pytest.mark.parametrize("order", [(DESK, BOT), (BOT, DESK)], ids=["people first", "AI first"])
def test_the_worked_example_comes_out_whichever_side_is_named_first(order: tuple[ScoredRun, ScoredRun]) -> None:
    found = compare(*order)
    solved = delta(found, "solved_rate")
    assert (found.before.release, found.after.release) == ("human-2026w46", "bot-1.4")
    assert [solved.after, solved.before] == pytest.approx([0.7990, 0.8500], abs=1e-4)
    assert [solved.difference, solved.low, solved.high] == pytest.approx([-0.0510, -0.0896, -0.0124], abs=1e-4)
    assert [solved.naive, solved.mix_effect, solved.support_rate] == pytest.approx([0.224, 0.296, 1], abs=1e-4)
    assert solved.direction == "worse"
    assert "people do better: solved, by whomever -5.1 points (-9.0 to -1.2; plainly +22.4)" in found.sentence
    assert [s["topic"] for s in found.details["strata"]] == ["order_status", "refund", "technical"]
    assert all(s["ai_rate"] < s["human_rate"] for s in found.details["strata"])
    assert found.details["e_value"] == pytest.approx(e_value(0.85 / 0.799).value, abs=1e-4)


def test_the_other_mixes_of_the_worked_example() -> None:
    ai, people = list(AI.values()), list(PEOPLE.values())
    seen = {mix: standardise(ai, people, mix=mix) for mix in ("all", "b", "overlap")}  # type: ignore[arg-type]
    assert [seen["all"].value, seen["all"].low, seen["all"].high] == pytest.approx([-0.072, -0.1176, -0.0264], abs=1e-4)
    assert seen["all"].se == pytest.approx(0.0233, abs=1e-4)
    assert [seen["all"].rate_a, seen["all"].rate_b] == pytest.approx([0.6405, 0.7125], abs=1e-4)
    assert [seen["b"].value, seen["b"].low, seen["b"].high] == pytest.approx([-0.093, -0.1593, -0.0267], abs=1e-4)
    assert [seen["overlap"].rate_a, seen["overlap"].rate_b] == pytest.approx([0.6224, 0.7015], abs=1e-4)
    assert seen["all"].mix_effect + seen["all"].performance == pytest.approx(seen["all"].naive, abs=1e-12)
    assert seen["all"].performance == pytest.approx(-0.072, abs=1e-4)
    assert e_value(0.7045 / 0.6465).value == pytest.approx(1.40, abs=5e-3)


def test_strata_that_agree_give_one_odds_ratio_and_strata_that_disagree_are_told() -> None:
    agreed = compare(DESK, BOT)
    assert agreed.details["odds_ratio"]["value"] == pytest.approx(0.64489, abs=1e-5)
    assert not any("not the same for all questions" in note for note in agreed.notes)
    turned = compare(
        side("human", "human", {"a": (90, 100), "b": (10, 100)}), side("bot", "ai", {"a": (10, 100), "b": (90, 100)})
    )
    assert any("not the same for all questions" in note for note in turned.notes)


def test_a_hand_over_stays_with_the_ai_and_assisted_people_are_a_third_arm() -> None:
    handed = replace(BOT, rows=tuple(
        Facts(**{**{n: getattr(r, n) for n in r.__struct_fields__}, "n_human_turns": int(i < 50)})
        for i, r in enumerate(BOT.rows)
    ))  # fmt: skip
    helped = side("w", "ai_assisted", {"refund": (80, 100)})
    found = compare(replace(DESK, rows=(*DESK.rows, *helped.rows)), handed)
    assert found.details["arms"] == {"ai": 1000, "ai_assisted": 100, "human": 1000, "ai_handed_over": 50}
    assert any("50 conversations that the AI began" in note for note in found.notes)
    assert delta(found, "solved_rate").difference == pytest.approx(-0.051, abs=1e-4)
    third = next(t for t in found.details["ai_assisted"] if t["name"] == "solved_rate")
    assert (third["assisted_rate"], third["human_rate"]) == pytest.approx((0.8, 0.7))


def test_times_are_a_share_of_what_people_need_and_cost_is_the_policys() -> None:
    desk = side("human", "human", {"refund": (20, 40)}, duration_s=1200.0, first_human_ms=600_000.0)
    bot = side("bot", "ai", {"refund": (20, 40)}, duration_s=120.0, first_response_ms=2_000.0)
    found = compare(desk, bot, costs=Costs(ai_conversation_eur=1.0, human_contact_eur=6.0))
    assert delta(found, "resolution_time_s").difference == pytest.approx(-0.9)
    assert delta(found, "first_response_s").before == pytest.approx(600)
    assert delta(found, "cost_eur").difference == pytest.approx(-5)
    assert delta(found, "cost_eur").direction == "better"


def test_one_release_that_holds_both_is_compared_within_itself() -> None:
    both = ScoredRun(DESK.run, "k", (*DESK.rows, *BOT.rows), {})
    found = AiAgainstPeople().within(both)
    assert delta(found, "solved_rate").difference == pytest.approx(-0.051, abs=1e-4)
    with pytest.raises(InputError, match="no conversation handled by ai"):
        AiAgainstPeople().within(DESK)


def test_without_common_topics_the_way_out_is_named() -> None:
    with pytest.raises(InputError, match=r"evalkit topics human-2026w46 bot-9 --assign"):
        compare(DESK, side("bot-9", "ai", {"weather": (30, 40)}))


def test_two_production_releases_of_the_bot_are_still_compared_as_before() -> None:
    found = compare(side("1.4", "ai", AI), side("1.5", "ai", AI))
    assert found.strategy.startswith("unpaired")


# ---------------------------------------------------------------- the desk


def desk_of(rates: list[float], each: int, seed: int = 1, week: str = "2026-W46") -> tuple[list[Facts], dict[str, str]]:
    chance = random.Random(seed)
    rows, agents = [], {}
    for number, rate in enumerate(rates):
        for n in range(each):
            id_ = f"{week}-{number}-{n}"
            rows.append(Facts(conversation_id=id_, topic="t", handled_by="human", week=week,
                              solved=int(chance.random() < rate)))  # fmt: skip
            agents[id_] = f"<AGENT_{number}>"
    return rows, agents


def test_agents_who_differ_only_by_chance_show_no_spread_and_others_do() -> None:
    same = spread(*desk_of([0.7] * 20, 60))
    apart = spread(*desk_of([0.5, 0.9] * 10, 60))
    assert same is not None
    assert apart is not None
    assert same.sd_rate < 0.04
    assert same.low == 0
    assert apart.low < 0.2 < apart.high
    assert apart.sd_rate == pytest.approx(0.2, abs=0.06)


def test_fewer_than_five_agents_are_never_shown() -> None:
    assert spread(*desk_of([0.5, 0.9, 0.5, 0.9], 60)) is None
    assert weekly_spread(*desk_of([0.5, 0.9, 0.5, 0.9], 60)) == []


def test_an_agent_with_harder_questions_is_not_a_worse_agent() -> None:
    rows, agents = [], {}
    for number in range(10):
        topic, rate = ("easy", 0.9) if number < 5 else ("hard", 0.3)
        for n in range(100):
            id_ = f"{number}-{n}"
            rows.append(Facts(conversation_id=id_, topic=topic, handled_by="human", solved=int(n < 100 * rate)))
            agents[id_] = f"<AGENT_{number}>"
    found = spread(rows, agents)
    assert found is not None
    assert found.sd_rate == 0


def test_the_trend_is_told_by_week() -> None:
    early, names = desk_of([0.5, 0.9] * 5, 40, week="2026-W45")
    late, more = desk_of([0.7] * 10, 40, week="2026-W46")
    weeks = weekly_spread([*early, *late], {**names, **more})
    assert [w.week for w in weeks] == ["2026-W45", "2026-W46"]
    assert weeks[0].spread.sd_rate > weeks[1].spread.sd_rate + 0.1


def talk(id_: str, *replies: tuple[str, str | None], author: str = "<AGENT_1>") -> Conversation:
    said = tuple(Turn(role="human", text=text, draft=draft, author_key=author) for text, draft in replies)
    return Conversation(id=id_, turns=(Turn(role="customer", text="Hej"), *said), handled_by="human")


def test_drafts_are_sent_nearly_sent_or_rewritten() -> None:
    found = drafts([
        talk("a", ("Returer tar 30 dagar.", "Returer tar 30 dagar.")),
        talk("b", ("Returer tar 30 dagar, hälsningar.", "Returer tar 30 dagar, hälsning.")),
        talk("c", ("Jag ringer dig i morgon.", "Frakten kostar 49 kr.")), talk("d", ("Hej", None)),
    ])  # fmt: skip
    assert found is not None
    assert (found.n, found.n_sent_as_is, found.n_nearly, found.n_rewritten) == (3, 1, 1, 1)
    assert drafts([talk("d", ("Hej", None))]) is None


def test_the_account_of_the_desk_names_nobody() -> None:
    rows, agents = desk_of([0.5, 0.9] * 5, 20)
    talks = [talk(id_, ("ok", None), author=agent) for id_, agent in agents.items()]
    assert agent_of(talks[0]) == "<AGENT_0>"
    found = desk_details(rows, talks)
    assert found["agents"]["n_agents"] == 10
    assert "AGENT" not in str(found)


def test_the_reader_gets_the_steps_the_strata_and_the_e_value() -> None:
    found = compare(DESK, BOT)
    for text in (compared.terminal(found), compared.markdown(found), compared.html(found)):
        for said in ("+22.4", "+29.6", "-5.1", "E-value", "technical"):
            assert said in text.replace("\\", ""), said
