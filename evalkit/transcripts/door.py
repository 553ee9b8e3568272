"""The door for importers: what each is given and gives, and the boundary to other people's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from evalkit.transcripts.building import Builder
from evalkit.transcripts.grouping import Streams, joined
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Source
from evalkit.transcripts.talk import Options, Talk
from evalkit.transcripts.times import Times

__all__ = ["Begin", "Builder", "Data", "Importer", "Options", "RecordImporter", "Talk", "channel_of", "guarded",
           "language_of"]  # fmt: skip

Data = dict[str, Any]


class Importer(Protocol):
    """Reads one kind of export. `fields` and `role_rule` are shown to the user and printed in the docs."""

    name: str
    fields: Sequence[tuple[str, str]]
    """(field of the export, where it goes)."""
    role_rule: str
    """How bot, person and customer are told apart, in one sentence."""

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed; what is left out goes into the ledger."""
        ...


Begin = Callable[[Any], Builder]

_CHANNELS = {
    "email": "email", "mail": "email", "e-mail": "email", "web": "form", "web_form": "form", "portal": "form",
    "phone": "phone", "voice": "phone", "pstn": "phone", "pstnphone": "phone", "callback": "phone", "sms": "sms",
    "chat": "chat", "widgetchat": "chat", "native_messaging": "chat", "messaging": "chat", "messenger": "chat",
    "contactform": "form", "contact_form": "form", "facebook": "social", "facebookmessenger": "social",
    "mejl": "email", "e-post": "email", "epost": "email", "sähköposti": "email", "telefon": "phone", "puhelin": "phone",
    "instagram": "social", "twitter": "social", "whatsapp": "whatsapp", "forum": "forum", "api": "chat",
}  # fmt: skip


def channel_of(value: Any, default: str = "chat") -> str:
    """The channel in one house style, the export's own word where it is none of the usual ones."""
    word = str(value or "").strip().lower()
    return _CHANNELS.get(word, word) or default


@dataclass(frozen=True)
class RecordImporter:
    """An importer of an export that holds one record a conversation; `read` puts one record together."""

    name: str
    fields: tuple[tuple[str, str], ...]
    role_rule: str
    read: Callable[[Data, Begin], Talk | None]
    """Gets the record and `begin(source_id) -> Builder`; gives None after dropping with `Builder.drop`."""
    streams: Streams | None = None
    containers: tuple[str, ...] = ()

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed."""
        times = Times(ledger, timezone=options.timezone)
        heads = {name.split(".")[0].split("[")[0] for row, _ in self.fields for name in row.replace(" ", "").split(",")}
        heads |= _unused_fields(self.name) | set(self.streams.children if self.streams else ())
        for line, data in joined(source, ledger, self.streams, self.containers):
            ledger.n_records += 1
            if not isinstance(data, dict):
                ledger.drop("conversation", "no object with fields", line)
                continue
            for name in data.keys() - heads:
                ledger.ignore(name, heads)
            talk = self._one(data, line, ledger, options, times)
            if talk is not None:
                yield talk

    def _one(self, data: Data, line: int, ledger: Ledger, options: Options, times: Times) -> Talk | None:
        builder: list[Builder] = []

        def begin(source_id: Any) -> Builder:
            builder.append(Builder(source_id, line, ledger, options, times))
            return builder[-1]

        return guarded(self.name, lambda: self.read(data, begin), builder, ledger, line)


def guarded(
    name: str, make: Callable[[], Talk | None], begun: Sequence[Builder], ledger: Ledger, line: int
) -> Talk | None:
    """The boundary to other people's data: a shape that is not the documented one costs one conversation, and is told.

    `begun` holds the builder once `make` has one.
    """
    try:
        return make()
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
        what = f"its field {error}" if isinstance(error, KeyError) else type(error).__name__
        reason = f"not the shape of a {name} record ({what})"
        if begun:
            return begun[-1].drop(reason)
        ledger.drop("conversation", reason, line)
        return None


_LANGUAGES = {
    "swedish": "sv", "danish": "da", "norwegian": "nb", "finnish": "fi", "english": "en", "german": "de", "no": "nb",
    "icelandic": "is", "svenska": "sv", "dansk": "da", "norsk": "nb", "suomi": "fi", "deutsch": "de", "nynorsk": "nn",
}  # fmt: skip


def language_of(value: Any) -> str | None:
    """The two-letter code of a language tag or name, None for what is neither.

    >>> language_of("sv-SE"), language_of("Finnish"), language_of("no")
    ('sv', 'fi', 'nb')
    """
    word = str(value or "").strip().lower()
    code = word.replace("_", "-").split("-")[0]
    return _LANGUAGES.get(word) or _LANGUAGES.get(code) or (code if len(code) == 2 and code.isalpha() else None)


@cache
def _unused_fields(name: str) -> frozenset[str]:
    import yaml

    text = files("evalkit.transcripts").joinpath("data/unused_fields.yaml").read_text("utf-8")
    return frozenset(yaml.safe_load(text).get(name, ()))
