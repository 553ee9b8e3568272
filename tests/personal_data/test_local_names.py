"""Names by a local model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import InputError
from evalkit.personal_data.local_names import local_names


def tagger(path: Path) -> Any:
    def tag(text: str) -> Iterable[Mapping[str, Any]]:
        at = text.index("Zebulon Quark")
        yield {"entity_group": "PER", "start": at, "end": at + 13, "score": 0.99}
        yield {"entity_group": "PER", "start": 0, "end": 3, "score": 0.99}
        yield {"entity_group": "ORG", "start": 0, "end": 6, "score": 0.99}
        yield {"entity_group": "PER", "start": 0, "end": 9, "score": 0.4}

    return tag


def test_a_model_of_a_folder_finds_full_names_of_persons_alone(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    names = local_names(tmp_path, tagger)
    text = "Hej, Zebulon Quark ringde"
    assert [(f.kind, text[f.start : f.end]) for f in names(text)] == [("NAME", "Zebulon Quark")]


@pytest.mark.parametrize("name", ["KB/bert-base-swedish-cased-ner", "dslim/bert", "/nowhere/at/all"])
def test_the_name_of_a_model_is_refused_for_it_would_be_fetched(name: str) -> None:
    with pytest.raises(InputError, match="would be fetched from the network"):
        local_names(name)


def test_without_the_package_the_message_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    pytest.importorskip  # noqa: B018
    try:
        import transformers  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match="transformers"):
            local_names(tmp_path)
