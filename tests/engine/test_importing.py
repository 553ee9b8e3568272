"""An import is one ordinary run: pseudonymised before the first write, the same twice, told in full, and scorable."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evalkit.engine.importing import Imported, ImportOrder, Reached, import_export
from evalkit.engine.scoring_run import score_run
from evalkit.errors import TranscriptError
from evalkit.model import ScorerSpec
from evalkit.personal_data import Pseudonyms
from evalkit.plugins import load
from evalkit.privacy_ops.vault import Vault
from evalkit.scoring import World, build_scorers
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store
from tests.store.test_words import indexed_words
from tests.transcripts.conftest import FOLDER

NOW = datetime(2026, 11, 25, tzinfo=UTC)
KEY = b"k" * 32


def bring_in(store: Store, kind: str, path: Path, **given: object) -> Imported:
    order = ImportOrder(path, "desk", **given)  # type: ignore[arg-type]
    return import_export(store, order, load("importers", kind), Pseudonyms(KEY), now=NOW)


def test_no_byte_of_a_name_or_address_reaches_the_disk(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, Vault(tmp_path / "p.db", KEY, seal=True) as vault:
        for kind, name in (("zendesk", "zendesk.jsonl"), ("intercom", "intercom.jsonl"), ("otel", "otel.jsonl")):
            order = ImportOrder(FOLDER / name, "desk")
            import_export(store, order, load("importers", kind), Pseudonyms(KEY, vault), now=NOW, keeper=vault)
    for path in tmp_path.iterdir():
        held = path.read_bytes()
        assert [w for w in (b"Kim Exempel", b"kim.exempel", b"Robin", b"Lisa", b"Olle") if w in held] == [], path.name


def test_importing_twice_is_importing_once_and_a_longer_export_adds_only_what_is_new(tmp_path: Path) -> None:
    lines = (FOLDER / "zendesk.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    part = tmp_path / "part.jsonl"
    part.write_text(lines[0], encoding="utf-8")
    with Store.open(tmp_path / "s.db") as store:
        first = bring_in(store, "zendesk", part)
        whole = bring_in(store, "zendesk", FOLDER / "zendesk.jsonl")
        again = bring_in(store, "zendesk", FOLDER / "zendesk.jsonl")
        assert (first.n_new, whole.n_new, again.n_new) == (1, 1, 0)
        assert first.run.id == again.run.id and len(store.runs()) == 1
        assert store.count_conversations(first.run.id) == 2
        run = store.run(first.run.id)
    assert (run.source, run.status, run.attributes["importer"]) == ("production", "finished", "zendesk")


def test_one_customer_has_one_subject_key_in_every_conversation(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        for kind, name in (("zendesk", "zendesk.jsonl"), ("intercom", "intercom.jsonl"), ("freshdesk", "freshdesk")):
            bring_in(store, kind, FOLDER / name)
        assert len(store.conversations_of_subject(Pseudonyms(KEY).subject_key("kim.exempel@example.com"))) == 3


def test_scoring_a_large_import_makes_its_words_findable_and_indexes_pseudonyms_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalkit.store.words.INDEX_ABOVE", 0)
    path = tmp_path / "x.jsonl"
    path.write_text(
        '{"id": 1, "language": "sv", "turns": [{"role": "user", "text": "Hej, jag heter Kim Exempel"}, '
        '{"role": "bot", "text": "Vi mejlar robin@example.com om paketet."}]}',
        encoding="utf-8",
    )
    with Store.open(tmp_path / "s.db") as store:
        run = bring_in(store, "jsonl", path).run
        assert indexed_words(store) == set(), "an import waits for no index"
        key = score_run(store, run, World(build_scorers([ScorerSpec(name="loops")])))
        assert b"paketet" in indexed_words(store)
        assert not {b"kim", b"exempel", b"robin"} & indexed_words(store)
        (hit,) = Search(store, run.id, key).find(Wanted(words="PAKET"))
        assert hit.conversation_id == next(store.conversations(run.id)).id


def test_an_imported_run_is_scored_like_any_other_and_placeholders_are_no_leaks(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(
        '{"id": 1, "language": "sv", "turns": [{"role": "user", "text": "Hej, jag heter Kim Exempel"}, '
        '{"role": "bot", "text": "Hej Kim Exempel! Vi mejlar robin@example.com eller ringer 070-174 06 05."}]}',
        encoding="utf-8",
    )
    names = ("privacy", "compliance", "language", "loops", "tone", "resolution", "escalation", "handover")
    world = World(build_scorers([ScorerSpec(name=name) for name in names]))
    with Store.open(tmp_path / "s.db") as store:
        run = bring_in(store, "jsonl", path).run
        key = score_run(store, run, world)
        scores = {score.scorer: score for _, found in store.scores(run.id, key) for score in found}
    assert set(scores) >= set(names)
    assert all(score.verdict != "error" for score in scores.values())
    assert scores["privacy"].verdict == "pass"


def test_a_file_without_a_conversation_is_an_error_with_reasons_and_leaves_no_run(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 1, "turns": [{"role": "user", "text": ""}]}\n{broken\n')
    with Store.open(tmp_path / "s.db") as store:
        with pytest.raises(TranscriptError, match="no conversation of kind 'jsonl' could be read .*empty message"):
            bring_in(store, "jsonl", path)
        assert store.runs() == []


def test_an_import_is_audited_and_tells_its_progress(tmp_path: Path) -> None:
    seen: list[Reached] = []
    with Store.open(tmp_path / "s.db") as store:
        order = ImportOrder(FOLDER / "ada.jsonl", "desk")
        import_export(store, order, load("importers", "ada"), Pseudonyms(KEY), now=NOW, on_progress=seen.append)
        (entry,) = store.audit_entries()
    assert entry.event == "import" and entry.body["n_new"] == 1
    assert seen[-1].n_conversations == 1 and seen[-1].bytes_done == seen[-1].bytes_total


def test_ids_of_the_source_stay_only_where_they_are_asked_for(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        run = bring_in(store, "ada", FOLDER / "ada.jsonl").run
        kept = bring_in(store, "ada", FOLDER / "ada.jsonl", keep_ids=True, source="pilot").run
        assert "source_id" not in next(store.conversations(run.id)).attributes
        assert next(store.conversations(kept.id)).attributes["source_id"] == "c1"
