"""What a desk hands over is learned from its labels, tells its reasons, and never takes a trigger away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evalkit.errors import InputError
from evalkit.model import Case, EscalationGold
from evalkit.scorers.fitted_models import save
from evalkit.scorers.handover_fitting import Example, cross_validated, example, fit
from evalkit.scorers.handover_model import Model, load
from tests.scorers.conftest import Judge, talk

AT = datetime(2026, 6, 1, tzinfo=UTC)
DUE = (
    "Kan jag lägga till reseförsäkringen nu efteråt?",
    "Reseförsäkringen syns inte på min bokning.",
    "Varför finns inte försäkringen på bokningen?",
)
NOT_DUE = ("Var är mitt paket?", "Kan jag lägga till ett paket nu efteråt?", "Varför finns inte paketet på bokningen?")
PRIVATE = "Jag heter Anna Svensson, ring 070-174 06 33 eller skriv till anna.svensson@example.com, order 4711_ab."


@cache
def _examples(n: int = 120, customers: int = 40) -> tuple[Example, ...]:
    """Every third conversation is due; each customer has several, and all of them say the same personal data."""
    found = []
    for number in range(n):
        should = number % 3 == 0
        said = (DUE if should else NOT_DUE)[number // 3 % 3]
        lines = ("c: Hej!", "b: Hej, vad gäller det?", f"c: {said} {PRIVATE}", "b: Jag ska se efter.")
        found.append(example(talk(*lines, language="sv"), should, f"kund {number % customers}"))
    return tuple(found)


@pytest.fixture(scope="module")
def model() -> Model:
    return fit(_examples(), AT)


@pytest.fixture(scope="module")
def path(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("desk") / "handover.json"
    save(model, at)
    return at


def _settings(path: Path, **more: Any) -> dict[str, Any]:
    return {"policy": {"escalation": {"learned": str(path), **more}}}


def test_a_model_comes_back_from_its_file_as_it_was_written(model: Model, path: Path) -> None:
    assert load(path) == model
    assert model.card.counts
    assert (model.card.n_labels, model.card.n_customers) == (120, 40)
    assert model.card.macro_f1_low <= model.card.macro_f1 <= model.card.macro_f1_high


def test_the_same_labels_give_the_same_model(model: Model) -> None:
    assert fit(_examples(), AT) == model


def test_no_name_number_or_address_of_a_customer_is_stored(path: Path) -> None:
    stored = path.read_text("utf-8").lower()
    assert [word for word in ("anna", "svensson", "070", "174", "4711", "example", "@") if word in stored] == []


def test_a_word_of_fewer_than_five_customers_is_dropped() -> None:
    rare = [
        Example({**one.counts, "cykelkedja": 1}, one.should, one.customer) if one.customer < "kund 12" else one
        for one in _examples()
    ]
    assert len({one.customer for one in rare if "cykelkedja" in one.counts}) == 4
    assert "cykelkedja" not in fit(rare, AT).signs


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Jag vill lägga till reseförsäkringen.", True),
        ("Jag vill lägga till ett paket.", False),
        ("Reseförsäkringen, tack.", True),
        ("Paketet, tack.", False),
        ("", False),
        ("🙂", False),
    ],
)
def test_what_reviewers_handed_over_pulls_the_learned_trigger(said: str, due: bool, judge: Judge, path: Path) -> None:
    line = talk(f"c: {said}", "b: Jag ska se efter åt dig nu.", language="sv")
    found = judge("escalation", line, settings=_settings(path))
    assert (found.data["trigger"] == "E27", found.data["should_escalate"]) == (due, due)
    assert (found.data["learned"]["odds"] > 0) is due


def test_the_finding_is_a_guess_and_tells_what_weighs_most(judge: Judge, path: Path) -> None:
    line = talk("c: Hej!", "b: Hej!", "c: Reseförsäkringen syns inte.", "b: Den ska synas nu.", language="sv")
    found = judge("escalation", line, settings=_settings(path))
    (finding,) = found.findings
    assert (finding.rule, finding.turn, finding.confidence, found.verdict) == ("E27.missed", 2, "heuristic", "unsure")
    assert finding.data["odds"] == found.data["learned"]["odds"] > 0
    assert "reseforsakringen" in finding.data["because"]
    assert f"reviewers send to a person ({', '.join(finding.data['because'])}) and was not" in finding.message


def test_a_bias_alone_is_no_reason(model: Model, judge: Judge, tmp_path: Path) -> None:
    save(msgspec.structs.replace(model, bias=9.0), tmp_path / "biased.json")
    lone = judge("escalation", talk("c: 🙂", "b: Hej!", language="sv"), settings=_settings(tmp_path / "biased.json"))
    assert (lone.data["trigger"], lone.data["learned"]["because"]) == (None, [])


def test_a_model_never_takes_a_trigger_of_the_policy_away(judge: Judge, path: Path) -> None:
    line = talk("c: Var är mitt paket? Jag vill prata med en människa.", "b: Paketet kommer.", language="sv")
    found = judge("escalation", line, settings=_settings(path))
    assert found.data["learned"]["odds"] < 0
    assert (found.data["trigger"], found.data["should_escalate"]) == ("E01", True)


def test_what_another_trigger_says_goes_before_what_was_learned(judge: Judge, path: Path) -> None:
    line = talk("c: Reseförsäkringen!", "b: Ja?", "c: Jag vill prata med en människa.", "b: Nej.", language="sv")
    found = judge("escalation", line, settings=_settings(path))
    assert [id_ for id_, _, _ in found.data["cells"]] == ["E01", "E27"]


def test_the_policy_can_switch_the_learned_trigger_off(judge: Judge, path: Path) -> None:
    line = talk("c: Reseförsäkringen syns inte.", "b: Den ska synas nu.", language="sv")
    found = judge("escalation", line, settings=_settings(path, triggers={"E27": {"enabled": False}}))
    assert found.data["trigger"] is None


def test_what_is_said_to_a_person_afterwards_decides_nothing(judge: Judge, path: Path) -> None:
    line = talk("c: Var är mitt paket?", "h: Hej, det är Bo.", "c: Reseförsäkringen syns inte.", language="sv")
    found = judge("escalation", line, settings=_settings(path))
    assert found.data["learned"]["odds"] < 0


def test_the_case_alone_decides_where_it_says_what_is_right(judge: Judge, path: Path) -> None:
    line = talk("c: Reseförsäkringen syns inte.", "b: Den ska synas nu.", language="sv")
    case = Case(id="a", escalation=EscalationGold(should=False))
    assert judge("escalation", line, case, settings=_settings(path)).verdict == "pass"


def test_labels_by_chance_give_a_model_that_pulls_nothing(judge: Judge, tmp_path: Path) -> None:
    shuffled = [Example(one.counts, number * 7 % 11 < 4, one.customer) for number, one in enumerate(_examples())]
    save(fit(shuffled, AT), tmp_path / "chance.json")
    assert not load(tmp_path / "chance.json").card.counts
    line = talk("c: Reseförsäkringen syns inte.", "b: Den ska synas nu.", language="sv")
    assert "learned" not in judge("escalation", line, settings=_settings(tmp_path / "chance.json")).data


def test_a_customer_is_judged_by_a_model_that_never_saw_it() -> None:
    """What only one customer's own labels could teach is not known where that customer is judged."""
    lone = [Example({f"says:{n}": 1, "hej": 1}, True, "lone") for n in range(5)]
    own = cross_validated([*_examples(), *lone])[-5:]
    assert max(own) < 0 < min(cross_validated([*_examples(), *lone], groups=range(125))[-5:])


