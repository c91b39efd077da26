"""For every address: another insurer, a broker without mandate, another policyholder and a visitor get nothing of ours.

Generated from the URL map. An address with an object in its path is filled with one of Euler Hermes; what the test does
not know how to fill fails it, so that no new address is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.models import Membership, Organisation, User
from capweb.accounts.queries import memberships
from capweb.kernel.identifiers import new_public_id
from eligibility.commands.propose_changes import ProposedChange, propose_changes
from policies.commands.accept_offers import accept_offers
from policies.commands.change_buyer_limits import LimitNotice, change_buyer_limits
from policies.commands.change_identities import IdentityWish, propose_identity_changes
from policies.commands.cut_limits_by_sector import LimitWaveWish, confirm_limit_wave, propose_limit_wave
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.declare_overdues import GivenInvoice, OverdueDeclaration, declare_overdues
from policies.commands.group_buyers import (
    GroupLimitWish,
    MembershipNotice,
    propose_group_limits,
    record_group_memberships,
)
from policies.commands.handle_exceptions import ExceptionWish, open_exceptions
from policies.commands.handle_mediations import Referral, open_mediations
from policies.commands.keep_evidence import keep_evidence
from policies.commands.opt_out import NoTopUps, opt_out
from policies.commands.rate_down_sector import WaveWish, propose_wave
from policies.commands.renew_guarantees import ask_for_renewals
from policies.commands.settle_renewals import RenewalAnswer, propose_renewal_answers
from policies.commands.submit_limit_requests import submit_file
from policies.commands.what_if import Wish, ask_what_if, work_at
from policies.commands.write_messages import write_messages
from policies.domain.evidence import Evidence
from policies.models import BuyerGroup, Message
from policies.queries import submissions
from reinsurance.commands.close_bordereau import close_bordereaux
from reinsurance.commands.closing_runs import ask_to_close
from reinsurance.domain.closing import period_named
from reinsurance.models import Cession, LossAdvice, TechnicalAccount
from reinsurance.queries.treaty_facts import treaty_facts
from tests import callers, treaties
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast
from tests.handed_in import asked

# What stands in a path after these words is the public id (or number) of such an object.
OBJECTS = {
    "limit-requests": "request",
    "requests": "request",
    "submissions": "submission",
    "offers": "offer",
    "guarantees": "guarantee",
    "messages": "message",
    "endorsements": "endorsement",
    "proposals": "proposal",
    "treaties": "treaty",
    "treaty-proposals": "treaty_proposal",
    "what-if-runs": "what_if_run",
    "cessions": "cession",
    "exceptions": "exception",
    "mediations": "mediation",
    "opt-outs": "opt_out",
    "rating-waves": "rating_wave",
    "identity-changes": "identity_change",
    "buyer-groups": "buyer_group",
    "limits": "group_limit",
    "buyer-identity-changes": "identity_change",
    "limit-waves": "limit_wave",
    "letters": "letter",
    "short-notices": "short_notice",
    "evidence": "evidence",
    "claims": "claim",
    "answers": "bordereau",
    "bordereaux": "bordereau",
    "closings": "closing",
    "technical-accounts": "technical_account",
    "loss-advices": "loss_advice",
}
# Places that hold no object of anybody: what stands there is a part of the object before it.
PARTS = {"<int:number>": "1", "<slug:account_class>": "current_account"}
# Objects that the underwriter has no right to see: who of the house has.
SEEN_BY = {
    "what_if_run": "serge@euler-hermes.example",
    "treaty": "rita@euler-hermes.example",
    **dict.fromkeys(("bordereau", "closing", "technical_account", "loss_advice"), "rita@euler-hermes.example"),
    "treaty_proposal": "rita@euler-hermes.example",
}
# Addresses of the sign-in library that carry a person's own secret or key, nothing of an insurer.
OF_A_PERSON = {
    "account_confirm_email",
    "account_reset_password_from_key",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}
# What a visitor may open: it shows nothing of anybody.
PUBLIC = {
    "healthz",
    "readyz",
    "set_language",
    "oauth_token",
    "api:limits",
    # Judges by what is shared; a signed-in insurer's own book is tested in tests/web/test_simulator.py.
    "eligibility:simulator",
    "api:schema",
    "api:docs",
    *(
        f"account_{page}"
        for page in [
            "login",
            "logout",
            "inactive",
            "signup",
            "confirm_login_code",
            "reset_password",
            "reset_password_done",
            "reset_password_from_key_done",
            "email_verification_sent",
        ]
    ),
    "mfa_authenticate",
}
# Addresses that take the ids of objects in what is sent, by the name of the field and the kind.
TAKE_IDS = {
    "api:accept_offers": ("offers", "offer"),
    "api:ask_for_renewals": ("guarantees", "guarantee"),
    "api:withdraw_guarantees": ("guarantees", "guarantee"),
    "policies:accept_offers": ("offer", "offer"),
    "policies:ask_renewals": ("guarantee", "guarantee"),
    "policies:propose_renewal_answers": ("guarantee", "guarantee"),
    "policies:answer_renewal_proposals": ("settlement", "renewal_settlement"),
    "reinsurance:close_bordereaux": ("treaty", "treaty"),
}
# What a form asks for besides the ids: without it the ids would never be looked at.
BESIDES = {
    "policies:propose_renewal_answers": {"reason": "essai", "answer": "approve"},
    "policies:answer_renewal_proposals": {"step": "take_back"},
}
# Writes that name nothing of ours by its id: what they take is scoped by what they look up, tested where they are.
TAKE_NONE = {
    "api:simulations",
    "api:limit_requests",
    "api:bulk_requests",
    "api:bulk_buyer_limits",
    "api:bulk_buyer_ratings",
    "api:bulk_buyer_activities",
    "api:bulk_portal_addresses",
    "api:cover_elsewhere",
    "api:opt_outs",
    "policies:new_primary_notice",
    "api:bulk_claim_movements",
    # Its guarantee is a part of a larger body: tests/api/test_claims.py sends a stranger's.
    "api:claims",
    "api:bulk_exchange_rates",
    "api:bulk_beneficiaries",
    "policies:claim_movements",
    "api:state_accounts",
    "api:book_payments",
    "api:answer_bordereau_lines",
    "reinsurance:settlement",
    "reinsurance:answers",
    "reinsurance:memorandum",
    "reinsurance:seals",
    "reinsurance:allotments",
    "eligibility:propose_change",
    "policies:new_request",
    "policies:opt_outs",
    # A file of numbers: tests/web/test_renewals.py sends a stranger's.
    "policies:renewal_file",
    # Buyers by their registry numbers, looked up inside one insurer.
    "policies:rating_waves",
    "policies:identity_changes",
    "api:identity_changes",
    "api:bulk_group_memberships",
    "api:bulk_buyer_watches",
    "policies:watch_list",
    "policies:end_watch",
    "policies:limit_waves",
    "policies:portal_addresses",
    "policies:upload",
    "api:what_if_runs",
    "policies:new_what_if_run",
    "policies:propose_treaty_change",
    "policies:business_day",
    "switch_membership",
}
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Address:
    """One pattern of the URL map."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def parameters(self) -> list[str]:
        """The places to fill, of this pattern and of those around it: `<slug:public_id>`, `(?P<key>…)`."""
        return re.findall(r"\(?P?<[^>]+>", self.route)

    @property
    def methods(self) -> list[str]:
        view = getattr(self.pattern.callback, "view_class", None) or getattr(self.pattern.callback, "cls", None)
        return ["get", "post"] if view is None else [method for method in METHODS if hasattr(view, method)]

    @property
    def is_of_library(self) -> bool:
        return self.name.startswith(("account_", "mfa_"))


