"""`evalkit check` finds in the configuration what a run would stumble over, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.cli import execute as evalkit


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert evalkit(["init"]) == 0
    return tmp_path


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("own_domains", "own_domain", "policy.privacy: unknown key 'own_domain'; did you mean 'own_domains'?"),
        ("[fjallby.example]", "7", "policy.privacy.own_domains: expected a list, got a whole number"),
        ("  privacy:", "  privcy:", "policy: unknown key 'privcy'; did you mean 'privacy'?"),
        ("    url:", "    ulr:", "bots.demo: unknown key 'ulr'; did you mean 'url'?"),
        ("kind: http", "kind: htp", "bots.demo.kind: unknown kind 'htp'; did you mean 'http'?"),
        ("{{ message }}", "{{ mesage }}", "bots.demo.request.message: unknown variable 'mesage'"),
        ("replies[].text", "replies[.text", "bots.demo.reply.text: 'replies[.text' is no JMESPath"),
        ("# timeouts: {connect_s", "timeouts: {conect_s", "bots.demo.timeouts: unknown key 'conect_s'"),
        ("folder: kb", "folder: kbb", "knowledge.folder: kbb: no such folder"),
        ("folder: kb", "fodler: kb", "knowledge: unknown key 'fodler'; did you mean 'folder'?"),
        ("profile: ecommerce_balanced", "profile: shop", "profile: unknown profile 'shop' (known: "),
        ("bots:\n", "judge: {model: x}\nbots:\n", "judge: lacks `provider`"),
        ("bots:\n", "customer: {provider: {region: eu}}\nbots:\n", "customer.provider: lacks `dpa`"),
    ],
)
def test_a_fault_of_the_configuration_is_told_at_its_line(
    project: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, said: str
) -> None:
    config = project / "evalkit.yaml"
    text = config.read_text(encoding="utf-8")
    assert right in text
    config.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    line = next(
        n
        for n, row in enumerate(config.read_text(encoding="utf-8").splitlines(), 1)
        if wrong.strip().split("\n")[0] in row
    )
    capsys.readouterr()
    assert evalkit(["check"]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"evalkit.yaml:{line}:")
    assert said in printed
    assert "1 fault" in printed


def test_faults_of_two_bots_are_told_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "evalkit.yaml").open("a", encoding="utf-8") as config:
        config.write("  second: {kind: openai}\n  third: {kind: nothing}\n")
    capsys.readouterr()
    assert evalkit(["check"]) == 2
    printed = capsys.readouterr().err
    assert "bots.second" in printed
    assert "bots.third.kind" in printed
    assert "2 faults" in printed


def test_a_secret_that_this_machine_lacks_is_no_fault(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_BOT_TOKEN", raising=False)
    config = project / "evalkit.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("    # headers", "    headers"), encoding="utf-8")
    assert evalkit(["check"]) == 0
