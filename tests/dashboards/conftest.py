"""What several tests of the pages stand on."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Changes the reader's language."""
    from dashboards.kit import numbers, texts, told

    def choose(lang: str) -> None:
        for module in (numbers, texts, told):
            monkeypatch.setattr(module, "language", lambda: lang)

    return choose