def walk(patterns: list[Any], *, route: str = "", namespace: str = "") -> Iterator[Address]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            below = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from walk(one.url_patterns, route=here, namespace=below)
        else:
            yield Address(f"{namespace}{one.name}", here, one)


ADDRESSES = list(walk(get_resolver().url_patterns))
WITH_OBJECT = [one for one in ADDRESSES if one.parameters and one.name not in OF_A_PERSON]
WITHOUT_OBJECT = [one for one in ADDRESSES if not one.parameters]


def filled(address: Address, ours: dict[str, str]) -> str:
    """The path with an object of ours in it. Fails for what the test does not know."""
    path = "/" + address.route
    for place in address.parameters:
        if place in PARTS:
            path = path.replace(place, PARTS[place], 1)
            continue
        before = path.split(place)[0].rstrip("/").rsplit("/", 1)[-1]
        assert before in OBJECTS, (
            f"{address.name} ({address.route}): say in OBJECTS what stands after {before!r}, and make one in `ours`"
        )
        path = path.replace(place, ours[OBJECTS[before]], 1)
    return path


@dataclass(frozen=True)
class World:
    """One object of each kind of Euler Hermes, and who comes to look."""

    ours: dict[str, str]
    secrets: list[str]
    cast: Cast


@pytest.fixture(scope="module")
def documents(tmp_path_factory: Any) -> str:
    return str(tmp_path_factory.mktemp("documents"))


