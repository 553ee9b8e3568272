"""Each importer reads its recorded export: who spoke, what was left out and why, and nothing that names anybody is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.model import Conversation, conversation_from_json, to_json
from evalkit.personal_data import Pseudonyms, find
from evalkit.plugins import load, names
from evalkit.testing import check_importer
from evalkit.transcripts.door import Options, Talk
from evalkit.transcripts.finishing import Finishing
from evalkit.transcripts.mapping import mapping_of
from tests.transcripts.conftest import EXPORTS, FOLDER, Reader, read_export

IDS = [f"{kind}-{Path(name).stem}" for kind, name in EXPORTS]
PEOPLE = ("Kim", "Lisa", "Robin", "Olle", "Mette", "Ola", "Åsa", "example.com", "example.dk", "example.no", "070-174")


def stored(talks: list[Talk]) -> list[Conversation]:
    finishing = Finishing(run_id="r", release="desk", pseudonyms=Pseudonyms(b"k" * 32))
    return [finishing.conversation(talk) for talk in talks]


def spoken(talk: Talk) -> list[str]:
    return [f"{turn.role}:{turn.kind}" if turn.kind != "text" else turn.role for turn in talk.turns]


@pytest.mark.parametrize(("kind", "name"), EXPORTS, ids=IDS)
def test_an_export_is_read_the_same_twice_and_its_account_balances(kind: str, name: str) -> None:
    path = FOLDER / name
    talks, ledger = read_export(kind, path)
    assert talks and ledger.balanced
    if not path.with_suffix(".yaml").exists():
        check_importer(load("importers", kind), path)


@pytest.mark.parametrize(("kind", "name"), EXPORTS, ids=IDS)
def test_what_is_stored_names_nobody_and_round_trips(kind: str, name: str) -> None:
    for talk in stored(read_export(kind, FOLDER / name)[0]):
        written = to_json(talk)
        assert conversation_from_json(written) == talk
        assert [word for word in PEOPLE if word in written.decode()] == []
        for turn in talk.turns:
            assert find(turn.text, talk.language) == []


@pytest.mark.parametrize(("kind", "name"), EXPORTS, ids=IDS)
def test_only_the_customer_the_bot_and_people_speak_by_a_rule_that_is_told(kind: str, name: str) -> None:
    talks, ledger = read_export(kind, FOLDER / name)
    assert sum(ledger.roles.values()) == ledger.n_turns or ledger.n_folded or ledger.n_dropped("message")
    assert all(why for _, why in ledger.roles)


@pytest.mark.parametrize("kind", names("importers"))
def test_the_field_table_of_each_importer_is_in_the_docs(kind: str, project: Path) -> None:
    importer = load("importers", kind)
    page = (project / "docs" / "import.md").read_text(encoding="utf-8")
    assert importer.role_rule in page
    for field, where in importer.fields:
        assert f"| `{field}` | {where} |" in page


def test_zendesk_tells_requester_agent_system_and_messaging_ai_apart(read: Reader) -> None:
    talks, ledger = read("zendesk", FOLDER / "zendesk.jsonl")
    mail, chat = talks
    assert spoken(mail) == ["customer", "system", "human"]
    assert mail.turns[2].text == "Hej Kim! Paketet är hos ombudet.\nMvh Lisa"
    assert mail.turns[0].payload == {"attachments": ["application/pdf"]}
    assert mail.rating is not None and (mail.rating.value, mail.rating.scale_max, mail.rating.has_comment) == (
        1,
        1,
        True,
    )
    assert spoken(chat) == ["customer", "bot", "customer", "human", "customer:attachment"]
    assert chat.turns[1].buttons == ("Tack", "Prata med en människa")
    assert {why for what, why, _ in ledger.rows() if what == "conversation"} == {
        "merged into another ticket, which holds its messages"
    }


def test_zendesk_in_files_of_their_own_is_joined_and_orphans_are_told(read: Reader) -> None:
    talks, ledger = read("zendesk", FOLDER / "zendesk")
    assert [spoken(talk) for talk in talks] == [["customer", "human"], ["customer", "human"]]
    assert talks[1].attributes["reopens"] == "1" and talks[1].rating is not None and talks[1].rating.value == 0
    assert ("line", "ticket_comments.jsonl: a row whose ticket_id no record has", "1") in ledger.rows()


def test_intercom_begins_with_the_source_and_knows_its_ai_agent(read: Reader) -> None:
    talks, ledger = read("intercom", FOLDER / "intercom.jsonl")
    assert spoken(talks[0]) == ["customer", "bot", "customer", "human", "customer:attachment"]
    assert talks[0].turns[0].text == "Hej, var är min order?"
    assert talks[0].turns[1].sources == ("https://butiken.test/frakt",)
    assert talks[0].rating is not None and talks[0].rating.value == 4
    assert (talks[0].outcome, talks[0].language) == ("escalated", "sv")
    assert ledger.hints["custom_atributes"] == "; did you mean 'custom_attributes'?"
    assert ("message", "redacted in Intercom", "1 (line 2)") in ledger.rows()
    (handover,) = stored(talks)[0].handovers
    assert (handover.accepted_turn, handover.executed, handover.outcome) == (3, True, "escalated")


def test_freshdesk_begins_with_the_description_and_tells_edits_spam_and_merges(read: Reader) -> None:
    talks, ledger = read("freshdesk", FOLDER / "freshdesk")
    assert [spoken(talk) for talk in talks] == [["customer", "human", "customer"]]
    assert talks[0].turns[0].text == "Hej, jag har fått fel faktura."
    assert talks[0].rating is not None and (talks[0].rating.value, talks[0].rating.scale_min) == (3, -3)
    assert ledger.n_dropped("conversation") == 2
    assert "an edited message: the latest text is kept" in ledger.notes


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("hubspot", "hubspot.jsonl", [["bot", "customer", "human"]]),
        ("dixa", "dixa.jsonl", [["customer", "bot", "human", "customer:attachment"]]),
        ("kundo", "kundo.json", [["customer", "human", "customer"]]),
        ("ada", "ada.jsonl", [["bot", "customer", "customer:attachment", "human"]]),
        ("contact-lens", "contact-lens", [["human", "customer"], ["bot", "customer", "human"]]),
        ("langfuse", "langfuse.jsonl", [["customer", "bot", "customer", "bot"], ["customer", "bot"]]),
        ("csv", "wide.csv", [["customer", "human"], ["human"]]),
        ("jsonl", "nested.jsonl", [["customer", "bot", "customer"], ["human", "customer"]]),
    ],
)
def test_who_spoke_is_read_as_documented(kind: str, name: str, expected: list[list[str]], read: Reader) -> None:
    talks, _ = read(kind, FOLDER / name)
    assert sorted(spoken(talk) for talk in talks) == sorted(expected)


def test_traces_tell_each_message_once_though_every_call_repeats_the_history(read: Reader) -> None:
    talks, _ = read("otel", FOLDER / "otel.jsonl")
    talk = next(talk for talk in talks if talk.source_id == "konv-1")
    assert [turn.text for turn in talk.turns] == [
        "Var är order 1001?",
        "",
        "Order 1001 är på väg.",
        "Tack!",
        "Varsågod!",
    ]
    (call,) = talk.turns[1].tool_calls
    assert (call.name, call.result) == ("order_status", {"status": "shipped"})
    assert talk.cost is not None and (talk.cost.tokens_in, talk.cost.tokens_out) == (240, 32)
    assert stored([talk])[0].turns[1].tool_calls[0].arguments["email"] == "<EMAIL_1>"


def test_nested_json_lines_are_read_by_a_mapping_with_local_times_html_and_decimal_commas(read: Reader) -> None:
    talks, ledger = read("jsonl", FOLDER / "nested.jsonl")
    first, second = talks
    assert (first.channel, first.language, first.consent) == ("email", "nb", True)
    assert first.rating is not None and first.rating.value == 3.5
    assert first.turns[0].text == "Hei, hvor er pakken min?"
    # 02:05 after 02:31 is the second of that hour, and 02:30 never was on the day that lost an hour.
    assert [turn.at.isoformat()[11:16] for turn in first.turns if turn.at] == ["00:30", "00:31", "01:05"]
    assert [turn.at.isoformat()[11:16] for turn in second.turns if turn.at] == ["01:10", "01:30"]
    assert ("conversation", "left out by `drop:` of the mapping", "1 (line 4)") in ledger.rows()
    assert ledger.n_dropped("line") == 1
    assert ledger.n_dropped("message") == 1


def test_a_record_of_one_cell_is_left_out_by_the_mapping_too(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,status,question,answer\n1,open,Hej?,Ja\n2,spam,Vinn!,Nej\n", encoding="utf-8")
    columns = {"question": "customer", "answer": "bot"}
    talks, ledger = read("csv", path, mapping=mapping_of({"columns": columns, "drop": {"status": ["spam"]}}))
    assert [talk.source_id for talk in talks] == ["1"]
    assert ledger.n_dropped("conversation") == 1


def test_private_notes_stay_as_notes_where_they_are_asked_for(read: Reader) -> None:
    talks, _ = read("zendesk", FOLDER / "zendesk.jsonl", keep_notes=True)
    assert spoken(talks[0]) == ["customer", "system", "human:note", "human"]


def test_an_author_named_as_bot_is_a_bot(read: Reader) -> None:
    talks, ledger = read("freshdesk", FOLDER / "freshdesk", bots=frozenset({"81"}))
    assert spoken(talks[0]) == ["customer", "bot", "customer"]
    assert ledger.roles["bot", "the author is named with --bot-author"] == 1


def test_a_person_alone_is_the_human_desk_and_a_hand_over_stays_with_the_ai(read: Reader) -> None:
    mail, chat = stored(read("zendesk", FOLDER / "zendesk.jsonl")[0])
    assert (mail.handled_by, mail.handovers) == ("human", ())
    assert chat.handled_by == "ai" and chat.handovers[0].accepted_turn == 3 and chat.ending == "handed_over"


def test_times_of_a_person_may_be_moved_by_whole_weeks(read: Reader) -> None:
    talks, _ = read("zendesk", FOLDER / "zendesk.jsonl")
    finishing = Finishing(run_id="r", release="d", pseudonyms=Pseudonyms(b"k" * 32), shift_dates=True)
    before, after = talks[0].turns, finishing.conversation(talks[0]).turns
    moved = {(b.at - a.at).days for a, b in zip(after, before, strict=True) if a.at and b.at}
    assert len(moved) == 1 and moved.pop() % 7 == 0


def test_a_record_of_another_shape_costs_one_conversation_and_is_told(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b'{"id": 1, "comments": "none"}\n{"subject": "x"}\n7\n' + (FOLDER / "zendesk.jsonl").read_bytes())
    talks, ledger = read("zendesk", path)
    assert len(talks) == 2 and ledger.balanced
    assert ledger.n_dropped("conversation") == 4


def test_an_importer_that_loses_a_conversation_in_silence_is_found_out() -> None:
    class Silent:
        name, role_rule = "silent", "none"
        fields = (("id", "id"),)

        def talks(self, source: object, ledger: object, options: Options) -> object:
            ledger.n_records += 2  # type: ignore[attr-defined]
            ledger.n_conversations += 1  # type: ignore[attr-defined]
            yield Talk("1")

    with pytest.raises(AssertionError, match="does not balance"):
        check_importer(Silent(), FOLDER / "kundo.json")  # type: ignore[arg-type]
