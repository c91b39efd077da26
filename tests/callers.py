"""Callers of the API and the pages for tests: a person with a session, or an OAuth client with a token."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client
from django.test.client import MULTIPART_CONTENT

from capweb.accounts.models import Membership, User
from capweb.http.sessions import SESSION_KEY

API = "/api/v1"
_keys = itertools.count(1)


class Caller:
    """Sends JSON, with a new idempotency key unless one is given; English answers."""

    def __init__(self, **headers: str) -> None:
        self.http = Client(headers={"accept-language": "en", **headers})

    def get(self, path: str, **more: Any) -> Any:
        return self.http.get(API + path, **more)

    def delete(self, path: str) -> Any:
        return self.http.delete(API + path)

    def post(self, path: str, body: object = None, *, key: str | None = None, **more: Any) -> Any:
        headers = {} if key == "" else {"idempotency-key": key or f"key-{next(_keys)}"}
        content = json.dumps({} if body is None else body)
        return self.http.post(API + path, content, content_type="application/json", headers=headers, **more)

    def send(self, path: str, content: bytes, media_type: str, *, key: str | None = None, **more: Any) -> Any:
        headers = {"idempotency-key": key or f"key-{next(_keys)}"}
        return self.http.post(API + path, content, content_type=media_type, headers=headers, **more)


def person(email: str, *, insurer: str | None = None) -> Caller:
    """Somebody of the cast, signed in; acting for the insurer named, else in the first membership."""
    caller = Caller()
    user = User.objects.get(email=email)
    caller.http.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    if insurer is not None:
        session = caller.http.session
        session[SESSION_KEY] = Membership.objects.get(user=user, insurer__code=insurer).public_id
        session.save()
    return caller


def token_of(credentials: Any, *, scope: str) -> str:
    """An access token by the client credentials grant, from the product's own address."""
    answer = Client().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "scope": scope,
        },
        content_type=MULTIPART_CONTENT,
    )
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def client(credentials: Any, *, scope: str) -> Caller:
    """An OAuth client with a token of these scopes."""
    return Caller(authorization=f"Bearer {token_of(credentials, scope=scope)}")