def _storages(documents: str) -> dict[str, Any]:
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": documents}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="module")
def world(committed_once: None, documents: str) -> World:
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    _enter_policyholder(cast)
    who = make.client(actor, broker_id=cast.organisations["courtage-du-port"].pk)
    buyers = [make.buyer(actor, grade=grade) for grade in ("8", None, None)]
    for whom in buyers:
        make.notice(actor, who, whom)
    content = make.csv_of([make.row_for(who, whom, reference=f"secret-{whom.id}") for whom in buyers])
    receipt = submit_file(actor, content, file_name="secret.csv", media_type="text/csv", on=OPENING_DAY)
    decide_submission(actor, receipt.public_id, on=OPENING_DAY, holder="tests")
    with acting(actor):
        referred, offered, accepted = submissions.rows_of(actor, receipt.public_id)
    assert referred.request is not None
    assert offered.offer is not None
    assert accepted.offer is not None
    (answer,) = accept_offers(actor, [accepted.offer], on=OPENING_DAY, at=datetime(2020, 6, 15, 12, tzinfo=UTC))
    assert answer.guarantee is not None
    assert answer.endorsement is not None
    ours = {
        "proposal": _propose(actor),
        "request": referred.request,
        "submission": receipt.public_id,
        "offer": offered.offer,
        "guarantee": answer.guarantee,
        "endorsement": answer.endorsement,
        "message": _written_to_the_broker(cast),
        "what_if_run": _try_another_law(cast),
        **_exception_with_a_letter(cast, documents),
        **_mediation_and_opt_out(cast),
        **_letter_and_cut_at_short_notice(cast),
        "claim": _claim(actor, answer.guarantee),
        "renewal_settlement": _referred_renewal(actor),
        "rating_wave": _rating_wave(actor),
        "identity_change": _identity_change(actor),
        **_group_with_a_limit(actor),
        "limit_wave": _limit_wave(actor),
        **_treaty_with_a_proposal(cast),
        **_closed_bordereau(cast),
    }
    names = [who.policy_number, *(whom.identifier for whom in buyers)]
    return World(ours, [*ours.values(), *names], cast)


def _written_to_the_broker(cast: Cast) -> str:
    """The last message about what has happened so far, its text among the secrets by its number."""
    worker = memberships.system_actor(cast.organisations["euler-hermes"], name="worker")
    publish_events(worker)
    write_messages(worker, on=OPENING_DAY)
    with acting(worker):
        return Message.objects.latest("id").public_id


def _rating_wave(actor: Any) -> str:
    """A wave on one buyer, proposed."""
    whom = make.buyer(actor, grade="6")
    wish = WaveWish(to_grade="7", buyers=((whom.country, whom.identifier),))
    return propose_wave(make.person(actor, "underwriter"), wish, reason="secret-wave", on=OPENING_DAY)


def _limit_wave(actor: Any) -> str:
    """A wave that ended one limit, confirmed."""
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom, decision="grant", amount="5000")
    wish = LimitWaveWish(measure="end", buyers=((whom.country, whom.identifier),))
    wave = propose_limit_wave(make.person(actor, "underwriter"), wish, reason="secret-limits", on=OPENING_DAY)
    confirm_limit_wave(make.person(actor, "senior_underwriter"), wave, on=OPENING_DAY)
    return wave


def _group_with_a_limit(actor: Any) -> dict[str, str]:
    """A group of one buyer, with a proposed limit."""
    whom = make.buyer(actor)
    told = MembershipNotice("secret-membership", "FR", whom.identifier, OPENING_DAY, "secret-group")
    record_group_memberships(actor, [told], on=OPENING_DAY)
    with acting(actor):
        group = BuyerGroup.objects.get(reference="secret-group").public_id
    wish = GroupLimitWish(group, Decimal(1), OPENING_DAY, "secret-limit")
    (limit,) = propose_group_limits(make.person(actor, "underwriter"), [wish], on=OPENING_DAY)
    return {"buyer_group": group, "group_limit": limit}


