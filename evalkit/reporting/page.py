"""The frame of every HTML page: one file, no script, no other host, a policy that allows nothing but its own style."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files

from evalkit.reporting.marking import visible


def opening(title: str, *extra: str) -> str:
    """The page up to its first words, with the report's style and further sheets of this package."""
    sheets = [files("evalkit.reporting").joinpath(name).read_text("utf-8") for name in ("report.css", *extra)]
    style = "".join(sheets)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{visible(title)}</title><style>{style}</style></head><body><main>"
    )


CLOSING = "</main></body></html>\n"
