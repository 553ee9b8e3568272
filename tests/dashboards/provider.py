"""A small OpenID Connect provider on this machine: one signed-in person at a time, codes for tokens, PKCE, signed by RSA."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "evalkit", "a secret of the test"


class Provider:
    """Who is signed in at the provider, and what it was asked."""

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        self.person: dict[str, Any] = {"sub": "1", "email": "ann@example.com", "email_verified": True}
        self.key, self.other = RSAKey.generate_key(2048, {"kid": "k"}), RSAKey.generate_key(2048, {"kid": "k"})
        self.forged = False
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.address = ""

    def token(self, nonce: str) -> str:
        """A signed id token; a forged one is signed by a key that is not the provider's."""
        from joserfc import jwt

        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.person}
        return jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.other if self.forged else self.key)


@contextmanager
def providing() -> Iterator[Provider]:
    """A running provider."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            provider.asked.append(path)
            if path == "/.well-known/openid-configuration":
                _json(self, _metadata(provider.address))
            elif path == "/jwks":
                _json(self, {"keys": [provider.key.as_dict(private=False)]})
            elif path == "/authorize":
                code = secrets.token_urlsafe(12)
                provider.codes[code] = {name: values[0] for name, values in query.items()}
                back = urlencode({"code": code, "state": query["state"][0]})
                self.send_response(302)
                self.send_header("Location", f"{query['redirect_uri'][0]}?{back}")
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            provider.asked.append(urlsplit(self.path).path)
            wanted = provider.codes.pop(form.get("code", [""])[0], None)
            proof = hashlib.sha256(form.get("code_verifier", [""])[0].encode()).digest()
            if wanted is None or base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != wanted.get("code_challenge"):
                _json(self, {"error": "invalid_grant"}, 400)
                return
            token = provider.token(wanted.get("nonce", ""))
            _json(self, {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _metadata(address: str) -> dict[str, Any]:
    return {
        "issuer": address, "authorization_endpoint": f"{address}/authorize", "token_endpoint": f"{address}/token",
        "jwks_uri": f"{address}/jwks", "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
    }  # fmt: skip


def _json(handler: BaseHTTPRequestHandler, body: Any, status: int = 200) -> None:
    data = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