def _identity_change(actor: Any) -> str:
    """A merger of two buyers, proposed."""
    old, new = make.buyer(actor), make.buyer(actor)
    wish = IdentityWish(
        kind="merger",
        old_country="FR",
        old_identifier=old.identifier,
        new_country="FR",
        new_identifier=new.identifier,
        effective_on=OPENING_DAY,
        reference="secret-announcement",
    )
    (change,) = propose_identity_changes(make.person(actor, "underwriter"), [wish], on=OPENING_DAY)
    return change


def _referred_renewal(actor: Any) -> str:
    """A renewal that was asked for and is referred, its approval proposed."""
    who, whom = make.client(actor), make.buyer(actor)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom))
    (accepted,) = accept_offers(actor, [row.offer or ""], on=OPENING_DAY, at=datetime(2020, 6, 15, 12, tzinfo=UTC))
    make.rated(actor, whom, on=OPENING_DAY, grade="8")
    assert accepted.guarantee is not None
    ask_for_renewals(actor, [accepted.guarantee], on=OPENING_DAY)
    wish = RenewalAnswer(guarantee=accepted.guarantee, approve=True, reason="secret-reason")
    (told,) = propose_renewal_answers(make.person(actor, "underwriter"), [wish], on=OPENING_DAY)
    assert told.settlement is not None
    return told.settlement


def _claim(actor: Any, guarantee: str) -> str:
    """An overdue on the guarantee of Euler Hermes: the buyer failed on the opening day."""
    invoice = GivenInvoice(
        number="secret-invoice",
        delivered_on=OPENING_DAY,
        invoiced_on=OPENING_DAY,
        due_on=OPENING_DAY,
        amount=Decimal("100.00"),
    )
    one = OverdueDeclaration(
        source_reference="secret-overdue",
        guarantee=guarantee,
        invoices=(invoice,),
        cause="insolvency",
        caused_on=OPENING_DAY,
    )
    with acting(actor):
        return declare_overdues(actor, [one], on=OPENING_DAY)[0].claim


def _try_another_law(cast: Cast) -> str:
    """A what-if run of Euler Hermes with its report."""
    senior = cast.actor(role="senior_underwriter")
    run = ask_what_if(senior, Wish(readings={"complement_multiple": "parity"}), on=OPENING_DAY)
    work_at(senior, run, holder="tests")
    return run


def _exception_with_a_letter(cast: Cast, documents: str) -> dict[str, str]:
    """An exception of Euler Hermes for a large exporter, with a file that proves it."""
    actor = cast.actor()
    who, whom = make.client(actor, turnover="2000000000"), make.buyer(actor, country="MA", probability=None)
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom))
    wish = ExceptionWish(request=row.request or "", kind="large_policyholder", reason="commande")
    (dossier,) = open_exceptions(actor, [wish], on=OPENING_DAY)
    letter = Evidence("lettre.pdf", b"%PDF-1.7 secret")
    with override_settings(STORAGES=_storages(documents)):
        keep_evidence(actor, dossier, [letter], on=OPENING_DAY)
    return {"exception": dossier, "evidence": hashlib.sha256(letter.content).hexdigest()}


def _mediation_and_opt_out(cast: Cast) -> dict[str, str]:
    """A refused request before the mediator, and a policyholder that wants no top-ups."""
    actor = cast.actor()
    who, whom = make.client(actor), make.buyer(actor, grade="9")
    make.notice(actor, who, whom)
    row = asked(actor, make.row_for(who, whom))
    referral = Referral(request=row.request or "", referred_on=OPENING_DAY, reason="commandes en cours")
    (mediation,) = open_mediations(actor, [referral], on=OPENING_DAY)
    (choice,) = opt_out(actor, [NoTopUps(policy_number=who.policy_number)], on=OPENING_DAY)
    return {"mediation": mediation, "opt_out": choice}


def _letter_and_cut_at_short_notice(cast: Cast) -> dict[str, str]:
    """A refusal that was told by letter, and a cut of Euler Hermes that waits for a second person."""
    actor = cast.actor()
    who, refused, cut = make.client(actor), make.buyer(actor), make.buyer(actor)
    make.notice(actor, who, cut, decision="grant", amount="5000")
    common = {"policy_number": who.policy_number, "buyer_country": "FR", "notified_on": OPENING_DAY}
    common |= {"effective_on": OPENING_DAY, "amount": Decimal(0)}
    feed = [
        LimitNotice(
            source_reference="secret-refusal",
            buyer_identifier=refused.identifier,
            decision="refusal",
            amount_before=Decimal(0),
            **common,
        ),
        LimitNotice(
            source_reference="secret-cut",
            buyer_identifier=cut.identifier,
            decision="cessation",
            amount_before=Decimal(5_000),
            exceptional_case="fraud",
            exceptional_reason="plainte",
            **common,
        ),
    ]
    taken = change_buyer_limits(actor, feed, on=OPENING_DAY)
    return {"letter": taken.letters[0].number, "short_notice": taken.waiting[0].public_id}


