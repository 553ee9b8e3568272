"""Every bot of the documentation can be built as it stands there, and every kind is documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalkit.bots.definitions import build_bot
from evalkit.plugins import names
from tests.bots.test_dialogflow_cx import Google

PAGE = (Path(__file__).parents[2] / "docs" / "bots.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block)["bots"] for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
DEFINED: dict[str, dict[str, Any]] = {name: bot for block in BLOCKS for name, bot in block.items()}
SECRETS = {name: "x" for name in re.findall(r"\$\{([A-Z_]+)\}", PAGE)}


@pytest.mark.parametrize("name", DEFINED)
def test_each_bot_of_the_page_can_be_built(name: str, tmp_path: Path) -> None:
    definitions = {**DEFINED, "local": {"kind": "python", "target": "tests.bots.test_local:slow_echo"}}
    signed = "service_account" in definitions[name]
    key_file = Google(tmp_path).write("https://login.example") if signed else ""
    environment = {**SECRETS, "GOOGLE_APPLICATION_CREDENTIALS": key_file}
    bot = build_bot(name, definitions, environment=environment)
    assert bot.identity == build_bot(name, definitions, environment=environment).identity
    assert bot.concurrency >= 1


def test_every_kind_stands_in_the_table_and_in_a_block() -> None:
    kinds = {bot["kind"] for bot in DEFINED.values()}
    assert kinds == set(names("bots"))
    for kind in kinds:
        assert f"| `{kind}` |" in PAGE
