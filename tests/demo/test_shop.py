"""The demo bot keeps what was said in mind, knows its limits, writes first, and speaks each channel's payloads."""

from __future__ import annotations

from typing import Any

import pytest

from evalkit.bots.replies import ReplyMap
from evalkit.demo.channels import is_media, pressed, shaped
from evalkit.demo.shop import LANGUAGES, Dialogue, Shop, bot_definition, open_release
from evalkit.suites.probes import probe_suites


@pytest.fixture(scope="module")
def shop() -> Shop:
    return open_release("1.4")


def said(shop: Shop, *messages: str, language: str = "sv") -> dict[str, Any]:
    dialogue = Dialogue()
    return [shop.answer(message, dialogue, site_language=language) for message in messages][-1]


def last(answer: dict[str, Any]) -> str:
    return str(answer["replies"][-1]["text"])


def test_a_short_question_with_and_is_about_what_was_asked_before(shop: Shop) -> None:
    answer = last(said(shop, "Hur lång är leveranstiden?", "Och till Norge?"))
    assert "4–7 arbetsdagar" in answer
    assert "14.00" not in answer


def test_another_subject_in_between_does_not_lose_the_errand(shop: Shop) -> None:
    words = ("Var är min order?", "Vad kostar frakten?", "FB-10021", "alva.lindqvist@example.com")
    assert "packad" in last(said(shop, *words))
    assert "59 kr" in last(said(shop, *words[:2]))


def test_what_was_given_is_not_asked_for_again(shop: Shop) -> None:
    answer = said(shop, "Var är min order FB-10021? alva.lindqvist@example.com", "Kan jag avbryta den?")
    assert answer["tool_calls"][0]["name"] == "cancel_order"


@pytest.mark.parametrize(("question", "handed"), [("VAD KOSTAR FRAKTEN?", False), ("HUR SVÅRT KAN DET VARA???", True)])
def test_capitals_alone_take_nobody_to_a_person_when_there_is_an_answer(
    question: str, handed: bool, shop: Shop
) -> None:
    assert ("handover" in said(shop, question)) is handed


def test_a_greeting_is_answered_with_what_the_bot_can_do(shop: Shop) -> None:
    for greeting, language in (("Hallo!", "de"), ("Hej!", "da"), ("Terve!", "fi")):
        answer = said(shop, greeting, language=language)
        assert "handover" not in answer
        assert len(answer["replies"][-1]["buttons"]) == 3


def test_paraphrases_dialects_and_slips_find_their_article(shop: Shop) -> None:
    suites = probe_suites()
    cases = [(c["id"].split("-")[0], c) for c in suites["paraphrases"]["cases"]]
    cases += [("returns", c) for c in suites["parity"]["cases"]]
    found = [
        (said(shop, case["customer"], language=case["language"]).get("sources") or [""])[0].startswith(topic)
        for topic, case in cases
    ]
    assert sum(found) / len(found) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_holds_the_facts_of_its_event_and_a_way_to_stop_them(language: str, shop: Shop) -> None:
    memory = Dialogue()
    event = {"order_number": "FB-10999", "expected_on": "2027-01-02"}
    text = last(shop.notify("delivery_delayed", event, memory, language))
    assert "FB-10999" in text
    assert "2027-01-02" in text
    assert "STOP" in text
    assert last(shop.answer("Stop", memory)) != last(shop.answer("Hej", memory))


@pytest.mark.parametrize("channel", ["chat", "messenger", "whatsapp"])
@pytest.mark.parametrize("n_buttons", [0, 3, 5])
def test_text_and_buttons_survive_the_shape_of_every_channel(channel: str, n_buttons: int) -> None:
    titles = [f"Val {n}" for n in range(n_buttons)]
    bubble: dict[str, Any] = {"text": "Vad gäller det?"} | ({"buttons": titles} if titles else {})
    body = shaped({"replies": [{"text": "Hej"}, bubble]}, channel)
    reply = ReplyMap.compiled(bot_definition("http://bot")["reply"], "reply").reply(
        body, latency_ms=1, first_token_ms=None
    )
    assert [turn.text for turn in reply.turns] == ["Hej", "Vad gäller det?"]
    assert list(reply.turns[-1].buttons) == titles


def test_a_press_is_read_in_either_platforms_shape_and_a_picture_is_no_press() -> None:
    whatsapp = {"payload": {"type": "interactive", "interactive": {"list_reply": {"id": "1", "title": "Returer"}}}}
    assert pressed(whatsapp) == "Returer"
    assert pressed({"payload": {"postback": {"title": "Returer", "payload": "R"}}}) == "Returer"
    picture = {"payload": {"type": "image", "image": {"id": "4711"}}}
    assert pressed(picture) is None
    assert is_media(picture)
    assert not is_media(whatsapp)


@pytest.mark.parametrize("payload", [None, "text", 7, [], {"postback": "x"}, {"interactive": {"button_reply": {}}}])
def test_any_other_payload_is_neither_a_press_nor_a_picture(payload: object) -> None:
    assert pressed({"payload": payload}) is None
    assert not is_media({"payload": payload})
