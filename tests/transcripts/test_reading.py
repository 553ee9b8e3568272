"""Files as they really come: cut off, in another encoding, empty, huge, scattered; what is broken is told by its line."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path

import pytest

from evalkit.errors import InputError, TranscriptError
from evalkit.transcripts import grouping, reading
from evalkit.transcripts.grouping import grouped
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Source, json_records
from evalkit.transcripts.tables import delimiter_of, table_records
from tests.transcripts.conftest import Reader

LINE = json.dumps({"id": "1", "turns": [{"role": "user", "text": "Hej på dig"}]}, ensure_ascii=False)


def records(path: Path, **given: str) -> tuple[list[object], Ledger]:
    ledger = Ledger()
    return [record.data for record in json_records(Source(path, **given), ledger, containers=("items",))], ledger


def test_a_broken_line_is_told_by_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{LINE}\n{{broken}}\n\n{LINE}\n", encoding="utf-8")
    found, ledger = records(path)
    assert len(found) == 2
    assert ledger.rows() == [("line", "not JSON", "1 (line 2)")]


@pytest.mark.parametrize(
    "text", [f"{LINE}\n{LINE[:30]}", f"[{LINE},\n{LINE[:30]}", f"[{LINE}"], ids=["lines", "array", "open"]
)
def test_a_file_that_was_cut_off_keeps_what_came_and_says_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    found, ledger = records(path)
    assert len(found) == 1
    assert reading.CUT_OFF in ledger.rows()[0][1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("array.json", f"[{LINE},\n {LINE}]"),
        ("pretty.json", json.dumps([json.loads(LINE)] * 2, indent=2)),
        ("wrapped.json", json.dumps({"items": [json.loads(LINE)] * 2}, indent=2)),
        ("oneline.json", json.dumps({"items": [json.loads(LINE)] * 2})),
        (
            "tap.jsonl",
            '{"type": "SCHEMA", "stream": "t"}\n' + f'{{"type": "RECORD", "stream": "t", "record": {LINE}}}\n' * 2,
        ),
    ],
)
def test_every_usual_wrapping_of_records_is_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found, ledger = records(tmp_path / name)
    assert found == [json.loads(LINE)] * 2 and ledger.rows() == []


def test_a_packed_file_and_a_utf_16_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINE.encode()))
    (tmp_path / "b.jsonl").write_bytes(codecs.BOM_UTF16_LE + f"{LINE}\n{LINE}".encode("utf-16-le"))
    assert len(records(tmp_path / "a.jsonl.gz")[0]) == 1
    assert records(tmp_path / "b.jsonl")[0] == [json.loads(LINE)] * 2


def test_windows_1252_is_recognised_and_a_wrong_encoding_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(LINE.encode("cp1252"))
    assert records(path)[0] == [json.loads(LINE)]
    path.write_bytes(f"{LINE}\n".encode() * 9 + LINE.encode("cp1252"))
    found, ledger = records(path)
    assert len(found) == 9 and ledger.rows() == [
        ("line", "bytes that are not utf-8; --encoding names another", "1 (line 10)")
    ]
    with pytest.raises(InputError, match="did you mean 'windows-1252'"):
        records(path, encoding="windows-1253x")


@pytest.mark.parametrize("content", [b"", b"\n \n", codecs.BOM_UTF8], ids=["nothing", "blank", "mark"])
def test_an_empty_file_is_an_error_that_says_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(TranscriptError, match="the file is empty"):
        records(path)


def test_a_missing_file_names_the_near_one(tmp_path: Path) -> None:
    (tmp_path / "tickets.jsonl").write_text(LINE)
    with pytest.raises(TranscriptError, match="did you mean 'tickets.jsonl'"):
        records(tmp_path / "tikets.jsonl")


def test_a_line_beyond_the_limit_is_passed_over_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000)
    path = tmp_path / "x.jsonl"
    path.write_text(f'{LINE}\n{{"id": "{"x" * 5_000}"}}\n{LINE}\n', encoding="utf-8")
    found, ledger = records(path)
    assert len(found) == 2 and ledger.rows() == [("line", "longer than 0 MB", "1 (line 2)")]


def test_the_sign_between_columns_is_the_most_frequent_one_outside_quotes() -> None:
    assert [delimiter_of(h) for h in ("a;b;c", "a,b", "a\tb\tc", 'a;"x,y,z,å";c')] == [";", ",", "\t", ";"]


def test_rows_that_do_not_fit_the_header_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes('id,text\r\n1,a\r\n2\r\n3,b,c\r\n4,"two\nlines"\r\n5,\xe5\r\n6,f,\r\n'.encode("latin-1"))
    ledger = Ledger()
    rows = [record for record in table_records(Source(path, "utf-8"), ledger)]
    assert [(record.line, record.data["id"]) for record in rows] == [(2, "1"), (5, "4"), (8, "6")]
    assert sorted(ledger.rows()) == [
        ("line", "1 fields where the header has 2", "1 (line 3)"),
        ("line", "3 fields where the header has 2", "1 (line 4)"),
        ("line", "bytes that are not utf-8; --encoding names another", "1 (line 7)"),
    ]


@pytest.mark.parametrize("header", ["id,id,text", "id", "id,,text"])
def test_a_header_that_cannot_be_used_is_refused(header: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{header}\n1,2,3\n")
    with pytest.raises(TranscriptError, match=":1: the header"):
        list(table_records(Source(path), Ledger()))


def test_rows_of_a_conversation_may_stand_apart_within_the_window_and_later_ones_are_told() -> None:
    rows = [("a", 1, "a1"), ("b", 2, "b1"), ("a", 3, "a2"), ("c", 4, "c1"), ("d", 5, "d1"), ("b", 6, "b2")]
    ledger = Ledger()
    assert list(grouped(rows, Ledger())) == [
        ("a", 1, ["a1", "a2"]), ("c", 4, ["c1"]), ("d", 5, ["d1"]), ("b", 2, ["b1", "b2"])
    ]  # fmt: skip
    assert [key for key, _, _ in grouped(rows, ledger, window=3)] == ["b", "a", "c", "d"]
    assert ledger.n_dropped("message") == 1 and grouping.APART in ledger.rows()[0][1]


def test_many_closed_conversations_are_remembered_in_little_memory() -> None:
    ledger = Ledger()
    n = 150_000
    rows = [(n_, n_, 0) for n_ in range(n)] + [(5, n, 1)]
    assert sum(1 for _ in grouped(rows, ledger, window=10)) == n
    assert ledger.n_dropped("message") == 1


def test_a_column_that_the_file_does_not_have_is_refused_with_the_near_one(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(LINE, encoding="utf-8")
    from evalkit.transcripts.mapping import ColumnMapping, mapping_of

    with pytest.raises(TranscriptError, match="no column 'txt'; did you mean 'text'"):
        read("jsonl", path, mapping=ColumnMapping(turns="turns", message={"text": "txt"}))
    with pytest.raises(InputError, match="unknown key 'mesage'; did you mean 'message'"):
        mapping_of({"mesage": {}})
    with pytest.raises(InputError, match="roles: unknown key 'custmer'; did you mean 'customer'"):
        mapping_of({"roles": {"custmer": ["x"]}})
    path.write_text('{"id": 1, "sender_txt": 2}')
    with pytest.raises(TranscriptError, match="no column holds the role"):
        read("jsonl", path)


def test_memory_stays_flat_as_a_file_grows(tmp_path: Path) -> None:
    import tracemalloc

    from evalkit.plugins import load
    from evalkit.transcripts.door import Options

    def peak(n: int) -> int:
        path = tmp_path / f"{n}.jsonl"
        with path.open("w") as stream:
            for number in range(n):
                turns = [{"role": "user", "text": f"{number} " + "hej " * 50}] * 4
                stream.write(json.dumps({"id": number, "turns": turns}) + "\n")
        tracemalloc.start()
        for _ in load("importers", "jsonl").talks(Source(path), Ledger(), Options()):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(8_000) < 1.2 * peak(2_000)
