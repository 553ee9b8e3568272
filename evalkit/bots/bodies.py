"""Request bodies as JSON, as a form or in parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec

from evalkit.errors import InputError

BodyFormat = Literal["json", "form", "multipart"]
CONTENT_TYPES: Mapping[str, str] = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
"""What we say of a body; the boundary of parts is the client's to say."""


def check_body(template: Any, format_: BodyFormat, where: str) -> None:
    """Raises: InputError when a form's body is no mapping."""
    if format_ != "json" and not isinstance(template, dict):
        raise InputError(f"{where}: a body as {format_} is a mapping of fields, found {type(template).__name__}")


def encoded(body: Any, format_: BodyFormat) -> bytes | Callable[[], Any]:
    """The bytes of a body, or what makes them anew for each attempt.

    >>> encoded({"q": "hej då", "n": 1}, "form")
    b'q=hej+d%C3%A5&n=1'
    """
    if format_ == "json":
        return msgspec.json.encode(body)
    if format_ == "form":
        return urlencode([(name, _field(value)) for name, value in body.items() if value is not None]).encode()
    return lambda: _parts(body)


def _parts(body: Mapping[str, Any]) -> Any:
    import aiohttp

    form = aiohttp.FormData()
    for name, value in body.items():
        if isinstance(value, dict) and "content" in value:
            form.add_field(
                name,
                str(value["content"]).encode(),
                filename=str(value.get("filename", name)),
                content_type=str(value.get("content_type", "text/plain")),
            )
        elif value is not None:
            form.add_field(name, _field(value))
    # A form with text alone would go out as one without parts.
    form._is_multipart = True
    return form


def _field(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
