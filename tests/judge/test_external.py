"""The judge through LiteLLM's proxy: the path that a self-hosted or EU provider takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.judge.fake import create_app
from evalkit.loopback import serving
from tests.judge.conftest import Ask
from tests.programs import litellm_proxy

pytestmark = [pytest.mark.external, pytest.mark.slow]
CONFIG = """
model_list:
  - model_name: judge
    litellm_params: {{model: openai/judge, api_key: none, api_base: "{address}/v1"}}
  - model_name: chatty
    litellm_params: {{model: openai/chatty, api_key: none, mock_response: "It went very well, I think!"}}
"""


def test_a_judge_behind_a_proxy_is_held_to_the_same_rules(ask: Ask, tmp_path: Path) -> None:
    with serving(create_app()) as address, litellm_proxy(tmp_path, CONFIG.format(address=address)) as base_url:
        good = ask(base_url=base_url, api_key="sk-test", model="judge", timeout_s=60)
        assert [(a.status, a.good) for a in good.judged[0].values()] == [("answered", True)] * 2
        chatty = ask(base_url=base_url, api_key="sk-test", model="chatty", timeout_s=60)
        assert {a.cause for a in chatty.judged[0].values()} == {"the judge's reply is no JSON"}
        refused = ask(base_url=base_url, api_key="wrong", model="judge", retries=0, timeout_s=60)
        assert all(a.status == "error" and "40" in (a.cause or "") for a in refused.judged[0].values())
