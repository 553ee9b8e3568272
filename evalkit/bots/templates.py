"""Request bodies from templates, reply fields by JMESPath, secrets from the environment; compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from evalkit.bots.door import SessionContext
from evalkit.errors import InputError, near_match
from evalkit.model import Turn

VARIABLES = (
    "message", "session_id", "conversation", "history", "language", "channel", "context", "buttons_choice", "payload",
    "webhook_url",
)  # fmt: skip
_SLOT = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Render = Callable[[Mapping[str, Any]], Any]


def compile_template(template: Any, where: str, more: tuple[str, ...] = ()) -> Render:
    """A function from variables to the body; a value that is one slot alone keeps the variable's type.

    Raises: InputError for an unknown variable, with the near match; `more` are known beside the usual ones.

    >>> compile_template({"q": "{{ message }}", "n": 1}, "request")({"message": "hej"})
    {'q': 'hej', 'n': 1}
    """
    if isinstance(template, dict):
        parts = {key: compile_template(value, f"{where}.{key}", more) for key, value in template.items()}
        return lambda values: {key: part(values) for key, part in parts.items()}
    if isinstance(template, list):
        items = [compile_template(value, f"{where}[{number}]", more) for number, value in enumerate(template)]
        return lambda values: [item(values) for item in items]
    if not isinstance(template, str) or "{{" not in template:
        return lambda values: template
    names = _slots(template, where, more)
    if _SLOT.fullmatch(template) and len(names) == 1:
        only = names[0]
        return lambda values: values[only]
    return lambda values: _SLOT.sub(lambda slot: str(values[slot[1]]), template)


def compile_url(url: str, where: str, more: tuple[str, ...] = ()) -> Callable[[Mapping[str, Any]], str]:
    """A function from variables to an address, each variable quoted. Raises: InputError for an unknown variable.

    >>> compile_url("http://x/{{ session_id }}", "url")({"session_id": "a/b"})
    'http://x/a%2Fb'
    """
    if not _slots(url, where, more):
        return lambda values: url
    return lambda values: _SLOT.sub(lambda slot: quote(str(values[slot[1]]), safe=""), url)


def values_of(
    context: SessionContext, session_id: str, turn: Turn, history: tuple[Turn, ...], *, wants_history: bool = True
) -> dict[str, Any]:
    """The variables of one customer turn."""
    return {
        "message": turn.text,
        "session_id": session_id,
        "conversation": context.conversation_id,
        "history": [{"role": t.role, "text": t.text} for t in history] if wants_history else [],
        "language": context.language,
        "channel": context.channel,
        "context": context.session,
        "buttons_choice": turn.text if turn.kind == "buttons" else None,
        "payload": turn.payload,
    }


def _slots(template: str, where: str, more: tuple[str, ...]) -> list[str]:
    names = _SLOT.findall(template)
    known = (*VARIABLES, *more)
    for name in names:
        if name not in known:
            raise InputError(f"{where}: unknown variable '{name}'{near_match(name, known)} (known: {', '.join(known)})")
    return names


def mentions(template: Any, variable: str) -> bool:
    """Whether a template has a slot for a variable anywhere.

    >>> mentions({"said": ["{{ history }}"]}, "history"), mentions({"history": "{{ message }}"}, "history")
    (True, False)
    """
    return variable in _SLOT.findall(str(template))


def compile_path(path: str, where: str) -> Callable[[Any], Any]:
    """A function from a decoded body to the value at a JMESPath.

    Raises: InputError when the path is not understood.
    """
    if _PLAIN.match(path):
        return lambda body: body.get(path) if isinstance(body, dict) else None
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        search = jmespath.compile(path).search
    except JMESPathError as error:
        raise InputError(f"{where}: '{path}' is no JMESPath: {str(error).splitlines()[0]}") from error

    def found(body: Any) -> Any:
        try:
            return search(body)
        except JMESPathError:
            return None

    return found


def with_secrets(value: Any, environment: Mapping[str, str], where: str) -> Any:
    """The value with each `${NAME}` replaced from the environment.

    Raises: InputError naming the variable that is not set; values are never shown.
    """
    if isinstance(value, dict):
        return {key: with_secrets(item, environment, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [with_secrets(item, environment, where) for item in value]
    if not isinstance(value, str):
        return value

    def replace(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise InputError(
                f"{where}: the environment variable {found[1]} is not set; export it, or drop ${{{found[1]}}}"
            )
        return environment[found[1]]

    return _SECRET.sub(replace, value)