def _treaty_with_a_proposal(cast: Cast) -> dict[str, str]:
    """A treaty of Euler Hermes, and new terms that its accountant proposes."""
    rita = treaties.person(cast, treaties.RITA)
    with acting(rita):
        treaty = treaty_facts(rita)[0].public_id
    terms = {"treaty": treaty, "first_day": "2020-07-01", "ceded_ratio": "0.90", "reference": "Avenant"}
    return {"treaty": treaty, "treaty_proposal": treaties.propose(rita, "terms", terms)}


def _closed_bordereau(cast: Cast) -> dict[str, str]:
    """The premium bordereau of the spring, and a cession that it tells."""
    rita = treaties.person(cast, treaties.RITA)
    with acting(rita):
        cession = Cession.objects.select_related("treaty").latest("id")
    spring = period_named("2020-Q2")
    closed = close_bordereaux(rita, [cession.treaty.public_id], period=spring, on=spring.end)
    with acting(rita):
        account = TechnicalAccount.objects.get(treaty=cession.treaty)
        advice = LossAdvice.objects.create(
            insurer_id=rita.insurer_id,
            public_id=new_public_id("adv"),
            treaty=cession.treaty,
            kind="large_loss",
            claim_reference="secret-claim",
            threshold_amount=1,
            paid_amount=2,
            outstanding_amount=0,
            recovered_amount=0,
            incurred_amount=2,
            journal_number=1,
            booked_on=spring.end,
        )
    return {
        "bordereau": closed[1].public_id,
        "cession": cession.public_id,
        "closing": ask_to_close(rita, [cession.treaty.public_id], period=spring, on=spring.end),
        "technical_account": account.public_id,
        "loss_advice": advice.public_id,
    }


def _propose(actor: Any) -> str:
    """A tariff that Euler Hermes' administrator proposes and nobody has settled yet."""
    ada = make.person(actor, "administrator")
    row = {
        "product": "cap_plus",
        "quarterly_rate": "0.0123",
        "first_day": "2020-07-01",
        "reference_text": "Traité",
        "reference_url": "https://example.org/traite",
    }
    with acting(ada):
        (public_id,) = propose_changes(ada, [ProposedChange("tariff", [row])], reason="essai", booked_on=OPENING_DAY)
    return public_id


def _enter_policyholder(cast: Cast) -> None:
    """A policyholder of Euler Hermes who signs in for a policy of its own, and not for the one that is ours here."""
    firm = Organisation.objects.using("platform").create(
        public_id=new_public_id("org"), kind="policyholder", code="other-firm", name="Autre Firme", siren="732829320"
    )
    user = User.objects.using("platform").create(
        email="paul@other-firm.example", full_name="Paul Autre", password=make_password(None)
    )
    Membership.objects.using("platform").create(
        public_id=new_public_id("mem"),
        user=user,
        organisation_id=firm.pk,
        insurer_id=cast.organisations["euler-hermes"].pk,
        role="policyholder",
    )
    make.client(cast.actor(), organisation_id=firm.pk)


STRANGERS = {
    "another insurer's underwriter": "karim@coface.example",
    "a broker without mandate": "luc@cabinet-lemoine.example",
    "another policyholder": "paul@other-firm.example",
}


@pytest.fixture(autouse=True)
def _plain_files(settings: Any, documents: Any) -> None:
    settings.STORAGES = _storages(documents)


def browser(who: str | None) -> Client:
    return Client(headers={"accept-language": "en"}) if who is None else callers.person(who).http


