"""Judging at leisure: requests gathered into files that the endpoint works off within a day, at about half the price.

The door is the one of a live client, so nothing above knows of it. Which batches were paid for is kept on disk before
they are waited for: a run that was killed fetches their answers and pays nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from evalkit.errors import JudgeError
from evalkit.judge.client import Completion, Mode, completion_of, connected, request_body
from evalkit.judge.protocol import marker_of
from evalkit.judge.provider import JudgeSettings
from evalkit.model import content_hash

PENDING = "judge-batches.jsonl"
_MOST = 50_000
"""Requests that the common endpoints take in one batch."""
_IDLE_S = 0.5
"""So long without a further request means that everybody waits for an answer."""
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(slots=True)
class _Asked:
    """One request: what is sent, the marker in it, and who waits for its answer."""

    body: dict[str, Any]
    marker: str
    answer: asyncio.Future[Completion]


@dataclass(slots=True)
class BatchClient:
    """Gathers up to `settings.batch` requests, or those of a quiet moment, and answers them from a batch's files."""

    settings: JudgeSettings
    folder: Path
    idle_s: float = _IDLE_S
    _client: Any = None
    _open: dict[str, _Asked] = field(default_factory=dict)
    """Requests by the hash of their words, waiting to be sent."""
    _sent: dict[str, _Asked] = field(default_factory=dict)
    _earlier: dict[str, tuple[str, Completion]] = field(default_factory=dict)
    """Answers of batches that an earlier process paid for, with the markers of their requests."""
    _undelivered: set[str] = field(default_factory=set)
    _used: set[str] = field(default_factory=set)
    _times: dict[str, int] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> BatchClient:
        self._client = connected(self.settings)
        for line in self._pending():
            await self._fetch_earlier(line)
        self._tasks.append(asyncio.create_task(self._gather()))
        return self

    async def __aexit__(self, kind: object, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        # What was handed over is in the cache. Earlier answers that a whole pass never asked for are there already.
        unused = self._used and self._earlier.keys() - self._used
        if kind is None and not self._undelivered and not unused:
            self._file.unlink(missing_ok=True)
        await self._client.close()

    async def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> Completion:
        """The model's reply, when its batch is done. Raises: JudgeError."""
        marker = marker_of(schema)
        key = _key(self.settings, messages, marker)
        if self.settings.repeats > 1:
            # The same words are asked again on purpose: each time is a request of its own.
            self._times[key] = self._times.get(key, 0) + 1
            key = f"{key}-{self._times[key]}"
        if key in self._earlier:
            theirs, found = self._earlier[key]
            self._used.add(key)
            return replace(found, text=found.text.replace(theirs, marker))
        asked = self._open.get(key) or self._sent.get(key)
        if asked is not None:
            reply = await asyncio.shield(asked.answer)
            # Asked once and paid once, whoever else waited for the same words.
            return replace(
                reply, text=reply.text.replace(asked.marker, marker), tokens_in=0, tokens_out=0, bytes_sent=0
            )
        mode: Mode = "json_schema" if self.settings.mode == "auto" else self.settings.mode
        body = request_body(self.settings, messages, mode if schema is not None else "text", schema)
        asked = _Asked(body, marker, asyncio.get_running_loop().create_future())
        self._open[key] = asked
        self._arrived.set()
        try:
            return await asyncio.shield(asked.answer)
        finally:
            if asked.answer.done():
                self._undelivered.discard(key)

    async def _gather(self) -> None:
        most = min(self.settings.batch or _MOST, _MOST)
        while True:
            await self._arrived.wait()
            n = -1
            while n < len(self._open) < most:
                n = len(self._open)
                await asyncio.sleep(self.idle_s)
            batch = dict(islice(self._open.items(), _MOST))
            self._open = {key: asked for key, asked in self._open.items() if key not in batch}
            if not self._open:
                self._arrived.clear()
            self._sent |= batch
            self._undelivered |= batch.keys()
            self._tasks.append(asyncio.create_task(self._carry_out(batch)))

    async def _carry_out(self, batch: Mapping[str, _Asked]) -> None:
        try:
            found = await self._answers(batch)
        except Exception as error:  # noqa: BLE001 - whatever broke, everybody who waits must hear of it
            broke: dict[str, Completion | JudgeError] = {}
            found, missing = broke, _named(error)
        else:
            missing = JudgeError("the batch came back without an answer to this request")
        for key, asked in batch.items():
            self._sent.pop(key, None)
            reply = found.get(key, missing)
            if asked.answer.done():
                continue
            if isinstance(reply, JudgeError):
                asked.answer.set_exception(reply)
                asked.answer.exception()  # Nobody may be waiting any more; it is not a bug then.
            else:
                asked.answer.set_result(reply)

    async def _answers(self, batch: Mapping[str, _Asked]) -> dict[str, Completion | JudgeError]:
        url = "/chat/completions" if self.settings.api_version else "/v1/chat/completions"
        lines = [
            json.dumps({"custom_id": key, "method": "POST", "url": url, "body": asked.body}, ensure_ascii=False)
            for key, asked in batch.items()
        ]
        file = await self._client.files.create(file=("judge.jsonl", "\n".join(lines).encode()), purpose="batch")
        # Before it is paid for: who finds this line after a kill finds the batch by its file.
        self._remember({"file": file.id, "markers": {key: asked.marker for key, asked in batch.items()}})
        made = await self._client.batches.create(input_file_id=file.id, endpoint=url, completion_window="24h")
        return await self._finished(made)

    async def _finished(self, batch: Any) -> dict[str, Completion | JudgeError]:
        while batch.status not in _OVER:
            await asyncio.sleep(self.settings.batch_poll_s)
            batch = await self._client.batches.retrieve(batch.id)
        found: dict[str, Completion | JudgeError] = {}
        for file_id in (batch.output_file_id, batch.error_file_id):
            if file_id:
                reply = await self._client.files.content(file_id)
                found |= _read(reply.text)
        if not found:
            raise JudgeError(f"the judge's batch ended as {batch.status}, without an answer")
        return found

    async def _fetch_earlier(self, line: Mapping[str, Any]) -> None:
        import openai

        markers: Mapping[str, str] = line["markers"]
        try:
            listed = await self._client.batches.list(limit=100)
            batch = next((one for one in listed.data if one.input_file_id == line["file"]), None)
            found = await self._finished(batch) if batch is not None else {}
        except (JudgeError, openai.OpenAIError):
            return  # What cannot be fetched is asked again.
        # A failed answer is asked again; only what was answered is worth keeping.
        self._earlier |= {
            key: (markers[key], reply)
            for key, reply in found.items()
            if key in markers and isinstance(reply, Completion)
        }

    @property
    def _file(self) -> Path:
        return self.folder / PENDING

    def _pending(self) -> list[dict[str, Any]]:
        if not self._file.exists():
            return []
        found = []
        for line in self._file.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):  # A line that was cut short by a kill was not paid for yet.
                entry = json.loads(line)
                if entry.get("base_url") == self.settings.base_url:
                    found.append(entry)
        return found

    def _remember(self, entry: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"base_url": self.settings.base_url, **entry}) + "\n")


