"""One call to an OpenAI-compatible endpoint, by the ladder json_schema → json_object → text.

The answer is whatever text came back; `protocol.parse_answers` decides what it is worth. The same client serves the
simulated LLM customer and the claim splitter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from evalkit.errors import InputError, JudgeError
from evalkit.judge.provider import JudgeSettings

Mode = Literal["json_schema", "json_object", "text"]
LADDER: tuple[Mode, ...] = ("json_schema", "json_object", "text")


@dataclass(frozen=True, slots=True)
class Completion:
    """The text that a model returned, and what the call used."""

    text: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    bytes_sent: int = 0


class LlmClient(Protocol):
    """The door to a language model."""

    async def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> Completion:
        """The model's reply; with a schema, text that is asked to fit it. Raises: JudgeError."""
        ...


@dataclass(slots=True)
class OpenAiClient:
    """Talks to any `base_url` through the `openai` package; remembers which rung of the ladder the endpoint takes."""

    settings: JudgeSettings
    _client: Any = None
    _mode: Mode | None = None

    async def __aenter__(self) -> OpenAiClient:
        self._client = connected(self.settings)
        if self.settings.mode != "auto":
            self._mode = self.settings.mode
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.close()

    async def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> Completion:
        """The model's reply. Raises: JudgeError for a refusal, a cut-off reply, or an endpoint that does not answer."""
        rungs = LADDER[LADDER.index(self._mode) :] if self._mode else LADDER
        if schema is None:
            rungs = ("text",)
        for rung in rungs:
            reply = await self._call(messages, rung, schema)
            if reply is not None:
                if schema is not None:
                    self._mode = rung
                return completion_of(reply, sum(len(m["content"].encode()) for m in messages))
        raise JudgeError("the judge's endpoint refuses every form of the request (400 or 422)")

    async def _call(self, messages: Sequence[Mapping[str, str]], rung: Mode, schema: Mapping[str, Any] | None) -> Any:
        import openai

        body = request_body(self.settings, messages, rung, schema)
        try:
            # The untyped call: building typed requests and replies would take a third of a call's CPU, and the reply
            # is checked here all the same.
            return await self._client.post("/chat/completions", cast_to=object, body=body)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if rung == "text":
                raise JudgeError(f"the judge's endpoint refused the request with {error.status_code}") from error
            return None
        except openai.APIStatusError as error:
            raise JudgeError(f"the judge's endpoint answered {error.status_code}") from error
        except openai.APIConnectionError as error:
            what = "did not answer in time" if isinstance(error, openai.APITimeoutError) else "could not be reached"
            raise JudgeError(f"the judge's endpoint {what}") from error
        except (openai.APIResponseValidationError, ValueError) as error:
            raise JudgeError(f"the judge's endpoint sent no usable reply ({type(error).__name__})") from error


def connected(settings: JudgeSettings) -> Any:
    """The `openai` client of an endpoint, over aiohttp. Raises: InputError where the package is not installed."""
    try:
        import openai
    except ImportError as error:
        raise InputError("the judge needs the openai package: pip install 'support-evalkit[judge]'") from error
    from evalkit.judge.transport import AiohttpTransport

    carrier = AiohttpTransport(settings.base_url, limit=settings.concurrency, timeout_s=settings.timeout_s)
    common: dict[str, Any] = {
        "http_client": openai.DefaultAsyncHttpx2Client(transport=carrier),
        "api_key": settings.api_key or "none",
        "timeout": settings.timeout_s,
        "max_retries": settings.retries,
        "default_headers": dict(settings.headers),
    }
    if settings.api_version:
        return openai.AsyncAzureOpenAI(azure_endpoint=settings.base_url, api_version=settings.api_version, **common)
    return openai.AsyncOpenAI(base_url=settings.base_url, **common)


def request_body(
    settings: JudgeSettings, messages: Sequence[Mapping[str, str]], rung: Mode, schema: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The body of a request on a rung of the ladder."""
    extra: dict[str, Any] = {}
    if rung == "json_schema":
        extra["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answers", "schema": schema, "strict": True},
        }
    elif rung == "json_object":
        extra["response_format"] = {"type": "json_object"}
    if settings.seed is not None:
        extra["seed"] = settings.seed
    return {
        "model": settings.model, "messages": list(messages), "temperature": settings.temperature,
        "max_tokens": settings.max_tokens, **extra,
    }  # fmt: skip


def completion_of(reply: Any, bytes_sent: int) -> Completion:
    """The completion in an endpoint's reply. Raises: JudgeError for a refusal, a cut-off or an unusable one."""
    choices = reply.get("choices") if isinstance(reply, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise JudgeError("the judge's endpoint sent a reply without choices")
    message, finish = choices[0].get("message") or {}, choices[0].get("finish_reason")
    if message.get("refusal"):
        raise JudgeError("the judge refused to answer")
    if finish == "length":
        raise JudgeError("the judge's reply was cut off; raise judge.max_tokens")
    if finish == "content_filter":
        raise JudgeError("the judge's reply was filtered by its provider")
    text = message.get("content")
    if not isinstance(text, str) or not text:
        raise JudgeError("the judge's reply is empty")
    usage = reply.get("usage") or {}
    return Completion(
        text=text,
        model=str(reply.get("model") or ""),
        tokens_in=int(usage.get("prompt_tokens") or 0),
        tokens_out=int(usage.get("completion_tokens") or 0),
        bytes_sent=bytes_sent,
    )
