"""Recorded answers of a model: record once, replay with no network and no key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import msgspec

from evalkit.errors import InputError, JudgeError
from evalkit.judge.client import Completion, LlmClient
from evalkit.judge.protocol import marker_of
from evalkit.model import content_hash

_MARKER = "<marker>"


class Cassette:
    """Replays a file of recorded completions; with an inner client it records what is not there yet.

    The marker of a call changes each time, so it is taken out before a request is looked up and put back in its answer.
    """

    def __init__(self, path: Path, inner: LlmClient | None = None) -> None:
        self._path, self._inner = path, inner
        self._recorded: dict[str, dict[str, Any]] = {}
        if path.exists():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                try:
                    record = json.loads(line)
                    self._recorded[record["key"]] = record["completion"]
                except (ValueError, KeyError) as error:
                    raise InputError(
                        f"{path}:{number}: not a recorded completion; record the cassette again"
                    ) from error
        elif inner is None:
            raise InputError(f"{path}: no such cassette; record it once with the judge's endpoint at hand")

    async def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> Completion:
        """The recorded completion. Raises: JudgeError when there is none and nothing to record from."""
        marker = marker_of(schema)
        key = content_hash([{**m, "content": m["content"].replace(marker, _MARKER)} for m in messages])
        record = self._recorded.get(key)
        if record is None:
            if self._inner is None:
                raise JudgeError(f"the cassette {self._path.name} holds no answer to this request; record it again")
            completion = await self._inner.complete(messages, schema)
            record = msgspec.to_builtins(completion)
            record["text"] = completion.text.replace(marker, _MARKER)
            self._recorded[key] = record
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "completion": record}, ensure_ascii=False) + "\n")
        return Completion(**{**record, "text": record["text"].replace(_MARKER, marker)})


class CassetteDoor:
    """A cassette as a client that is entered like a live one; with an inner client it records what is missing."""

    def __init__(self, path: Path, inner: AbstractAsyncContextManager[LlmClient] | None = None) -> None:
        self._path, self._inner = path, inner

    async def __aenter__(self) -> LlmClient:
        return Cassette(self._path, await self._inner.__aenter__() if self._inner is not None else None)

    async def __aexit__(self, *exc: object) -> None:
        if self._inner is not None:
            await self._inner.__aexit__(None, None, None)