def _key(settings: JudgeSettings, messages: Sequence[Mapping[str, str]], marker: str) -> str:
    said = [{**message, "content": message["content"].replace(marker, "")} for message in messages]
    return content_hash("batch", settings.model, settings.temperature, settings.seed, settings.max_tokens, said)


def _read(text: str) -> dict[str, Completion | JudgeError]:
    found: dict[str, Completion | JudgeError] = {}
    for line in filter(None, text.splitlines()):
        try:
            entry = json.loads(line)
            key, response = str(entry["custom_id"]), entry.get("response") or {}
        except (ValueError, KeyError, AttributeError):
            continue
        status = response.get("status_code", 0)
        try:
            if status != 200:
                raise JudgeError(f"the judge's endpoint answered {status or 'nothing'} in its batch")
            found[key] = completion_of(response.get("body"), len(line))
        except JudgeError as error:
            found[key] = error
    return found


def _named(error: Exception) -> JudgeError:
    if isinstance(error, JudgeError):
        return error
    status = getattr(error, "status_code", None)
    if status in {404, 405, 501}:
        return JudgeError(f"the judge's endpoint takes no batches ({status}); leave judge.batch out")
    said = f"answered {status}" if status else f"broke ({type(error).__name__})"
    return JudgeError(f"the judge's endpoint {said} when it was given a batch")
