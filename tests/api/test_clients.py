"""An OAuth client end to end: entered, signed in over HTTP, held to its insurer, its role and its token's scopes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from oauth2_provider.models import AccessToken, Application

from capweb.accounts.commands.enter_api_clients import NewApiClient, OrganisationUnknown, enter_api_client
from capweb.accounts.commands.enter_people import RoleNotForOrganisation
from capweb.wsgi import application
from tests import callers


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nothing: the product's own log says it."""


@pytest.fixture(scope="module")
def served(world) -> Iterator[str]:
    """The product over HTTP on this machine."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def desk(world):
    return enter_api_client(NewApiClient("Desk", "euler-hermes", "underwriter", "euler-hermes"))


@pytest.fixture(scope="module")
def brokers(world):
    return enter_api_client(NewApiClient("Courtage", "courtage-du-port", "broker", "euler-hermes"))


def token(served, credentials, scope):
    answer = requests.post(
        f"{served}/oauth/token",
        data={"grant_type": "client_credentials", "scope": scope},
        auth=(credentials.client_id, credentials.client_secret),
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()


def test_a_client_signs_in_asks_accepts_and_reads_the_document(world, served, brokers, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    found = token(served, brokers, "requests:read requests:write")
    assert (found["token_type"], found["expires_in"], found["scope"]) == (
        "Bearer",
        3600,
        "requests:read requests:write",
    )
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {found['access_token']}"
    api = f"{served}/api/v1"
    body = world.body(*world.pair(broker="courtage-du-port"), reference="over HTTP")
    asked = session.post(f"{api}/limit-requests", json=body, headers={"Idempotency-Key": "h1"}, timeout=30)
    again = session.post(f"{api}/limit-requests", json=body, headers={"Idempotency-Key": "h1"}, timeout=30)
    assert (asked.status_code, again.status_code) == (201, 201), asked.text
    assert again.headers["Idempotent-Replayed"] == "true"
    offer = asked.json()["offer"]["id"]
    accepted = session.post(f"{api}/offers/{offer}/accept", headers={"Idempotency-Key": "h2"}, timeout=60)
    assert accepted.status_code == 200, accepted.text
    pdf = session.get(f"{api}/endorsements/{accepted.json()['endorsement']}.pdf", timeout=60)
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert session.get(served + asked.headers["Location"], timeout=30).json()["status"] == "granted"


def test_a_wrong_secret_gives_no_token(served, desk):
    answer = requests.post(
        f"{served}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(desk.client_id, "wrong"),
        timeout=30,
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_secret_is_not_stored(desk):
    stored = Application.objects.get(client_id=desk.client_id).client_secret
    assert desk.client_secret not in stored


def test_a_scope_that_does_not_exist_gives_no_token(served, desk):
    answer = requests.post(
        f"{served}/oauth/token",
        data={"grant_type": "client_credentials", "scope": "everything"},
        auth=(desk.client_id, desk.client_secret),
        timeout=30,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_token_does_what_its_scopes_say_and_no_more(world, desk):
    reader = callers.client(desk, scope="requests:read")
    assert reader.get("/limit-requests").status_code == 200
    assert reader.get("/guarantees").status_code == 200
    body = world.body(*world.pair())
    for path in (
        "/limit-requests",
        "/limit-requests/bulk",
        "/offers/off_x/accept",
        "/guarantees/gar_x/renewal-requests",
    ):
        answer = reader.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), path
    assert reader.delete("/limit-requests/req_x").status_code == 403
    assert reader.post("/buyer-limits/bulk", []).status_code == 403
    assert callers.client(desk, scope="feeds:write").post("/buyer-limits/bulk", []).status_code == 422
    assert callers.client(desk, scope="feeds:write").get("/limit-requests").status_code == 403


def test_a_role_holds_whatever_the_scope_says(brokers):
    assert callers.client(brokers, scope="feeds:write").post("/buyer-limits/bulk", []).status_code == 403


def test_a_client_sees_its_own_insurer_only(world):
    request = world.asked()["id"]
    theirs = enter_api_client(NewApiClient("Coface", "coface", "underwriter", "coface"))
    caller = callers.client(theirs, scope="requests:read")
    assert caller.get(f"/limit-requests/{request}").status_code == 404
    assert caller.get("/limit-requests").json()["results"] == []


def test_two_clients_of_one_organisation_may_use_the_same_key(world, desk):
    other = enter_api_client(NewApiClient("Desk two", "euler-hermes", "underwriter", "euler-hermes"))
    for credentials in (desk, other):
        caller = callers.client(credentials, scope="requests:write")
        answer = caller.post("/limit-requests", world.body(*world.pair()), key="shared")
        assert answer.status_code == 201, answer.content


def test_a_token_that_was_revoked_or_never_given_is_refused(world, desk):
    caller = callers.client(desk, scope="requests:read")
    AccessToken.objects.filter(application__client_id=desk.client_id).delete()
    for one in (caller, callers.Caller(authorization="Bearer nobodys")):
        answer = one.get("/limit-requests")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_is_no_token(desk):
    text = callers.token_of(desk, scope="requests:read")
    assert callers.Caller().get(f"/limit-requests?access_token={text}").status_code == 401


def test_a_client_bound_to_no_insurer_is_refused(world):
    application_alone = Application.objects.create(
        name="Unbound",
        client_id="unbound",
        client_secret="unbound secret",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    assert application_alone.pk

    class Unbound:
        client_id, client_secret = "unbound", "unbound secret"

    answer = callers.client(Unbound, scope="requests:read").get("/limit-requests")
    assert answer.status_code == 401
    assert "insurer" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewApiClient("x", "nobody", "broker", "euler-hermes"), OrganisationUnknown),
        (NewApiClient("x", "courtage-du-port", "broker", "ccr"), OrganisationUnknown),
        (NewApiClient("x", "courtage-du-port", "underwriter", "euler-hermes"), RoleNotForOrganisation),
    ],
)
def test_a_client_that_makes_no_sense_is_not_entered(world, new, error):
    before = Application.objects.count()
    with pytest.raises(error):
        enter_api_client(new)
    assert Application.objects.count() == before


def test_a_session_writes_only_with_its_csrf_token(world):
    from django.test import Client

    from capweb.accounts.models import User

    http = Client(enforce_csrf_checks=True)
    user = User.objects.get(email="elise@euler-hermes.example")
    http.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = http.post(
        "/api/v1/limit-requests", "{}", content_type="application/json", headers={"idempotency-key": "csrf"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert "CSRF" in answer.json()["detail"]
