"""What surrounds every page: language, membership, policy of content, and no script or style inside a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from capweb.accounts.models import User
from tests.cast import PASSWORD
from tests.visitors import PEOPLE, signed_in, text_of

INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:"""
)
ELSEWHERE = re.compile(r"""<(?:script|link|img|iframe|use)\b[^>]*(?:src|href)="(?:https?:)?//""")


def every_page(books):
    listed = ["policies:queue", "policies:guarantees", "policies:new_request", "policies:upload", "policies:portal"]
    listed += ["reinsurance:envelopes", "eligibility:law", "eligibility:law_compare", "eligibility:ratings"]
    listed += ["eligibility:readings", "eligibility:simulator", "eligibility:contracts", "eligibility:proposals"]
    return [reverse(page) for page in listed] + [
        address for name, address in books.pages.items() if name != "endorsement"
    ]


def test_no_page_holds_a_script_or_a_style_or_loads_anything_from_elsewhere(books):
    browser = signed_in("underwriter")
    for address in every_page(books):
        body = browser.get(address).content.decode()
        assert not INLINE.search(body), (address, INLINE.search(body))
        assert not ELSEWHERE.search(body), address


@pytest.mark.parametrize("address", ["/sign-in/login/", "/nowhere", "/sign-in/password/reset/"])
def test_the_doors_hold_none_either(db, address):
    body = Client().get(address).content.decode()
    assert "<main" in body
    assert not INLINE.search(body)
    assert not ELSEWHERE.search(body)


def test_the_policy_of_content_allows_this_server_alone(books):
    policy = signed_in("underwriter").get(reverse("policies:queue"))["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_french_is_spoken_first_and_english_when_asked_for(books):
    browser = signed_in("underwriter")
    assert "Demandes" in text_of(browser.get(reverse("policies:queue")))
    browser.post(reverse("set_language"), {"language": "en", "next": "/requests"})
    english = text_of(browser.get(reverse("policies:queue")))
    assert "Requests" in english
    assert "Demandes" not in english


def test_amounts_and_days_follow_the_language(books):
    browser = signed_in("underwriter")
    address = reverse("policies:guarantee", args=[books.guarantee])
    french = text_of(browser.get(address))
    assert "50 000 €" in french
    assert "du 15/06/2020 au 14/09/2020" in french
    assert "80 %" in french
    browser.post(reverse("set_language"), {"language": "en"})
    english = text_of(browser.get(address))
    assert "€50,000" in english
    assert "from 15 Jun 2020 to 14 Sep 2020" in english


def test_a_broker_switches_between_its_insurers(books):
    browser = signed_in("broker")
    page = browser.get(reverse("policies:portal"))
    assert page.context["membership"].insurer_name == "Euler-Hermes"
    coface = next(one for one in page.context["memberships"] if one.insurer_name == "Coface")
    answer = browser.post(reverse("switch_membership"), {"membership": coface.public_id}, follow=True)
    assert answer.context["membership"].insurer_name == "Coface"
    assert answer.context["offers"] == []


def test_a_membership_of_somebody_else_is_refused(books):
    browser = signed_in("other broker")
    others = signed_in("underwriter").get("/requests").context["membership"].public_id
    answer = browser.post(reverse("switch_membership"), {"membership": others}, follow=True)
    assert answer.context["membership"].role == "broker"
    assert "n’est pas la vôtre" in text_of(answer)


def test_a_person_without_a_role_is_told_so(books):
    nobody = User.objects.db_manager("owner").create_user(
        "seule@nulle-part.example", password="Une phrase", full_name="S"
    )
    browser = Client()
    browser.force_login(User.objects.get(pk=nobody.pk))
    answer = browser.get("/", follow=True)
    assert answer.status_code == 403
    assert "Pas encore de rôle" in text_of(answer)


def test_signing_in_needs_the_right_password(books, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    browser = Client()
    door = reverse("account_login")
    assert browser.post(door, {"login": PEOPLE["underwriter"], "password": "faux"}).status_code == 200
    answer = browser.post(door, {"login": PEOPLE["underwriter"], "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("policies:queue")


def test_nobody_signs_up_by_himself(db):
    answer = Client().get("/sign-in/signup/")
    assert b"password1" not in answer.content


def test_the_wall_between_insurers_shows_the_same_page_as_an_address_that_is_none(books):
    stranger = signed_in("other insurer")
    hidden = stranger.get(reverse("policies:guarantee", args=[books.guarantee]))
    missing = stranger.get("/guarantees/gar_nothing")
    assert (hidden.status_code, text_of(hidden)) == (missing.status_code, text_of(missing))


def test_a_second_factor_can_be_set_up(books):
    browser = signed_in("auditor")
    page = browser.get(reverse("mfa_index"))
    assert f'href="{reverse("mfa_activate_totp")}"' in page.content.decode()
    assert "&lt; a" not in page.content.decode()
    assert "< a" not in page.content.decode()


def test_htmx_takes_in_no_script_and_writes_no_style(books):
    body = signed_in("underwriter").get(reverse("policies:queue")).content.decode()
    for setting in ('"includeIndicatorStyles": false', '"allowEval": false', '"allowScriptTags": false'):
        assert setting in body
