"""Names by a local model."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import InputError
from evalkit.personal_data import find
from evalkit.personal_data.local_names import local_names


def tagger(path: Path) -> Any:
    def tag(text: str) -> Iterable[Mapping[str, Any]]:
        at = text.index("Zebulon Quark")
        yield {"entity_group": "PER", "start": at, "end": at + 13, "score": 0.99}
        yield {"entity_group": "PER", "start": 0, "end": 3, "score": 0.99}
        yield {"entity_group": "ORG", "start": 0, "end": 6, "score": 0.99}
        yield {"entity_group": "PER", "start": 0, "end": 9, "score": 0.4}

    return tag


def test_a_name_that_a_model_gives_in_pieces_is_one(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    pieces = ((0, 4), (4, 7), (8, 13), (18, 23))
    names = local_names(
        tmp_path,
        lambda _: lambda text: ({"entity_group": "PER", "start": a, "end": b, "score": 0.9} for a, b in pieces),
    )
    assert [(f.start, f.end) for f in names("Zebulon Quark och Alice")] == [(0, 13)]


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
    if importlib.util.find_spec("transformers") is not None:
        pytest.skip("the `transformers` package is installed here")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="transformers"):
        local_names(tmp_path)


KNOWN = ("zebulon", "quark", "qu", "##ark", "xiulan", "obuya")
WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *KNOWN,
    "hej",
    ",",
    ".",
    "och",
    "ringde",
    "paketet",
    "från",
    "kom",
    "aldrig",
)


def saved_model(folder: Path) -> Path:
    """A real token-classification model on disk, small enough to be set by hand: its few names are persons."""
    transformers = pytest.importorskip(
        "transformers", reason="the `transformers` package, which users bring themselves, is not installed"
    )
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", "utf-8")
    labels = {0: "O", 1: "B-PER", 2: "I-PER"}
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=4, num_hidden_layers=0, num_attention_heads=1, intermediate_size=4,
        max_position_embeddings=64, id2label=labels, label2id={name: n for n, name in labels.items()},
    )  # fmt: skip
    numpy = pytest.importorskip("numpy")
    meaning = numpy.full((len(WORDS), 4), 0.0, "float32")
    meaning[:, 0] = [1.0 if word in KNOWN else -1.0 for word in WORDS]
    meaning[:, 1] = -meaning[:, 0]
    weigh = numpy.zeros((4, 3), "float32")
    weigh[0, 1:] = (6.0, 5.0)
    if importlib.util.find_spec("torch") is not None:
        import torch  # type: ignore[import-not-found,unused-ignore]

        model = transformers.BertForTokenClassification(config)
        inside = model.bert.embeddings
        with torch.no_grad():
            for part in (inside.position_embeddings, inside.token_type_embeddings, model.classifier):
                part.weight.zero_()
            model.classifier.bias.zero_()
            inside.word_embeddings.weight.copy_(torch.from_numpy(meaning))
            model.classifier.weight.copy_(torch.from_numpy(weigh.T.copy()))
    else:
        pytest.importorskip("tensorflow", reason="neither torch nor tensorflow runs a model here")
        model = transformers.TFBertForTokenClassification(config)
        model(model.dummy_inputs)
        set_to = {"word_embeddings/weight": meaning, "classifier/kernel": weigh}
        for variable in model.weights:
            value = next(
                (v for name, v in set_to.items() if name in variable.name), numpy.zeros(variable.shape, "float32")
            )
            variable.assign(numpy.ones(variable.shape, "float32") if "gamma" in variable.name else value)
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(str(folder))
    model.save_pretrained(str(folder))
    return folder


@pytest.mark.external
def test_a_saved_model_is_loaded_and_its_names_are_found_where_they_stand(tmp_path: Path) -> None:
    names = local_names(saved_model(tmp_path))
    text = "Hej, Zebulon Quark ringde och paketet från  Xiulan Obuya kom aldrig. Quark"
    found = find(text, "sv", names_by=names)
    assert [(f.kind, text[f.start : f.end]) for f in found] == [("NAME", "Zebulon Quark"), ("NAME", "Xiulan Obuya")]
    assert find(text, "sv") == []
