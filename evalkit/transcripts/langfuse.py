"""Langfuse: exported traces, gathered by session; the observations of a trace, where it has them, tell its messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from evalkit.model import Rating
from evalkit.transcripts.chats import ROLE_RULE, History, messages_of
from evalkit.transcripts.door import Builder, Data, Options, Talk, guarded
from evalkit.transcripts.grouping import grouped
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Source, json_records
from evalkit.transcripts.times import Times

_RATING_NAMES = frozenset({"csat", "user-feedback", "user_feedback", "rating", "customer_satisfaction"})


@dataclass(frozen=True)
class LangfuseImporter:
    """A session is a conversation; a trace without a session is one of its own."""

    name: str = "langfuse"
    role_rule: str = ROLE_RULE
    fields: tuple[tuple[str, str], ...] = (
        ("sessionId, id", "conversation, hashed"),
        ("input, output", "what the customer asked and the bot answered: text, a message, a list of messages"),
        ("observations[] of type GENERATION: input, output, startTime, endTime, model, usage", "the same, in detail"),
        ("timestamp, latency", "times of the input and of the answer"),
        ("userId", "subject key"),
        ("scores[] named csat, rating, user-feedback", "rating 1–5 (0 and 1: on that scale)"),
        ("tags, version, release", "attributes"),
        ("totalCost", "attribute cost_usd"),
    )

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed."""
        times = Times(ledger, timezone=options.timezone)
        for key, line, traces in grouped(_traces(source, ledger), ledger):
            ledger.n_records += 1
            builder = Builder(key, line, ledger, options, times)
            talk = guarded(self.name, partial(_talk, builder, traces), [builder], ledger, line)
            if talk is not None:
                yield talk


def _traces(source: Source, ledger: Ledger) -> Iterator[tuple[str, int, Data]]:
    for line, data in json_records(source, ledger, containers=("data", "traces")):
        key = (data.get("sessionId") or data.get("session_id") or data.get("id")) if isinstance(data, dict) else None
        if not key:
            ledger.drop("line", "a trace without sessionId and id", line)
            continue
        yield str(key), line, data


def _talk(builder: Builder, traces: list[Data]) -> Talk | None:
    history, talk = History(builder), builder.talk
    cost = 0.0
    for trace in sorted(traces, key=lambda trace: str(trace.get("timestamp") or "")):
        calls = [o for o in trace.get("observations") or () if isinstance(o, dict) and o.get("type") == "GENERATION"]
        for call in sorted(calls, key=lambda call: str(call.get("startTime") or "")) or [trace]:
            given, answered = messages_of(call.get("input"), "customer"), messages_of(call.get("output"), "bot")
            begun = call.get("startTime") or trace.get("timestamp")
            history.see(given, answered, begun, call.get("endTime") or begun)
            talk.model_id = call.get("model") or talk.model_id
            talk.prompt_id = call.get("promptName") or talk.prompt_id
        talk.subject = talk.subject or (str(trace["userId"]) if trace.get("userId") else None)
        cost += float(trace.get("totalCost") or 0)
        for name in ("version", "release"):
            if trace.get(name):
                talk.attributes[name] = str(trace[name])
        if trace.get("tags"):
            talk.attributes["tags"] = " ".join(map(str, trace["tags"]))
        for score in trace.get("scores") or ():
            talk.rating = _rating(score) or talk.rating
    if cost:
        talk.attributes["cost_usd"] = f"{cost:.6f}"
    return builder.done()


def _rating(score: Any) -> Rating | None:
    value = score.get("value") if isinstance(score, dict) else None
    if not isinstance(value, int | float) or str(score.get("name") or "").lower() not in _RATING_NAMES:
        return None
    if str(score.get("dataType")) == "BOOLEAN" or value == 0:
        return Rating(value=float(value), scale_min=0, scale_max=1, has_comment=bool(score.get("comment")))
    return Rating(value=float(value), has_comment=bool(score.get("comment"))) if 1 <= value <= 5 else None


IMPORTER = LangfuseImporter()
