"""The starter packs: enough of every kind in each language, fitting their profile, valid with and without answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from evalkit.cli import execute
from evalkit.errors import InputError
from evalkit.policy.loading import load_policy
from evalkit.resources import folder
from evalkit.suites.loading import load_suite, load_suites
from evalkit.suites.packs import EVERYONE, Pack, filled, pack_names, pack_of
from evalkit.suites.writing import write_suites

PACKS = folder("suites") / "packs"
LANGUAGES = {"sv", "da", "nb", "fi", "en", "de"}


def examples(pack: Pack) -> dict[str, str]:
    return {question.name: question.example for question in pack.questions}


@pytest.mark.parametrize("name", [*pack_names(), EVERYONE])
def test_a_pack_has_forty_cases_alike_in_six_languages(name: str) -> None:
    cases = load_suite(PACKS / f"{name}.yaml").cases
    assert len(cases) >= 40
    by_language = {language: [c for c in cases if c.language == language] for language in LANGUAGES}
    assert len({tuple(c.group for c in some) for some in by_language.values()}) == 1
    assert sum(map(len, by_language.values())) == len(cases)
    assert {"top20", "must-escalate"} <= {tag for case in cases for tag in case.tags}


@pytest.mark.parametrize("name", pack_names())
def test_a_pack_tests_each_intent_that_its_profile_treats_in_its_own_way(name: str) -> None:
    pack = pack_of(name)
    policy = load_policy({"profile": pack.profile})
    suites = [load_suite(PACKS / f"{part}.yaml") for part in (EVERYONE, name)]
    intents = {case.intent for suite in suites for case in suite.cases}
    wanted = {*policy.escalation.human_intents, *policy.escalation.regulated_intents}
    assert wanted | set(policy.resolution.automation_ceilings) <= intents
    triggers = {case.escalation.trigger for suite in suites for case in suite.cases if case.escalation}
    assert {"E01", "E02", "E03", "E04", "E06", "E07", "E08", "E09", "E10", "E17"} <= triggers


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("answered", [True, False])
def test_a_filled_pack_is_valid_and_holds_no_placeholder(name: str, answered: bool, tmp_path: Path) -> None:
    pack = pack_of(name)
    written = write_suites(tmp_path, filled(pack, examples(pack) if answered else {}, PACKS))
    assert "{{" not in "".join(path.read_text(encoding="utf-8") for path, _ in written)
    counts = {path.stem: n for path, n in written}
    full = {part: len(load_suite(PACKS / f"{part}.yaml").cases) for part in counts}
    assert counts == full if answered else all(0 < counts[part] < full[part] for part in counts)


@pytest.mark.parametrize("name", pack_names())
def test_every_placeholder_is_asked_for_and_every_question_is_used(name: str) -> None:
    pack = pack_of(name)
    text = "".join((PACKS / f"{part}.yaml").read_text(encoding="utf-8") for part in (EVERYONE, name))
    asked = {question.name for question in pack.questions} - {"domain"}
    assert all(f"{{{{ {name} }}}}" in text for name in asked)
    assert len(filled(pack, examples(pack), PACKS)[name]["cases"]) == len(load_suite(PACKS / f"{name}.yaml").cases)


def test_an_answer_with_yaml_in_it_stays_text(tmp_path: Path) -> None:
    pack = pack_of("shop")
    nasty = "a: {b} # 'c' \"d\" {{ e }}"
    written = write_suites(tmp_path, filled(pack, {**examples(pack), "payment_method": nasty}, PACKS))
    (case,) = (c for s in load_suites([p for p, _ in written]) for c in s.cases if c.id == "shop-payment-sv")
    assert case.expectations[0].args["texts"] == [nasty]


def test_a_pack_in_one_language_holds_only_that() -> None:
    suites = filled(pack_of("bank"), {}, PACKS, ["da"])
    assert {case["language"] for suite in suites.values() for case in suite["cases"]} == {"da"}
    with pytest.raises(InputError, match="it has: da, de, en, fi, nb, sv"):
        filled(pack_of("bank"), {}, PACKS, ["fr"])


def test_init_writes_a_project_that_check_accepts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["init", "--pack", "bank", "--no-input", "--answer", "company=Fjällbanken"]
    assert execute([*words, "--answer", "domain=bank.example"]) == 0
    assert execute(["check"]) == 0
    config = yaml.safe_load(Path("evalkit.yaml").read_text(encoding="utf-8"))
    assert config["profile"] == "bank_insurance"
    assert config["policy"]["privacy"]["own_domains"] == ["bank.example"]
    assert "knowledge" not in config
    assert execute(words) == 2


def test_init_asks_for_what_was_not_given(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from evalkit.cli.init import command

    words = ["--pack", "public", "--answer", "company=Fjällby kommun", str(tmp_path)]
    # domain, e-mail address, opening hours, weeks; the rest stays empty.
    done = CliRunner().invoke(command, words, input="kommun.example\n\n\n12\n\n\n")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "suites" / "public.yaml").read_text(encoding="utf-8")
    assert "'12'" in text
    assert "public-fee-sv" not in text
    assert "kommun.example" in (tmp_path / "evalkit.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--pack", "bnk"], "did you mean 'bank'"),
        (["--pack", "bank", "--answer", "cardfee=1"], "did you mean 'card_fee'"),
        (["--pack", "bank", "--answer", "card_fee"], "expected NAME=TEXT"),
        (["--answer", "company=x"], "add --pack"),
    ],
)
def test_what_a_pack_does_not_know_is_said_before_anything_is_asked_or_written(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["init", *words, str(tmp_path / "new")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
