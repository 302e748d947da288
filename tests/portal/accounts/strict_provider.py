"""A small identity provider (OpenID Connect Core 1.0, RFC 7636) on a loopback port, stricter than most.

It refuses requests without PKCE, state or nonce, takes a code once, and signs with RS256. `lies` makes it
break one rule, to see whether the portal notices. It asks nobody: whoever comes is `claims`.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "angekommen", "a secret of the tests, long enough for HS256"

AMONG_DETAILS = ("birthdate", "given_name")
KEYS = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}) for _ in range(2)]


class Provider:
    def __init__(self) -> None:
        self.key, self.foreign_key = KEYS
        self.claims: dict[str, Any] = {"sub": "amira-1"}
        self.lies: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.refusals: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.token(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            answer(handler, self.metadata())
        elif parts.path == "/jwks":
            answer(handler, {"keys": [self.key.as_dict(private=False)]})
        elif parts.path == "/authorize":
            self.authorize(handler, asked)
        elif parts.path == "/userinfo":
            sub = "somebody-else" if "other_userinfo" in self.lies else self.claims["sub"]
            answer(handler, {**self.claims, "sub": sub})
        else:
            answer(handler, {"error": "not found"}, 404)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": "https://other.example" if "other_issuer_in_metadata" in self.lies else self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        wanted = {
            "response_type": asked.get("response_type") == "code",
            "client": asked.get("client_id") == CLIENT_ID,
            "scope": "openid" in asked.get("scope", "").split(),
            "pkce": asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43,
            "state": len(asked.get("state", "")) >= 20,
            "nonce": len(asked.get("nonce", "")) >= 20,
        }
        if not all(wanted.values()):
            self.refusals += [name for name, fine in wanted.items() if not fine]
            answer(handler, {"error": "invalid_request"}, 400)
            return
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        handler.send_response(302)
        handler.send_header("Location", back)
        handler.end_headers()

    def token(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        sent = {name: values[0] for name, values in parse_qs(handler.rfile.read(length).decode()).items()}
        login = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        quoted = base64.b64encode(f"{quote(CLIENT_ID)}:{quote(CLIENT_SECRET)}".encode()).decode()
        asked = self.codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        wanted = {
            "login": handler.headers.get("Authorization") in (f"Basic {login}", f"Basic {quoted}"),
            "code": asked is not None,
            "verifier": asked is not None and asked["code_challenge"] == challenge,
            "redirect_uri": asked is not None and asked["redirect_uri"] == sent.get("redirect_uri"),
        }
        if asked is None or not all(wanted.values()):
            self.refusals += [name for name, fine in wanted.items() if not fine]
            answer(handler, {"error": "invalid_grant"}, 400)
            return
        given = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        if "no_id_token" not in self.lies:
            given["id_token"] = self.id_token(asked["nonce"])
        answer(handler, given)

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            **self.claims,
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
        }
        changes: dict[str, dict[str, Any]] = {
            "wrong_nonce": {"nonce": "of another visit"},
            "other_issuer": {"iss": "https://other.example"},
            "other_audience": {"aud": "another portal"},
            "expired": {"iat": now - 7200, "exp": now - 3600},
            "no_subject": {"sub": ""},
        }
        for lie in self.lies:
            claims |= changes.get(lie, {})
        if "no_nonce" in self.lies:
            del claims["nonce"]
        if "details_in_userinfo" in self.lies:
            claims = {
                name: value for name, value in claims.items() if name not in ("birthdate", "given_name")
            }
        if "unsigned" in self.lies:
            head, body = (encoded(part) for part in ({"alg": "none"}, claims))
            return f"{head}.{body}."
        if "symmetric" in self.lies:  # signed with what both sides know
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(CLIENT_SECRET))
        key = self.foreign_key if "other_key" in self.lies else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def answer(handler: BaseHTTPRequestHandler, value: dict[str, Any], status: int = 200) -> None:
    body = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
