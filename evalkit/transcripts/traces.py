"""OpenTelemetry traces as OTLP JSON: GenAI conventions, OpenInference and their elders, by one table of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

from evalkit.model import Cost
from evalkit.transcripts.chats import ROLE_RULE, History, Said, messages_of
from evalkit.transcripts.door import Builder, Options, Talk, guarded, language_of
from evalkit.transcripts.grouping import grouped
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Source, json_records
from evalkit.transcripts.times import Times

_REMEMBERED = 100_000
"""Traces whose conversation is known, for their spans that do not name it."""
_NUMBERED = re.compile(r"\.(\d+)\.(.+)\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """A span's attributes by name, and when it began and ended."""

    attributes: dict[str, Any]
    events: tuple[tuple[str, dict[str, Any]], ...]
    begun: int
    ended: int
    failed: bool


@dataclass(frozen=True)
class TraceImporter:
    """Gathers the spans of a conversation (else of a trace) and tells each message once."""

    name: str = "otel"
    role_rule: str = ROLE_RULE
    fields: tuple[tuple[str, str], ...] = (
        ("resourceSpans[].scopeSpans[].spans[]", "one call of a model, an agent or a tool"),
        ("gen_ai.conversation.id, session.id, traceId", "conversation, hashed"),
        ("gen_ai.input.messages, llm.input_messages.N, input.value, gen_ai.prompt.N", "what the model was given"),
        ("gen_ai.output.messages, llm.output_messages.N, output.value, gen_ai.completion.N", "what it answered"),
        ("parts[] of type tool_call, tool_call_response", "tool calls and their results"),
        ("gen_ai.response.model, gen_ai.request.model, llm.model_name", "model"),
        ("gen_ai.usage.input_tokens, gen_ai.usage.output_tokens", "tokens, summed"),
        ("enduser.id, user.id", "subject key"),
        ("startTimeUnixNano, endTimeUnixNano", "times of the input and of the answer"),
    )

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed."""
        times = Times(ledger, timezone=options.timezone)
        for key, line, spans in grouped(_spans(source, ledger), ledger):
            ledger.n_records += 1
            builder = Builder(key, line, ledger, options, times)
            talk = guarded(self.name, partial(_talk, builder, spans), [builder], ledger, line)
            if talk is not None:
                yield talk


def _talk(builder: Builder, spans: list[Span]) -> Talk | None:
    history, names, talk = History(builder), _names(), builder.talk
    talk.channel = "chat"
    tokens = {"tokens_in": 0, "tokens_out": 0}
    for span in sorted(spans, key=lambda span: (span.begun, -span.ended)):
        held = span.attributes
        given, answered = _read(held, "input", "customer"), _read(held, "output", "bot")
        for name, body in span.events:
            role = names["events"].get(name)
            said = messages_of(body, role) if role else []
            (given if role == "customer" else answered).extend(said)
        if not _calls_a_model(held):
            # A tool's or a retriever's input is no customer; an agent's span repeats its model's messages.
            continue
        history.see(given, answered, span.begun or None, span.ended or None)
        talk.subject = talk.subject or _first(held, "subject")
        talk.model_id = str(_first(held, "model") or "") or talk.model_id
        talk.prompt_id = str(_first(held, "prompt") or "") or talk.prompt_id
        talk.language = language_of(_first(held, "language")) or talk.language
        for name in tokens:
            tokens[name] += int(_first(held, name) or 0)
        if span.failed:
            builder.ledger.note("a call of the model that failed", builder.line)
    if talk.subject is not None:
        talk.subject = str(talk.subject)
    if any(tokens.values()):
        talk.cost = Cost(tokens_in=tokens["tokens_in"], tokens_out=tokens["tokens_out"])
    return builder.done()


def _calls_a_model(held: dict[str, Any]) -> bool:
    kind = str(held.get("openinference.span.kind") or held.get("langfuse.observation.type") or "").upper()
    if kind:
        return kind in {"LLM", "GENERATION"}
    operation = held.get("gen_ai.operation.name")
    if operation is not None:
        return operation in {"chat", "generate_content", "text_completion"}
    return any(name.startswith(("gen_ai.", "llm.")) for name in held)


def _read(held: dict[str, Any], side: str, role: str) -> list[Said]:
    for prefix in _names()[f"{side}_numbered"]:
        numbered: dict[int, dict[str, Any]] = {}
        for name, value in held.items():
            hit = _NUMBERED.match(name[len(prefix) :]) if name.startswith(f"{prefix}.") else None
            if hit is not None:
                numbered.setdefault(int(hit.group(1)), {})[hit.group(2).removeprefix("message.")] = value
        if numbered:
            return messages_of([_unflattened(numbered[n]) for n in sorted(numbered)], role)
    found = _first(held, side)
    return messages_of(found, role) if found is not None else []


def _unflattened(flat: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: value for name, value in flat.items() if "." not in name}
    calls: dict[str, dict[str, Any]] = {}
    for name, value in flat.items():
        hit = re.match(r"tool_calls\.(\d+)\.(?:tool_call\.)?(?:function\.)?(name|arguments)\Z", name)
        if hit:
            calls.setdefault(hit.group(1), {})[hit.group(2)] = value
        elif re.match(r"contents\.\d+\.message_content\.text\Z", name):
            made["content"] = f"{made.get('content') or ''}{value}"
    if calls:
        made["tool_calls"] = [calls[key] for key in sorted(calls)]
    return made


def _first(held: dict[str, Any], what: str) -> Any:
    return next((held[name] for name in _names()[what] if held.get(name) not in (None, "")), None)


def _spans(source: Source, ledger: Ledger) -> Iterator[tuple[str, int, Span]]:
    conversation_of: dict[str, str] = {}
    for line, data in json_records(source, ledger, containers=("resourceSpans",)):
        if not isinstance(data, dict):
            ledger.drop("line", "no OTLP object", line)
            continue
        batches = data.get("resourceSpans") or ([data] if "scopeSpans" in data else ())
        if not batches:
            ledger.drop("line", "an object without resourceSpans", line)
        try:
            raws = [raw for batch in batches for scope in batch.get("scopeSpans") or () for raw in scope["spans"] or ()]
            found = [(str(raw.get("traceId") or raw.get("spanId") or line), _span(raw)) for raw in raws]
        except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
            ledger.drop("line", f"not the shape of OTLP ({type(error).__name__})", line)
            continue
        for trace, span in found:
            key = _first(span.attributes, "conversation") or conversation_of.get(trace)
            if key is not None and len(conversation_of) < _REMEMBERED:
                conversation_of[trace] = str(key)
            yield str(key or trace), line, span


def _span(raw: dict[str, Any]) -> Span:
    events = tuple((str(e.get("name")), _attributes(e.get("attributes"))) for e in raw.get("events") or ())
    return Span(
        attributes=_attributes(raw.get("attributes")),
        events=events,
        begun=int(raw.get("startTimeUnixNano") or 0),
        ended=int(raw.get("endTimeUnixNano") or 0),
        failed=(raw.get("status") or {}).get("code") in {2, "STATUS_CODE_ERROR"},
    )


def _attributes(listed: Any) -> dict[str, Any]:
    return {str(item["key"]): _value(item.get("value")) for item in listed or () if isinstance(item, dict)}


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    for kind in ("stringValue", "boolValue", "doubleValue"):
        if kind in value:
            return value[kind]
    if "intValue" in value:
        return int(value["intValue"])
    if "arrayValue" in value:
        return [_value(item) for item in (value["arrayValue"] or {}).get("values") or ()]
    if "kvlistValue" in value:
        return _attributes((value["kvlistValue"] or {}).get("values"))
    return None


@cache
def _names() -> dict[str, Any]:
    import yaml

    text = files("evalkit.transcripts").joinpath("data/traces.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


IMPORTER = TraceImporter()