def call(http: Client, method: str, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> Any:
    is_api = path.startswith("/api/")
    if method == "get":
        return http.get(path)
    sent: dict[str, Any] = {"data": body or {}}
    if is_api or method != "post":
        sent = {"data": json.dumps(body or {}), "content_type": "application/json"}
    return getattr(http, method)(path, headers={"idempotency-key": f"{key}{method} {path}"[:200]}, **sent)


def state() -> str:
    """A digest of every row of the insurers' books."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND "
            "tablename ~ '^(policies|reinsurance|eligibility|audit)_' AND tablename <> 'audit_idempotentanswer' "
            "ORDER BY tablename"
        )
        parts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM {table} r")
            parts.append(f"{table} {cursor.fetchone()[0]}")
    return "\n".join(parts)


def shows_nothing(answer: Any, world: World, *, asked: str = "") -> None:
    text = (answer.getvalue() if answer.streaming else answer.content).decode("utf-8", "replace")
    # What was asked for may be repeated ("there is no …"); everything else may not be known to a stranger.
    shown = [secret for secret in world.secrets if secret in text and secret not in asked]
    assert not shown, f"{answer.request['PATH_INFO']} shows {shown}"


@pytest.mark.parametrize("address", WITH_OBJECT, ids=lambda one: one.name)
def test_an_object_is_for_those_whose_it_is(world, address):
    path, before = filled(address, world.ours), state()
    for who, email in STRANGERS.items():
        for method in address.methods:
            answer = call(browser(email), method, path)
            assert answer.status_code in (403, 404), f"{who}: {method} {path} answers {answer.status_code}"
            shows_nothing(answer, world, asked=path)
    for method in address.methods:
        answer = call(browser(None), method, path)
        is_sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/login/")
        assert is_sent_to_sign_in or answer.status_code == 401, f"visitor: {method} {path}: {answer.status_code}"
    assert state() == before, f"a stranger changed something through {path}"


@pytest.mark.parametrize("address", [one for one in WITH_OBJECT if "get" in one.methods], ids=lambda one: one.name)
def test_those_whose_it_is_do_see_it(world, address):
    """Otherwise a misspelt address would pass every other test here."""
    kinds = {kind for word, kind in OBJECTS.items() if f"{word}/<" in address.route}
    who = next((SEEN_BY[kind] for kind in kinds if kind in SEEN_BY), "elise@euler-hermes.example")
    answer = call(browser(who), "get", filled(address, world.ours))
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("address", WITHOUT_OBJECT, ids=lambda one: one.name)
def test_an_address_without_an_object_shows_nothing_of_ours(world, address):
    path = "/" + address.route
    if "get" in address.methods and address.name != "readyz":
        for email in STRANGERS.values():
            shows_nothing(call(browser(email), "get", path), world)
    if address.name in PUBLIC:
        return
    for method in address.methods:
        answer = call(browser(None), method, path)
        is_sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
        is_refused = answer.status_code in (401, 403, 405)
        assert is_sent_to_sign_in or is_refused, f"visitor: {method} {path} answers {answer.status_code}"


@pytest.mark.parametrize(
    "address",
    [one for one in WITHOUT_OBJECT if "post" in one.methods and one.name not in PUBLIC and not one.is_of_library],
    ids=lambda one: one.name,
)
def test_ids_that_are_sent_reach_nothing_of_ours(world, address):
    if address.name in TAKE_NONE or address.name in ("home", "no_membership"):
        return
    assert address.name in TAKE_IDS, f"{address.name} takes what is sent: say in TAKE_IDS or TAKE_NONE what it takes"
    field, kind = TAKE_IDS[address.name]
    before = state()
    for email in STRANGERS.values():
        besides = BESIDES.get(address.name, {})
        answer = call(browser(email), "post", "/" + address.route, {field: [world.ours[kind]], **besides})
        assert answer.status_code in (200, 302, 403, 404), answer.content
        shows_nothing(answer, world, asked=world.ours[kind])
        # Where many are sent at once, each is answered by itself: as what nobody has.
        nobodys = new_public_id(world.ours[kind].partition("_")[0])
        unknown = call(browser(email), "post", "/" + address.route, {field: [nobodys], **besides}, key="nobody ")
        assert answer.status_code == unknown.status_code
        if answer["Content-Type"] == "application/json":
            assert answer.content.decode().replace(world.ours[kind], nobodys) == unknown.content.decode()
    assert state() == before, f"a stranger changed something through {address.route}"


def test_the_map_holds_what_this_test_was_written_for():
    """A map that came out empty would pass everything."""
    names = {one.name for one in WITH_OBJECT}
    assert {"api:limit_request", "api:endorsement_pdf", "policies:request"} <= names
    assert len(ADDRESSES) > 50
