"""Pages as people open them: signed-in browsers over a world with one case of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.commands.enter_people import begin_sandbox
from capweb.accounts.models import Organisation
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.models import Offer, SubmissionRow
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast


@dataclass(frozen=True)
class Case:
    """What became of one row of the broker's file."""

    request: str
    offer: str | None


@dataclass(frozen=True)
class Books:
    """One case of each kind under the broker's mandate, handed in by the broker in one file with one bad row."""

    cast: Cast
    underwriter: Actor
    broker: Actor
    submission: str
    referred: Case
    refused: Case
    offered: Case
    guarantee: str
    endorsement: str

    @property
    def pages(self) -> dict[str, str]:
        """The pages of single things, by name."""
        return {
            "request": reverse("policies:request", args=[self.offered.request]),
            "offer": reverse("policies:offer", args=[self.offered.offer]),
            "guarantee": reverse("policies:guarantee", args=[self.guarantee]),
            "submission": reverse("policies:submission", args=[self.submission]),
            "endorsement": reverse("policies:endorsement_pdf", args=[self.endorsement]),
        }

    def asked(self, *, grade: str | None = None, total: str = "50000", actor: Actor | None = None) -> Case:
        """Another request of the broker, on a buyer of its own; of grade 8 it is referred, of grade 9 refused."""
        who = make.client(self.underwriter, broker_id=self.broker.organisation_id)
        whom = make.buyer(self.underwriter, grade=grade)
        make.notice(self.underwriter, who, whom)
        return hand_in(actor or self.broker, [make.row_for(who, whom, total=total, reference="x")])[1][0]


def hand_in(actor: Actor, rows: list[Any]) -> tuple[str, list[Case]]:
    receipt = submit_file(actor, make.csv_of(rows), file_name="demandes.csv", media_type="text/csv", on=OPENING_DAY)
    assert decide_submission(actor, receipt.public_id, on=OPENING_DAY, holder="test")
    with acting(actor):
        done = SubmissionRow.objects.filter(submission__public_id=receipt.public_id).order_by("line")
        cases = [
            Case(row.limit_requests.get().public_id if row.limit_requests.exists() else "", _offer(row)) for row in done
        ]
    return receipt.public_id, cases


def _offer(row: SubmissionRow) -> str | None:
    return Offer.objects.filter(limit_request__submission_row=row).values_list("public_id", flat=True).first()


@pytest.fixture(scope="module")
def books(committed_once: None) -> Books:
    cast = Cast({row.code: row for row in Organisation.objects.all()})
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    underwriter, broker = cast.actor(), cast.broker()
    make.enter_illustrative_tariffs(underwriter)
    who = make.client(underwriter, broker_id=broker.organisation_id)
    buyers = [make.buyer(underwriter, grade=grade) for grade in ("8", "9", None, None)]
    for whom in buyers:
        make.notice(underwriter, who, whom)
    stranger = make.buyer(underwriter)
    rows = [make.row_for(who, whom, reference=f"r{n}") for n, whom in enumerate((*buyers, stranger))]
    submission, (referred, refused, offered, accepted, _failed) = hand_in(broker, rows)
    assert accepted.offer is not None
    answer = accept_offers(broker, [accepted.offer], on=OPENING_DAY, at=clock.instant())[0]
    assert answer.guarantee is not None
    assert answer.endorsement is not None
    return Books(
        cast, underwriter, broker, submission, referred, refused, offered, answer.guarantee, answer.endorsement
    )


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Addresses of static files without the manifest that collectstatic writes."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