def test_after_a_right_hand_over_the_label_is_what_was_done() -> None:
    kept = talk("c: Var är mitt paket?", "b: Det kommer i morgon.", language="sv")
    handed = talk("c: Var är mitt paket?", "b: Jag kopplar dig till en kollega.", language="sv")
    assert (example(kept, None, "a").should, example(handed, None, "a").should) == (False, True)
    assert example(handed, False, "a").should is False


@pytest.mark.parametrize(
    ("examples", "told"),
    [
        ([], "0 labelled conversations; at least 100"),
        (_examples()[:99], "99 labelled conversations; at least 100"),
        ([Example({"hej": 1}, n < 14, f"kund {n}") for n in range(120)], "14 labelled conversations of 14 customers should have"),
        ([Example({"hej": 1}, n < 20, "a" if n < 20 else str(n)) for n in range(120)], "20 labelled conversations of 1 customers should have"),
        ([Example({"hej": 1}, True, str(n)) for n in range(120)], "0 labelled conversations of 0 customers should not have"),
        ([Example({f"ord{n}": 1}, n % 2 == 0, str(n)) for n in range(120)], "no word or phrase is shared by 5 customers"),
    ],
    ids=["none", "few", "few due", "one customer", "all due", "nothing shared"],
)  # fmt: skip
def test_too_few_labels_are_refused_with_what_is_missing(examples: Sequence[Example], told: str) -> None:
    with pytest.raises(InputError, match=told):
        fit(examples, AT)


@pytest.mark.parametrize(
    "written",
    ["", "{}", "[1]", '{"learned": "satisfaction"}', "\udcff", '{"learned": "handover", "signs": {}, "bias": "x"}'],
    ids=["empty", "no key", "a list", "another model", "no text", "a wrong value"],
)
def test_a_file_that_is_no_model_is_told(written: str, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_bytes(written.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"no\.json: no model of hand-overs: .*evalkit escalation fit"):
        load(tmp_path / "no.json")


def test_a_missing_file_and_a_model_without_signs_are_told(path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model of hand-overs"):
        load(tmp_path / "missing.json")
    emptied = {**json.loads(path.read_text("utf-8")), "signs": {}}
    (tmp_path / "emptied.json").write_text(json.dumps(emptied), "utf-8")
    with pytest.raises(InputError, match="without any sign"):
        load(tmp_path / "emptied.json")
