"""People at browsers: who of the cast is meant by a role, a signed-in test client, and what a page says in words."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.test import Client

from capweb.accounts.models import User

PEOPLE = {
    "underwriter": "elise@euler-hermes.example",
    "senior underwriter": "serge@euler-hermes.example",
    "accountant": "rita@euler-hermes.example",
    "administrator": "ada@euler-hermes.example",
    "auditor": "axel@euler-hermes.example",
    "other insurer": "karim@coface.example",
    "broker": "brune@courtage-du-port.example",
    "other broker": "luc@cabinet-lemoine.example",
    "reinsurer": "ccr@ccr.example",
    "operator": "ops@exploitant.example",
}


def signed_in(who: str) -> Client:
    """A browser in which this person of the cast has signed in, with the first of its memberships."""
    browser = Client()
    browser.force_login(User.objects.get(email=PEOPLE[who]))
    return browser


def text_of(answer: HttpResponse) -> str:
    """What a person reads: without tags, with plain spaces."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    words = re.sub(r"<[^>]+>", " ", body).replace("\u202f", " ").replace("\u00a0", " ").replace("&#x27;", "'")
    return re.sub(r"\s+", " ", words)
